//! `status`: what is there, and what comes next.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::join_all;
use serde::Serialize;

use super::{Application, Output, Shared, Status, known};
use crate::assembly::Assembly;
use crate::cloud::{self, Connection, DeployedStack, Deployments, Situation};
use crate::construct::Synthesized;
use crate::error::Error;
use crate::terminal::{self, Table};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Show only these stacks
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
}

/// What is said of a stack.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    stack: String,
    stack_name: String,
    /// The state; none where there is no such stack.
    status: Option<&'static str>,
    reason: Option<String>,
    /// What was made for it: by parameter, where it is, and the tags of an image.
    deployed: Vec<Deployed>,
    /// What it says to people: outputs that it does not export, by logical id.
    outputs: BTreeMap<String, String>,
    /// Of each service of containers, how many tasks run, and how many should.
    tasks: Vec<[u32; 2]>,
    /// What can be done next.
    next: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployed {
    parameter: String,
    value: String,
    tags: Vec<String>,
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments,
) -> Result<Status, Error> {
    let app = application.app(root, shared.environment.as_deref(), &A::Switches::default())?;
    let stacks = Assembly::of(app)?.into_stacks();
    known("stack", &arguments.stacks, stacks.iter().map(|stack| &*stack.name))?;
    let wanted = stacks.iter().filter(|stack| arguments.stacks.is_empty() || arguments.stacks.contains(&stack.name));
    let rows = cloud::run(async {
        let connections = Connection::open_each(wanted.clone(), shared.aws_profile.as_deref()).await?;
        let rows = join_all(wanted.zip(&connections).map(async |(stack, connection)| row(connection, stack).await));
        rows.await.into_iter().collect::<Result<Vec<_>, _>>()
    })?;
    report(&rows, shared.output)
}

async fn row(connection: &Connection, stack: &Synthesized) -> Result<Row, Error> {
    let found = connection.stack(&stack.stack_name).await;
    let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", stack.name)))?;
    let mut row = Row {
        stack: stack.name.clone(),
        stack_name: stack.stack_name.clone(),
        status: found.as_ref().map(|found| found.status.name()),
        reason: found.as_ref().and_then(|found| found.reason.clone()),
        deployed: Vec::new(),
        outputs: found.as_ref().map(|found| found.outputs.clone()).unwrap_or_default(),
        tasks: Vec::new(),
        next: next(found.as_ref()),
    };
    if let Some(found) = found.filter(|found| found.status.situation() == Situation::Standing) {
        row.deployed = deployed(connection, stack, &found).await;
        row.tasks = tasks(connection, stack).await;
    }
    Ok(row)
}

fn next(found: Option<&DeployedStack>) -> &'static str {
    match found.map_or(Situation::Absent, |found| found.status.situation()) {
        Situation::Absent | Situation::Reviewed => "`deploy` makes it",
        Situation::Standing => "`deploy` changes it",
        Situation::NeverStood => "`deploy` makes it again",
        Situation::Busy => "`deploy` waits",
        Situation::Stuck => "`recover` mends it",
    }
}

async fn deployed(connection: &Connection, stack: &Synthesized, found: &DeployedStack) -> Vec<Deployed> {
    let assets = stack.assets.iter().filter_map(|stored| {
        let parameter = &*stored.asset.parameter;
        Some((parameter.to_owned(), found.parameters.get(parameter)?.clone()))
    });
    join_all(assets.map(async |(parameter, value)| {
        let tags = if value.contains('@') { connection.image_tags(&value).await } else { Ok(Vec::new()) };
        Deployed { parameter, value, tags: tags.unwrap_or_else(|failure| untold(&stack.name, &failure)) }
    }))
    .await
}

async fn tasks(connection: &Connection, stack: &Synthesized) -> Vec<[u32; 2]> {
    let services = connection.services(stack).await;
    let services = services.unwrap_or_else(|failure| untold(&stack.name, &failure));
    let counts = join_all(services.iter().map(|service| connection.tasks(service))).await;
    let counts = counts.into_iter().filter_map(|counts| match counts {
        Ok(counts) => Some([counts.running_count, counts.desired_count]),
        Err(failure) => {
            untold::<()>(&stack.name, &failure);
            None
        }
    });
    counts.collect()
}

/// The rest can be told all the same.
fn untold<T>(stack: &str, failure: &cloud::Failure) -> Vec<T> {
    terminal::note(&failure.to_error(&format!("see all of stack `{stack}`")).to_string());
    Vec::new()
}

fn report<'r>(rows: &'r [Row], output: Output) -> Result<Status, Error> {
    match output {
        Output::Human => {
            let mut table = Table::new(["stack", "state", "runs", "next"]);
            for row in rows {
                let tasks = row.tasks.iter().map(|[running, desired]| format!("{running} of {desired} tasks"));
                let made = row.deployed.iter().map(|made| match made.tags.first() {
                    Some(tag) => tag.clone(),
                    None => short(&made.value).to_owned(),
                });
                let runs = made.chain(tasks).collect::<Vec<_>>().join(", ");
                table.row([&*row.stack, row.status.unwrap_or("not there"), &runs, row.next]);
            }
            terminal::result(&table.to_string())?;
            let outputs = |row: &'r Row| row.outputs.iter().map(|(name, value)| [&row.stack, name, value]);
            if rows.iter().any(|row| !row.outputs.is_empty()) {
                terminal::result("\n")?;
                terminal::outputs(rows.iter().flat_map(outputs))?;
            }
        }
        Output::Json => {
            let report = serde_json::json!({"version": 1, "stacks": rows});
            terminal::result(&format!("{report:#}\n"))?;
        }
    }
    for row in rows {
        if let Some(reason) = &row.reason {
            terminal::note(&format!("{}: {reason}", row.stack));
        }
    }
    Ok(Status::Done)
}

/// The beginning of the digest in a key or a URI.
fn short(value: &str) -> &str {
    let name = value.rsplit(['/', ':']).next().unwrap_or(value);
    name.get(..12).unwrap_or(name)
}
