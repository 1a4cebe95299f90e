//! `package`: the images and archives that templates refer to.

use std::path::Path;

use super::{Application, Output, Shared, Status, known};
use crate::assembly::Assembly;
use crate::construct::Asset;
use crate::error::Error;
use crate::package::{self, Packaged};
use crate::terminal::{self, Table};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments<S: clap::Args> {
    /// Make only these
    #[arg(value_name = "ASSET")]
    assets: Vec<String>,
    #[command(flatten)]
    switches: S,
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments<A::Switches>,
) -> Result<Status, Error> {
    let app = application.app(root, shared.environment.as_deref(), &arguments.switches)?;
    let stacks = Assembly::of(app)?.into_stacks();
    let assets = stacks.iter().flat_map(|stack| stack.assets.iter().map(|asset| (stack.name.as_str(), asset)));
    let assets: Vec<(&str, &Asset)> = assets.collect();
    known("asset", &arguments.assets, assets.iter().map(|(_, asset)| &*asset.name))?;
    let wanted = |name: &String| arguments.assets.is_empty() || arguments.assets.contains(name);
    let wanted = assets.into_iter().filter(|(_, asset)| wanted(&asset.name));
    let packaged = wanted.map(|(stack, asset)| package::package(root, stack, asset)).collect::<Result<Vec<_>, _>>()?;
    report(&packaged, shared.output)
}

fn report(packaged: &[Packaged], output: Output) -> Result<Status, Error> {
    match output {
        Output::Human => {
            let mut table = Table::new(["asset", "made", "bytes", "digest", "file"]);
            for Packaged { artifact, tool, was_there } in packaged {
                let made = match tool {
                    _ if *was_there => "before".to_owned(),
                    Some(tool) => format!("with {tool}"),
                    None => "now".to_owned(),
                };
                let file = format!("{}/{}", package::DIRECTORY, artifact.file);
                table.row([artifact.name.clone(), made, artifact.bytes.to_string(), artifact.digest.clone(), file]);
            }
            terminal::result(&table.to_string())?;
        }
        Output::Json => {
            let artifacts: Vec<_> = packaged.iter().map(|packaged| &packaged.artifact).collect();
            let report = serde_json::json!({"version": 1, "artifacts": artifacts});
            terminal::result(&format!("{report:#}\n"))?;
        }
    }
    Ok(Status::Done)
}
