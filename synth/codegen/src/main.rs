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
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Catalogue { wheel, service_spec, check } => catalogue(&Paths { wheel, service_spec }, check),
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
