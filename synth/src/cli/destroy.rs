//! `destroy`: every stack, in the order that strands none.

use std::path::Path;

use super::progress::Progress;
use super::scope::Scope;
use super::{Application, Output, Shared, Status, approval, interruption, line, question};
use crate::cloud::{self, Connection, Copy};
use crate::construct::{Keys, Synthesized};
use crate::destroy::{Ended, Engine, Report, Survey};
use crate::error::Error;
use crate::terminal::{self, deployment, survey};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Delete only these; no other may need them
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Show what would be deleted, lost and kept, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// The environment's name: delete it without being asked
    #[arg(long, value_name = "NAME")]
    yes: Option<String>,
    /// The role that deletes the stacks that have one, in its place
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    /// Delete at most so many stacks at once [default: all that can be]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments,
) -> Result<Status, Error> {
    let scope = Scope::new(application, root, shared, arguments.yes.as_deref(), &arguments.stacks)?;
    cloud::run(destroy(shared, arguments, &scope))
}

async fn destroy(shared: &Shared, arguments: &Arguments, scope: &Scope) -> Result<Status, Error> {
    let Scope { environment, keys, stacks, .. } = scope;
    let connections = Connection::open_each(stacks, shared.aws_profile.as_deref()).await?;
    let targets = scope.targets(&connections, &arguments.stacks);
    let progress = Progress::new(deployment::observer(shared.output == Output::Json, stacks));
    let engine = Engine {
        concurrency: arguments.concurrency.map(usize::from),
        role: arguments.role.clone(),
        ..scope.engine(&targets, &progress)
    };
    let mut found = engine.survey().await?;
    if let Some((keys, connection)) = keys.as_ref().zip(connections.first()).filter(|_| arguments.stacks.is_empty()) {
        found.others = parameters(connection, keys).await;
    }
    if found.is_empty() {
        terminal::note(&format!("nothing to do: no stack of `{environment}` is there"));
        progress.tell_left(&found, shared.output)?;
        return Ok(Status::Done);
    }
    show(&found, shared.output)?;
    if arguments.dry_run {
        return Ok(Status::Done);
    }
    let question = match question::places(found.places()) {
        places if places.is_empty() => "delete all this".to_owned(),
        places => format!("delete all this in {places}"),
    };
    if !approval::by_name(arguments.yes.is_some(), environment, &question).await? {
        return Ok(Status::Declined);
    }
    let status = deleted(&engine, &mut found, &progress, stacks).await;
    let told = progress.tell_left(&found, shared.output);
    status.and_then(|status| told.map(|()| status))
}

/// Deletes what was found, unless a person does not wait for the end.
async fn deleted(
    engine: &Engine<'_, Connection>,
    found: &mut Survey,
    progress: &Progress,
    stacks: &[Synthesized],
) -> Result<Status, Error> {
    let Some(report) = interruption::watched_to_the_end(progress, Box::pin(engine.run(found))).await else {
        progress.tell_unfinished(found.stacks.iter().map(|own| &*own.stack));
        return Err(interruption::abandoned());
    };
    let status = conclude(&report?, stacks);
    let look = engine.look_for_snapshots(found, |stack| progress.has_deleted(stack));
    interruption::watched_to_the_end(progress, Box::pin(look)).await;
    Ok(status)
}

/// The parameters that `keys init` made: they stay, as no stack has them.
async fn parameters(connection: &Connection, keys: &Keys) -> Vec<Copy> {
    let mut found = Vec::new();
    for name in keys.parameters() {
        match connection.has_parameter(name).await {
            Ok(false) => {}
            Ok(true) => found.push(Copy {
                what: format!("parameter {name}"),
                command: format!("aws ssm delete-parameter --region {} --name {name}", connection.region()),
            }),
            Err(failure) => terminal::note(&failure.to_error(&format!("see whether {name} stays")).to_string()),
        }
    }
    found
}

fn show(found: &Survey, output: Output) -> Result<(), Error> {
    match output {
        Output::Human => terminal::progress_line(survey::text(found).trim_end()),
        Output::Json => terminal::event("surveyed", found)?,
    }
    Ok(())
}

/// Why stacks are left, and the status.
pub(super) fn conclude(report: &Report, stacks: &[Synthesized]) -> Status {
    let mut status = Status::Done;
    for (name, ended) in &report.0 {
        let worse = match ended {
            Ended::Deleted => continue,
            Ended::Skipped { needed_by } => {
                terminal::note(&format!("stack `{name}` was not deleted: `{needed_by}` is still there, and needs it"));
                Status::Error
            }
            Ended::Failed(error) => {
                terminal::error(error);
                Status::Error
            }
            Ended::Stuck(cause) => {
                let error = deployment::failure(name, "was not deleted", cause, line(stacks, name, cause));
                terminal::error(&error.help("mend that, and run the command again"));
                Status::Stuck
            }
        };
        status = status.or_worse(worse);
    }
    let left = report.0.iter().filter(|(_, ended)| !matches!(ended, Ended::Deleted)).map(|(name, _)| &**name);
    let left: Vec<&str> = left.collect();
    if !left.is_empty() {
        terminal::note(&format!("still there: {}; the same command deletes what is left", left.join(", ")));
    }
    status
}
