//! `recover`: getting stacks unstuck.

use std::path::Path;

use super::destroy::conclude as conclude_deletion;
use super::progress::Progress;
use super::scope::Scope;
use super::{Application, Output, Shared, Status, approval, interruption, line, question};
use crate::cloud::{self, Connection};
use crate::construct::Synthesized;
use crate::deploy::Cause;
use crate::destroy::{self, LastResort};
use crate::error::Error;
use crate::recover::{Ended, Engine, Plan, Report};
use crate::terminal::{self, deployment, recovery};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Look only at these
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// The environment's name: do it without being asked
    #[arg(long, value_name = "NAME")]
    yes: Option<String>,
    /// Leave this resource as it is while an update is taken back
    #[arg(long, value_name = "STACK.RESOURCE", value_parser = resource)]
    skip: Vec<(String, String)>,
    /// Keep this resource, whose deletion failed, when its stack is deleted
    #[arg(long, value_name = "STACK.RESOURCE", value_parser = resource)]
    retain: Vec<(String, String)>,
    /// The last resort: delete this stack even where its resources cannot be deleted, which stay then
    #[arg(long, value_name = "STACK")]
    force: Vec<String>,
    /// The role for the stacks that have one, in its place
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
}

fn resource(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('.').filter(|(stack, id)| !stack.is_empty() && !id.is_empty());
    let parts = parts.map(|(stack, id)| (stack.to_owned(), id.to_owned()));
    parts.ok_or_else(|| "a stack and the logical id of a resource, with a dot between them".to_owned())
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments,
) -> Result<Status, Error> {
    let of_resources = arguments.skip.iter().chain(&arguments.retain).map(|(stack, _)| stack.clone());
    let named = [&*arguments.stacks, &*arguments.force, &of_resources.collect::<Vec<_>>()].concat();
    let scope = Scope::new(application, root, shared, arguments.yes.as_deref(), &named)?;
    cloud::run(recover(shared, arguments, &scope))
}

async fn recover(shared: &Shared, arguments: &Arguments, scope: &Scope) -> Result<Status, Error> {
    let Scope { environment, stacks, .. } = scope;
    let connections = Connection::open_each(stacks, shared.aws_profile.as_deref()).await?;
    let targets = scope.targets(&connections, &arguments.stacks);
    let progress = Progress::new(deployment::observer(shared.output == Output::Json, stacks));
    let removal = destroy::Engine {
        role: arguments.role.clone(),
        last_resort: LastResort { retained: arguments.retain.clone(), forced: arguments.force.clone() },
        ..scope.engine(&targets, &progress)
    };
    let engine = Engine { removal, skipped: arguments.skip.clone() };
    let mut plan = engine.plan().await?;
    if plan.is_empty() {
        terminal::note(&format!("nothing to do: no stack of `{environment}` is stuck"));
        return Ok(Status::Done);
    }
    show(&plan, shared.output)?;
    if arguments.dry_run {
        return Ok(Status::Done);
    }
    let question = format!("do this in {}", question::places(plan.places()));
    if plan.is_possible() && !approval::by_name(arguments.yes.is_some(), environment, &question).await? {
        return Ok(Status::Declined);
    }
    let report = interruption::watched_to_the_end(&progress, Box::pin(engine.run(&plan))).await;
    if report.is_none() {
        progress.tell_unfinished(plan.stacks.iter().map(|own| &*own.stack));
    }
    let status = report.ok_or_else(interruption::abandoned).map(|report| conclude(&report, stacks));
    let Some(survey) = &mut plan.survey else { return status };
    if status.is_ok() {
        let look = engine.removal.look_for_snapshots(survey, |stack| progress.has_deleted(stack));
        interruption::watched_to_the_end(&progress, Box::pin(look)).await;
    }
    let told = progress.tell_left(survey, shared.output);
    status.and_then(|status| told.map(|()| status))
}

fn show(plan: &Plan, output: Output) -> Result<(), Error> {
    match output {
        Output::Human => terminal::progress_line(recovery::text(plan).trim_end()),
        Output::Json => terminal::event("recoveryPlanned", plan)?,
    }
    Ok(())
}

/// What is still stuck and why, last on the screen, and the status.
fn conclude(report: &Report, stacks: &[Synthesized]) -> Status {
    let mut status = Status::Done;
    for (name, ended) in &report.mended {
        let worse = match ended {
            Ended::Recovered => continue,
            Ended::Left { why } => {
                terminal::error(&Error::other(format!("stack `{name}` is as it was")).help(why.clone()));
                Status::Stuck
            }
            Ended::Failed(error) => {
                terminal::error(error);
                Status::Error
            }
            Ended::Stuck(cause) => {
                let error = deployment::failure(name, "could not be taken back", cause, line(stacks, name, cause));
                terminal::error(&error.help(match skippable(cause) {
                    Some(id) => {
                        format!("mend that, and run the command again; or `--skip {name}.{id}` leaves it as it is")
                    }
                    None => "mend that, and run the command again".to_owned(),
                }));
                Status::Stuck
            }
        };
        status = status.or_worse(worse);
    }
    status.or_worse(match &report.deleted {
        Ok(deleted) => conclude_deletion(deleted, stacks),
        Err(error) => {
            terminal::error(error);
            Status::Error
        }
    })
}

/// What can be skipped by its name. What is nested has its stack's name in AWS before it, which is not known here.
fn skippable(cause: &Cause) -> Option<&str> {
    let event = &cause.event;
    let is_own = !event.is_stack && !event.resource.is_empty() && !event.resource.contains('/');
    is_own.then_some(&*event.resource)
}
