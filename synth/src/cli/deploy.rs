//! `deploy`: every stack, in the order that they need each other.

use std::path::Path;

use tokio::signal::ctrl_c;

use super::approval::{Approval, Approver};
use super::assets::Made;
use super::{Application, Output, Shared, Status, check, interruption, known, line, token};
use crate::assembly::Assembly;
use crate::cloud::{self, Connection};
use crate::construct::Synthesized;
use crate::deploy::{Ended, Engine, Exports, Host, Patience, Plan, Planned, Report, Target};
use crate::error::Error;
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
    cloud::run(deploy(root, shared, arguments, &environment, &stacks))
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

async fn deploy(
    root: &Path,
    shared: &Shared,
    arguments: &Arguments,
    environment: &str,
    stacks: &[Synthesized],
) -> Result<Status, Error> {
    let connections = Connection::open_each(stacks, shared.aws_profile.as_deref()).await?;
    let targets = stacks.iter().zip(&connections);
    let targets: Vec<_> = targets.map(|(stack, connection)| Target::of(stack, connection, &arguments.stacks)).collect();
    let wanted = targets.iter().filter(|target| target.wanted).map(|target| target.stack);
    let made = Made::new(root, wanted)?;
    let observer = deployment::observer(shared.output == Output::Json, stacks);
    let approver = Approver::new(arguments.require_approval, arguments.yes, &*observer);
    let engine = Engine {
        host: &Here { made, approver },
        targets: &targets,
        patience: Patience::default(),
        concurrency: arguments.concurrency.map(usize::from),
        token: token(),
        observer: &*observer,
    };
    let plan = planned(&engine).await?;
    if plan.is_empty() {
        terminal::note(&format!("nothing to do: every stack of `{environment}` is as it should be"));
        return Ok(Status::Done);
    }
    let answer = engine.host.approver.plan(&plan).await;
    if !matches!(answer, Ok(true)) {
        engine.decline(&plan).await;
        return answer.map(|_| Status::Declined);
    }
    let run = Box::pin(engine.run(&plan));
    let Some(report) = interruption::watched(&*observer, run, async || engine.cancel().await).await else {
        interruption::left(&engine).await;
        return Err(interruption::abandoned());
    };
    outputs(shared.output, &report)?;
    Ok(conclude(&report, stacks))
}

/// What would happen, unless a person does not wait for it.
async fn planned(engine: &Engine<'_, Connection, Here<'_>>) -> Result<Plan, Error> {
    tokio::select! {
        plan = engine.plan() => plan,
        _ = ctrl_c() => {
            interruption::left(engine).await;
            Err(Error::other("left: nothing was deployed").help("run the command again"))
        }
    }
}

/// What the engine gets from the command line.
struct Here<'a> {
    made: Made<'a>,
    approver: Approver<'a>,
}

impl Host<Connection> for Here<'_> {
    async fn values(&self, target: &Target<'_, Connection>, exports: &Exports) -> Result<Vec<(String, String)>, Error> {
        self.made.values(target, exports).await
    }

    async fn template(&self, target: &Target<'_, Connection>, bucket: &str) -> Result<String, Error> {
        let put = target.cloud.put_template(bucket, &target.template).await;
        put.map_err(|failure| {
            failure.to_error(&format!("put the template of stack `{}` into {bucket}", target.stack.name))
        })
    }

    async fn approves(&self, planned: &Planned) -> Result<bool, Error> {
        self.approver.later(planned).await
    }
}

/// What the stacks that were changed say of themselves.
fn outputs(output: Output, report: &Report) -> Result<(), Error> {
    if output == Output::Json {
        // The events have them.
        return Ok(());
    }
    let done = report.0.iter().filter_map(|(stack, ended)| match ended {
        Ended::Done(own) => Some((stack, own)),
        _ => None,
    });
    terminal::outputs(done.flat_map(|(stack, own)| own.iter().map(move |(name, value)| [stack, name, value])))
}

/// What went wrong last on the screen, and the status.
fn conclude(report: &Report, stacks: &[Synthesized]) -> Status {
    let mut status = Status::Done;
    for (name, ended) in &report.0 {
        let worse = match ended {
            Ended::Done(_) | Ended::Unchanged => continue,
            Ended::Skipped { .. } => Status::Error,
            Ended::Declined => Status::Declined,
            Ended::Failed(error) => {
                terminal::error(error);
                Status::Error
            }
            Ended::RolledBack(cause) | Ended::Stuck(cause) => {
                let is_stuck = matches!(ended, Ended::Stuck(_));
                let (what, help) = if is_stuck {
                    ("failed half-way", "mend that; then `recover` gets the stack unstuck, and says how before it does")
                } else {
                    ("failed, and was taken back", "mend that, and run the command again")
                };
                let error = deployment::failure(name, what, cause, line(stacks, name, cause));
                terminal::error(&error.help(help));
                if is_stuck { Status::Stuck } else { Status::RolledBack }
            }
        };
        status = status.or_worse(worse);
    }
    status
}
