//! `check`: every rule, over the whole set of templates or over any files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Application, Output, Shared, Status};
use crate::assembly::Assembly;
use crate::construct::Synthesized;
use crate::error::Error;
use crate::template::read::{self, Document};
use crate::template::{Mapping, Node, Template};
use crate::terminal::{self, Table};
use crate::validate::{self, Finding, Rule, Set};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments<S: clap::Args> {
    /// Templates to check instead of the application's stacks; all that are named are checked together
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// List the rules instead
    #[arg(long)]
    rules: bool,
    #[command(flatten)]
    switches: S,
}

pub(super) fn run<A: Application>(
    application: &A,
    folder: &Path,
    shared: &Shared,
    arguments: &Arguments<A::Switches>,
) -> Result<Status, Error> {
    let own = application.rules();
    if arguments.rules {
        return list(&validate::rules().chain(own.iter().copied()).collect::<Vec<_>>(), shared.output);
    }
    let found = if arguments.files.is_empty() {
        let app = application.app(&application.root(folder)?, shared.environment.as_deref(), &arguments.switches)?;
        of_stacks(Assembly::of(app)?.stacks(), own)
    } else {
        of_files(&arguments.files)?
    };
    report(&found, shared.output)
}

/// A finding, and where it is for a person: a line of Rust or of a file.
#[derive(Serialize)]
pub(super) struct Found {
    rule: &'static str,
    message: String,
    help: Option<String>,
    stack: String,
    path: String,
    source: Option<String>,
}

impl Found {
    fn new(finding: Finding, source: Option<String>) -> Self {
        let path = finding.place.to_string();
        let Finding { rule, message, help, place } = finding;
        Self { rule, message, help, stack: place.stack, path, source }
    }
}

pub(super) fn of_stacks(stacks: &[Synthesized], own: &[Rule]) -> Vec<Found> {
    let source = |finding: &Finding| {
        let stack = stacks.iter().find(|stack| stack.name == finding.place.stack)?;
        stack.line(finding.place.logical_id()?).map(ToString::to_string)
    };
    let mut findings = validate::findings(&Set::of_app(stacks), own);
    findings.sort_by_cached_key(|finding| {
        let stack = stacks.iter().position(|stack| stack.name == finding.place.stack);
        (stack, stack.map(|at| order(stacks[at].template.root(), &finding.place.path)))
    });
    findings.into_iter().map(|finding| Found::new(finding.clone(), source(&finding))).collect()
}

/// The steps of a path as numbers, which have the order of the template.
fn order(root: &Mapping, path: &[String]) -> Vec<usize> {
    let mut entries = Some(root);
    let mut items: &[Node] = &[];
    let mut numbers = Vec::new();
    for step in path {
        let number = match entries {
            Some(entries) => entries.iter().position(|(key, _)| key == step).unwrap_or(entries.len()),
            None => step.parse().unwrap_or(0),
        };
        let next = entries.map_or_else(|| items.get(number), |entries| entries.get(step));
        (entries, items) = (next.and_then(Node::as_map), next.and_then(Node::as_list).unwrap_or_default());
        numbers.push(number);
    }
    numbers
}

fn of_files(files: &[PathBuf]) -> Result<Vec<Found>, Error> {
    let mut seen = HashSet::new();
    // The same file may be named twice, also in two ways.
    let files = files.iter().filter(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| (*file).clone())));
    let documents = files.map(|file| document(file)).collect::<Result<Vec<_>, Error>>()?;
    let templates = documents.iter().map(|(name, read)| Ok((&**name, template(name, read)?)));
    let templates = templates.collect::<Result<Vec<_>, Error>>()?;
    let findings = validate::findings(&Set::of_templates(templates.iter().map(|(name, read)| (*name, read))), &[]);
    let mut found: Vec<_> = findings
        .into_iter()
        .map(|finding| {
            let at = documents.iter().position(|(name, _)| *name == finding.place.stack);
            let position = at.map(|at| documents[at].1.find(&finding.place.path).position());
            ((at, position), finding)
        })
        .collect();
    found.sort_by_key(|(place, _)| *place);
    let found = found.into_iter().map(|((at, position), finding)| {
        let source = at.zip(position).map(|(at, position)| documents[at].1.address(position));
        Found::new(finding, source)
    });
    Ok(found.collect())
}

fn template(name: &str, read: &Document) -> Result<Template, Error> {
    let template = Template::from_node(read.node().clone());
    template.ok_or_else(|| Error::other(format!("{name} is no template: it is no mapping")))
}

fn document(file: &Path) -> Result<(String, Document), Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::file("read", file, source))?;
    let name = file.display().to_string();
    let document = read::document(&text, &name).map_err(|error| Error::other(error.to_string()))?;
    Ok((name, document))
}

fn list(rules: &[Rule], output: Output) -> Result<Status, Error> {
    match output {
        Output::Human => {
            let mut table = Table::new(["rule", "what must hold"]);
            for rule in rules {
                table.row([rule.id, rule.summary]);
            }
            terminal::result(&table.to_string())?;
        }
        Output::Json => {
            let rules = rules.iter().map(|rule| serde_json::json!({"id": rule.id, "summary": rule.summary}));
            let report = serde_json::json!({"version": 1, "rules": rules.collect::<Vec<_>>()});
            terminal::result(&format!("{report:#}\n"))?;
        }
    }
    Ok(Status::Done)
}

pub(super) fn report(found: &[Found], output: Output) -> Result<Status, Error> {
    match output {
        Output::Human => terminal::result(&found.iter().map(text).collect::<String>())?,
        Output::Json => {
            let report = serde_json::json!({"version": 1, "findings": found});
            terminal::result(&format!("{report:#}\n"))?;
        }
    }
    match found.len() {
        0 => terminal::note("nothing was found"),
        1 => terminal::note("1 finding"),
        count => terminal::note(&format!("{count} findings")),
    }
    Ok(if found.is_empty() { Status::Done } else { Status::Findings })
}

fn text(found: &Found) -> String {
    let Found { rule, message, help, stack, path, source } = found;
    let source = source.as_ref().map_or(String::new(), |source| format!("{source}, "));
    let help = help.as_ref().map_or(String::new(), |help| format!("\n  help: {help}"));
    format!("{rule}: {message}\n  at {source}stack `{stack}`, {path}{help}\n")
}
