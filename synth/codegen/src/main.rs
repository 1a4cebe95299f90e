//! Makes the catalogue of resource types, and the typed builders from it.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use synth_codegen::catalogue::{self, Folders, Patches, Paths};

#[derive(Parser)]
#[command(name = "synth-codegen", about = "Makes the catalogue of resource types, and the typed builders from it")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the catalogue in `synth/schema/catalogue` from its upstream packages and the patches
    Catalogue {
        /// The wheel of cfn-lint
        #[arg(long, value_name = "FILE")]
        wheel: PathBuf,
        /// The packed npm package `@aws-cdk/aws-service-spec`
        #[arg(long, value_name = "FILE")]
        service_spec: PathBuf,
        /// Compare with the committed files and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Writes the typed builders in `synth/src/aws/generated` from the catalogue
    Generate {
        /// Compare with the committed files and write nothing
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Catalogue { wheel, service_spec, check } => catalogue(&Paths { wheel, service_spec }, check),
        Command::Generate { check } => generate(check),
    }
}

#[expect(clippy::print_stdout, reason = "a program for developers, whose output is its own")]
fn catalogue(paths: &Paths, check: bool) -> anyhow::Result<()> {
    let folders = Folders::default();
    let content = catalogue::make(paths, &Patches::read(&folders.patches)?)?;
    println!("{}", content.figures);
    if check {
        catalogue::check(&content, &folders.catalogue)?;
        return Ok(());
    }
    let plain = |texts: &std::collections::BTreeMap<String, String>| texts.values().map(String::len).sum::<usize>();
    let (schemas, descriptions) = catalogue::write(&content, &folders.catalogue)?;
    println!("schemas: {} bytes, {schemas} compressed", plain(&content.schemas));
    println!("descriptions: {} bytes, {descriptions} compressed", plain(&content.descriptions));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program for developers, whose output is its own")]
fn generate(check: bool) -> anyhow::Result<()> {
    let files = synth_codegen::generate::run(check)?;
    let list = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n");
    anyhow::ensure!(!check || files.is_empty(), "these aren't what the catalogue gives; run `just generate`:\n{list}");
    println!("{} files {}", files.len(), if check { "differ" } else { "written" });
    Ok(())
}
