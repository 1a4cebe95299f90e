//! `package`: the images and archives that templates refer to.

use std::path::Path;

use super::{Application, Output, Shared, Status, known};
use crate::assembly::Assembly;
use crate::construct::{StoredAsset, Synthesized};
use crate::error::Error;
use crate::package::{self, Packaged, Workshop};
use crate::terminal::{self, Table};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments<S: clap::Args> {
    /// Make only these
    #[arg(value_name = "ASSET")]
    assets: Vec<String>,
    /// Put them into the image repository and the bucket, where they are not there yet
    #[cfg(feature = "cloud")]
    #[arg(long)]
    push: bool,
    #[command(flatten)]
    switches: S,
}

/// What is said of an asset.
struct Row {
    packaged: Packaged,
    /// Whether it was pushed now; `None` where nothing was to be pushed.
    pushed: Option<bool>,
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments<A::Switches>,
) -> Result<Status, Error> {
    let app = application.app(root, shared.environment.as_deref(), &arguments.switches)?;
    let stacks = Assembly::of(app)?.into_stacks();
    let assets = stacks.iter().flat_map(|stack| stack.assets.iter().map(move |asset| (stack, asset)));
    known("asset", &arguments.assets, assets.clone().map(|(_, stored)| &*stored.asset.name))?;
    let wanted = |name: &String| arguments.assets.is_empty() || arguments.assets.contains(name);
    let wanted: Vec<_> = assets.filter(|(_, stored)| wanted(&stored.asset.name)).collect();
    #[cfg(feature = "cloud")]
    if arguments.push {
        return report(&push(root, &stacks, &wanted, shared.aws_profile.as_deref())?, shared.output);
    }
    let mut workshop = Workshop::open(root, terminal::waiting_for_another)?;
    let packaged = make(&mut workshop, &wanted)?.into_iter();
    report(&packaged.map(|packaged| Row { packaged, pushed: None }).collect::<Vec<_>>(), shared.output)
}

fn make(workshop: &mut Workshop, wanted: &[(&Synthesized, &StoredAsset)]) -> Result<Vec<Packaged>, Error> {
    wanted.iter().map(|(stack, stored)| workshop.package(&stack.stack_name, &stored.asset)).collect()
}

#[cfg(feature = "cloud")]
fn push(
    root: &Path,
    stacks: &[Synthesized],
    wanted: &[(&Synthesized, &StoredAsset)],
    profile: Option<&str>,
) -> Result<Vec<Row>, Error> {
    crate::cloud::run(async {
        let targets = super::push::targets(stacks, wanted, profile).await?;
        let mut workshop = Workshop::open(root, terminal::waiting_for_another)?;
        let mut packaged = make(&mut workshop, wanted)?;
        let pushed = super::push::all(&mut workshop, &mut packaged, &targets).await?;
        let rows = packaged.into_iter().zip(pushed);
        Ok(rows.map(|(packaged, pushed)| Row { packaged, pushed: Some(!pushed.was_there) }).collect())
    })
}

fn report(rows: &[Row], output: Output) -> Result<Status, Error> {
    match output {
        Output::Human => {
            let mut table = Table::new(["asset", "made", "pushed", "bytes", "file", "digest or place"]);
            for Row { packaged: Packaged { artifact, tool, was_there }, pushed } in rows {
                let made = match tool {
                    _ if *was_there => "before".to_owned(),
                    Some(tool) => format!("with {tool}"),
                    None => "now".to_owned(),
                };
                let pushed = match pushed {
                    Some(true) => "now",
                    Some(false) => "before",
                    None => "no",
                };
                let file = format!("{}/{}", package::DIRECTORY, artifact.file);
                let place = artifact.value.as_ref().unwrap_or(&artifact.digest);
                let cells: [&str; 6] = [&artifact.name, &made, pushed, &artifact.bytes.to_string(), &file, place];
                table.row(cells);
            }
            terminal::result(&table.to_string())?;
        }
        Output::Json => {
            let artifacts: Vec<_> = rows.iter().map(|row| &row.packaged.artifact).collect();
            let report = serde_json::json!({"version": 1, "artifacts": artifacts});
            terminal::result(&format!("{report:#}\n"))?;
        }
    }
    Ok(Status::Done)
}
