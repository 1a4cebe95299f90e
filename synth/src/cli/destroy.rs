//! `destroy`: every stack, in the order that strands none.

use std::path::Path;

use tokio::signal::ctrl_c;

use super::{Application, Output, Shared, Status, known, line, question, token};
use crate::assembly::Assembly;
use crate::cloud::{self, Connection};
use crate::construct::Synthesized;
use crate::deploy::Patience;
use crate::destroy::{Ended, Engine, Report, Survey, Target};
use crate::error::Error;
use crate::terminal::{self, deployment, survey};

/// How often what holds a resource is asked for: every five seconds, for about an hour.
const LONGEST_WAIT: u32 = 720;

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
    /// The role that deletes stacks whose own role is gone
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
    let app = application.app(root, shared.environment.as_deref(), &A::Switches::default())?;
    let environment = app.environment_name().unwrap_or(app.name()).to_owned();
    if let Some(name) = arguments.yes.as_ref().filter(|name| **name != environment) {
        return Err(Error::usage(format!("`--yes {name}` does not name the environment, which is `{environment}`")));
    }
    let stacks = Assembly::of(app)?.into_stacks();
    known("stack", &arguments.stacks, stacks.iter().map(|stack| &*stack.name))?;
    cloud::run(destroy(shared, arguments, &environment, &stacks))
}

async fn destroy(
    shared: &Shared,
    arguments: &Arguments,
    environment: &str,
    stacks: &[Synthesized],
) -> Result<Status, Error> {
    let connections = Connection::open_each(stacks, shared.aws_profile.as_deref()).await?;
    let is_wanted = |stack: &Synthesized| arguments.stacks.is_empty() || arguments.stacks.contains(&stack.name);
    let targets = stacks.iter().zip(&connections);
    let targets: Vec<_> = targets.map(|(stack, cloud)| Target { cloud, stack, wanted: is_wanted(stack) }).collect();
    let observer = deployment::observer(shared.output == Output::Json, stacks);
    let engine = Engine {
        targets: &targets,
        patience: Patience::default(),
        longest_wait: LONGEST_WAIT,
        concurrency: arguments.concurrency.map(usize::from),
        token: token(),
        role: arguments.role.clone(),
        observer: &*observer,
    };
    let found = engine.survey().await?;
    if found.is_empty() {
        terminal::note(&format!("nothing to do: no stack of `{environment}` is there"));
        return Ok(Status::Done);
    }
    show(&found, shared.output)?;
    if arguments.dry_run {
        return Ok(Status::Done);
    }
    if arguments.yes.is_none() && !approved(&found, environment).await? {
        return Ok(Status::Declined);
    }
    tokio::select! {
        report = engine.run(&found) => Ok(conclude(&report?, &found, stacks)),
        _ = ctrl_c() => Err(Error::other("left: AWS goes on with what has begun, and nothing else is deleted")
            .help("run the command again to follow it and do the rest; `status` shows how far it is")),
    }
}

fn show(found: &Survey, output: Output) -> Result<(), Error> {
    match output {
        Output::Human => terminal::progress_line(survey::text(found).trim_end()),
        Output::Json => {
            let mut line = serde_json::to_value(found).unwrap_or_default();
            (line["event"], line["version"]) = ("surveyed".into(), 1.into());
            terminal::result(&format!("{line}\n"))?;
        }
    }
    Ok(())
}

async fn approved(found: &Survey, environment: &str) -> Result<bool, Error> {
    if !question::can_be_asked() {
        terminal::note(&format!(
            "declined: this needs an approval, and there is no terminal to ask; `--yes {environment}` approves it"
        ));
        return Ok(false);
    }
    let places = question::places(found.places());
    let question = format!("Type `{environment}` to delete all this in {places}: ");
    Ok(question::ask(&question).await?.as_deref() == Some(environment))
}

/// What is left and why, last on the screen, and the status.
fn conclude(report: &Report, found: &Survey, stacks: &[Synthesized]) -> Status {
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
                terminal::error(&error.help("mend that, and run the command again: it deletes what is left"));
                Status::Stuck
            }
        };
        status = status.or_worse(worse);
    }
    let stays = survey::stays(found);
    if status == Status::Done && !stays.is_empty() {
        terminal::progress_line(stays.trim_end());
    }
    status
}
