//! `synth`: templates, parameters and the manifest.

use std::path::Path;

use clap::ValueEnum;

use super::{Application, Output, Shared, Status, known};
use crate::assembly::{self, Assembly, Format, Written};
use crate::error::Error;
use crate::package::{self, Record};
use crate::terminal::{self, Table};

/// Where the files go, from the project's folder.
const DIRECTORY: &str = "target/synth";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments<S: clap::Args> {
    /// Show only these stacks; everything is written all the same, so that the files always fit together
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// The form of the templates
    #[arg(long, value_enum, default_value_t)]
    format: FormatName,
    /// Print the templates instead of writing files
    #[arg(long)]
    stdout: bool,
    #[command(flatten)]
    switches: S,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatName {
    #[default]
    Yaml,
    Json,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Yaml => Self::Yaml,
            FormatName::Json => Self::Json,
        }
    }
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments<A::Switches>,
) -> Result<Status, Error> {
    let app = application.app(root, shared.environment.as_deref(), &arguments.switches)?;
    let made = Record::read(&root.join(package::DIRECTORY));
    let assembly = Assembly::of(app)?.with_artifacts(&made);
    known("stack", &arguments.stacks, assembly.stacks().iter().map(|stack| &*stack.name))?;
    let wanted = |name: &str| arguments.stacks.is_empty() || arguments.stacks.iter().any(|stack| stack == name);
    let format = arguments.format.into();
    if arguments.stdout {
        let stacks = assembly.into_stacks().into_iter().filter(|stack| wanted(&stack.name));
        return print(&stacks.map(|stack| assembly::text(stack, format)).collect::<Vec<_>>(), format);
    }
    let mut written = assembly.write(&root.join(DIRECTORY), format)?;
    written.retain(|stack| wanted(&stack.stack));
    report(&written, root, shared.output)
}

fn print(texts: &[String], format: Format) -> Result<Status, Error> {
    let separator = match format {
        Format::Yaml => "---\n",
        Format::Json => "",
    };
    terminal::result(&texts.join(separator))?;
    Ok(Status::Done)
}

fn report(written: &[Written], root: &Path, output: Output) -> Result<Status, Error> {
    match output {
        Output::Human => {
            let mut table = Table::new(["stack", "resources", "bytes", "file"]);
            for stack in written {
                let file = stack.file.strip_prefix(root).unwrap_or(&stack.file);
                let cells = [&stack.stack, &stack.resources.to_string(), &stack.bytes.to_string()];
                let [name, resources, bytes] = cells.map(String::clone);
                table.row([name, resources, bytes, file.display().to_string()]);
            }
            terminal::result(&table.to_string())?;
        }
        Output::Json => {
            let report = serde_json::json!({"version": 1, "stacks": written});
            terminal::result(&format!("{report:#}\n"))?;
        }
    }
    for note in written.iter().filter_map(|stack| assembly::size_note(&stack.stack, stack.bytes)) {
        terminal::note(&note);
    }
    Ok(Status::Done)
}
