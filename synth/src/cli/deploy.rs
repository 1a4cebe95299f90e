//! `deploy`: every stack, in the order that they need each other.

use std::io::{BufRead, IsTerminal, stdin};
use std::path::Path;

use clap::ValueEnum;

use super::assets::Made;
use super::{Application, Output, Shared, Status, check, interruption, known};
use crate::assembly::Assembly;
use crate::cloud::{self, Connection};
use crate::construct::Synthesized;
use crate::deploy::{Ended, Engine, Patience, Plan, Report, Target};
use crate::error::Error;
use crate::template::verify::MAXIMUM_INLINE_BYTES;
use crate::terminal::{self, deployment};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Deploy only these; what they need must be there
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// From this machine, without a pipeline
    #[arg(long)]
    direct: bool,
    /// Approve the plan without being asked
    #[arg(long)]
    yes: bool,
    /// Which plans need an approval
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    require_approval: Approval,
    /// Change at most so many stacks at once [default: all that can be]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
}

/// Which plans need an approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Approval {
    /// None
    Never,
    /// Those that change rights: roles, policies, what may be reached from where
    Broadening,
    /// Those that delete or replace something
    Destructive,
    /// All that change anything
    #[default]
    Any,
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments,
) -> Result<Status, Error> {
    let app = application.app(root, shared.environment.as_deref(), &A::Switches::default())?;
    let environment = app.environment_name().unwrap_or("default").to_owned();
    if let Some(pipeline) = app.pipeline_name() {
        return Err(by_pipeline(&environment, pipeline, arguments.direct));
    }
    let stacks = Assembly::of(app)?.into_stacks();
    known("stack", &arguments.stacks, stacks.iter().map(|stack| &*stack.name))?;
    let findings = check::of_stacks(&stacks, application.rules());
    if !findings.is_empty() {
        terminal::note("nothing was deployed: first mend what `check` finds, or say in the code why it may stay");
        return check::report(&findings, shared.output);
    }
    let targets = Target::of(&stacks, &arguments.stacks);
    deployable(&targets)?;
    cloud::run(deploy(root, shared.output, arguments, &environment, &stacks, &targets))
}

fn by_pipeline(environment: &str, pipeline: &str, direct: bool) -> Error {
    if direct {
        return Error::usage(format!(
            "environment `{environment}` is deployed by its pipelines, not from this machine"
        ))
        .help("the next run of a pipeline would undo it; an environment with `pipelines: false` can be deployed so");
    }
    Error::other("this version does not deploy environments with pipelines; nothing was deployed").help(format!(
        "deploy `bootstrap` and `{pipeline}` by hand, as the README says; the pipeline deploys the others"
    ))
}

/// What this version can deploy: to one region, and templates that a request can carry.
fn deployable(targets: &[Target<'_>]) -> Result<(), Error> {
    let first = targets.first().map(|target| target.stack);
    for Target { stack, template, .. } in targets {
        let name = &stack.name;
        if let Some(first) = first.filter(|first| first.region != stack.region) {
            return Err(Error::other(format!("stacks `{}` and `{name}` have different regions", first.name))
                .help("this version deploys the stacks of one region: make an app of each region"));
        }
        let bytes = template.len();
        if bytes > MAXIMUM_INLINE_BYTES {
            return Err(Error::other(format!(
                "the template of stack `{name}` has {bytes} bytes, and this version deploys at most {MAXIMUM_INLINE_BYTES}"
            ))
            .help("split the stack, or deploy it through S3 with the AWS CLI"));
        }
    }
    Ok(())
}

async fn deploy(
    root: &Path,
    output: Output,
    arguments: &Arguments,
    environment: &str,
    stacks: &[Synthesized],
    targets: &[Target<'_>],
) -> Result<Status, Error> {
    let region = stacks.iter().find_map(|stack| stack.region.clone());
    let connection = Connection::open(region).await;
    let wanted = targets.iter().filter(|target| target.wanted).map(|target| target.stack);
    let assets = Made::new(root, &connection, wanted)?;
    let observer = deployment::observer(output == Output::Json, stacks);
    let engine = Engine {
        cloud: &connection,
        assets: &assets,
        targets,
        patience: Patience::default(),
        concurrency: arguments.concurrency.map(usize::from),
        token: token(),
        observer: &*observer,
    };
    let plan = engine.plan().await?;
    if plan.is_empty() {
        terminal::note(&format!("nothing to do: every stack of `{environment}` is as it should be"));
        return Ok(Status::Done);
    }
    let approved = approved(arguments, &plan);
    if !matches!(approved, Ok(true)) {
        engine.decline(&plan).await;
        return approved.map(|_| Status::Declined);
    }
    match interruption::watched(&engine, &plan).await {
        Some(report) => Ok(conclude(&report, stacks)),
        None => Err(Error::other("left: AWS goes on with what has begun, and begins nothing else")
            .help("run the command again to follow it and do the rest; `status` shows how far it is")),
    }
}

/// Tells the operations of this run from others. It is a name of a change set too.
fn token() -> String {
    format!("synth-{:016x}", fastrand::u64(..))
}

fn approved(arguments: &Arguments, plan: &Plan) -> Result<bool, Error> {
    let is_needed = match arguments.require_approval {
        Approval::Never => false,
        Approval::Broadening => plan.changes_rights(),
        Approval::Destructive => plan.destroys(),
        Approval::Any => true,
    };
    if arguments.yes || !is_needed {
        return Ok(true);
    }
    if !stdin().is_terminal() {
        terminal::note("declined: the plan needs an approval, and there is no terminal to ask; `--yes` approves it");
        return Ok(false);
    }
    terminal::prompt("Do this? [y/N] ");
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.map_err(|source| Error::other(format!("cannot read the answer: {source}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What went wrong last on the screen, and the status.
fn conclude(report: &Report, stacks: &[Synthesized]) -> Status {
    let mut status = Status::Done;
    for (name, ended) in &report.0 {
        let worse = match ended {
            Ended::Done | Ended::Unchanged => continue,
            Ended::Skipped { .. } => Status::Error,
            Ended::Failed(error) => {
                terminal::error(error);
                Status::Error
            }
            Ended::RolledBack(cause) | Ended::Stuck(cause) => {
                let stack = stacks.iter().find(|stack| stack.name == *name);
                let line = stack.and_then(|stack| stack.line(&cause.resource));
                let is_stuck = matches!(ended, Ended::Stuck(_));
                terminal::error(&deployment::failure(name, cause, line, is_stuck));
                if is_stuck { Status::Stuck } else { Status::RolledBack }
            }
        };
        status = if worse as u8 > status as u8 { worse } else { status };
    }
    status
}
