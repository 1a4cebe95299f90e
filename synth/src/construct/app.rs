//! An app: the stacks that belong together.

use super::asset::{Binding, StoredAsset};
use super::declared::{Declared, DeclaredAsset, Line, Lines};
use super::exchange::{self, Exchange, Member};
use super::keys::Keys;
use super::stack::Stack;
use super::synthesized::{ParameterValue, Synthesized};
use super::{evaluate, foreign};
use crate::error::{Error, Problem};
use crate::graph;
use crate::template::{Mapping, Node, Template, Text, verify};

/// Stacks that are synthesized together and may refer to each other.
#[derive(Debug)]
pub struct App {
    name: String,
    environment: Option<String>,
    pipeline: Option<String>,
    keys: Option<Keys>,
    stacks: Vec<Stack>,
}

impl App {
    /// An app without stacks.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), environment: None, pipeline: None, keys: None, stacks: Vec::new() }
    }

    /// The name of the environment that these stacks are for.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// The stack whose pipeline deploys these stacks. Default: the command line deploys them.
    #[must_use]
    pub fn pipeline(mut self, stack: impl Into<String>) -> Self {
        self.pipeline = Some(stack.into());
        self
    }

    /// The stack whose pipeline deploys these stacks, where one does.
    pub fn pipeline_name(&self) -> Option<&str> {
        self.pipeline.as_deref()
    }

    /// Where the application's secrets are, for the command that makes and shows them.
    #[must_use]
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Where the application's secrets are, if it has any.
    pub fn key_places(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// The app's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The environment's name, where there is one.
    pub fn environment_name(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// Adds a stack.
    pub fn add(&mut self, stack: Stack) {
        self.stacks.push(stack);
    }

    /// The templates, in the order of their deployment.
    ///
    /// # Errors
    ///
    /// A model that is wrong: everything that is wrong with it, each with the line of Rust that declared it.
    pub fn synthesize(self) -> Result<Vec<Synthesized>, Error> {
        let scopes = foreign::Scopes::of(&self.stacks);
        let mut problems = Vec::new();
        let drafts: Vec<Draft> =
            self.stacks.into_iter().map(|stack| Draft::of(stack, &scopes, &mut problems)).collect();
        let order = order(&drafts, &mut problems);
        if !problems.is_empty() {
            return Err(Error::model(problems));
        }
        let names: Vec<String> = drafts.iter().map(|draft| draft.stack.name.clone()).collect();
        let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
        let finished = order.into_iter().filter_map(|(index, needed)| {
            let dependencies = needed.into_iter().map(|needed| names[needed].clone()).collect();
            Some(drafts[index].take()?.finish(dependencies))
        });
        Ok(finished.collect())
    }
}

/// A stack whose parts have become a template, before it is known to be right.
struct Draft {
    stack: Stack,
    template: Template,
    lines: Lines,
    exchange: Exchange,
    assets: Vec<StoredAsset>,
    role: Option<Binding>,
    template_bucket: Option<Binding>,
}

impl Draft {
    fn of(mut stack: Stack, scopes: &foreign::Scopes, problems: &mut Vec<Problem>) -> Self {
        let mut lines = Lines::default();
        let before = problems.len();
        problems.extend(foreign::strays(&stack, scopes));
        let template = template(&mut stack, &mut lines, problems);
        let findings = verify::template(&template).into_iter().chain(foreign::findings(&template, &stack, scopes));
        problems.extend(findings.map(|finding| Problem {
            stack: stack.name.clone(),
            path: finding.path,
            message: finding.message,
            help: finding.help,
            declared: None,
        }));
        for problem in problems[before..].iter_mut().filter(|problem| problem.declared.is_none()) {
            problem.declared = lines.at(&template, &problem.path).or(Some(stack.line));
        }
        let mut exchange = Exchange::of(&template, &stack.values);
        let assets = stored_assets(&mut stack, &mut exchange, problems);
        let (role, bucket) = (stack.role.take(), stack.template_bucket.take());
        let role = bound(role, "the role that deploys the stack", &stack, &mut exchange, problems);
        let template_bucket = bound(bucket, "where the template goes", &stack, &mut exchange, problems);
        Self { stack, template, lines, exchange, assets, role, template_bucket }
    }

    fn finish(self, dependencies: Vec<String>) -> Synthesized {
        let Self { stack, template, lines, exchange, assets, role, template_bucket } = self;
        let tag = |(key, node): &(Text, Node)| Some((key.clone().into_owned(), evaluate::text(node, &stack.values)?));
        Synthesized {
            parameters: parameters(&template, &stack.values),
            tags: stack.tags.iter().filter_map(tag).collect(),
            exports: Exchange::known(&exchange.exports),
            imports: Exchange::known(&exchange.imports),
            name: stack.name,
            stack_name: stack.physical_name,
            region: stack.region,
            account: stack.account,
            termination_protection: stack.termination_protection,
            role,
            template_bucket,
            assets,
            template,
            dependencies,
            lines: lines.of("Resources").to_vec(),
        }
    }
}

/// The assets with their places, which the stack needs as it needs what it imports.
fn stored_assets(stack: &mut Stack, exchange: &mut Exchange, problems: &mut Vec<Problem>) -> Vec<StoredAsset> {
    let mut stored = Vec::new();
    for DeclaredAsset { asset, store, line } in std::mem::take(&mut stack.assets) {
        let path = format!("Parameters.{}", asset.parameter);
        match exchange.binding(&store, &stack.values, path) {
            Some(store) => stored.push(StoredAsset { asset, store }),
            None => problems.push(unknown(stack, &format!("where `{}` goes", asset.name), line)),
        }
    }
    stored
}

fn bound(
    said: Option<(Node, Line)>,
    what: &str,
    stack: &Stack,
    exchange: &mut Exchange,
    problems: &mut Vec<Problem>,
) -> Option<Binding> {
    let (node, line) = said?;
    let binding = exchange.binding(&node, &stack.values, String::new());
    if binding.is_none() {
        problems.push(unknown(stack, what, line));
    }
    binding
}

fn unknown(stack: &Stack, what: &str, line: Line) -> Problem {
    Problem {
        stack: stack.name.clone(),
        path: String::new(),
        message: format!("{what} is not known before it is deployed"),
        help: Some("write it out, or take what another stack exports under a name that is known".to_owned()),
        declared: Some(line),
    }
}

fn template(stack: &mut Stack, lines: &mut Lines, problems: &mut Vec<Problem>) -> Template {
    let mut resources: Vec<Declared> = Vec::with_capacity(stack.resources.len() + stack.loops.len());
    for mut resource in std::mem::take(&mut stack.resources) {
        resource.tag(&stack.tags);
        resources.push(resource.into_declared());
    }
    resources.append(&mut stack.loops);
    let mut root = Mapping::new();
    root.insert("AWSTemplateFormatVersion", "2010-09-09".into());
    if let Some(description) = stack.description.take() {
        root.insert("Description", Node::String(description));
    }
    match std::mem::take(&mut stack.transforms) {
        names if names.is_empty() => {}
        names => root.insert("Transform", Node::list(names.into_iter().map(Node::String))),
    }
    if !stack.metadata.is_empty() {
        root.insert("Metadata", Node::Map(std::mem::take(&mut stack.metadata)));
    }
    let sections = [
        ("Parameters", std::mem::take(&mut stack.parameters)),
        ("Rules", std::mem::take(&mut stack.rules)),
        ("Mappings", std::mem::take(&mut stack.mappings)),
        ("Conditions", std::mem::take(&mut stack.conditions)),
        ("Resources", resources),
        ("Outputs", std::mem::take(&mut stack.outputs)),
    ];
    for (name, parts) in sections {
        if !parts.is_empty() {
            root.insert(name, Node::Map(lines.section(&stack.name, name, parts, problems)));
        }
    }
    Template::new(root)
}

fn parameters(template: &Template, values: &Mapping) -> Vec<ParameterValue> {
    let kind = |node: &Node| Some(node.as_map()?.get("Type")?.as_str()?.to_owned());
    let value = |id: &str| evaluate::text(values.get(id)?, values);
    let parameters = template.section("Parameters");
    parameters
        .map(|(id, node)| ParameterValue {
            name: id.to_owned(),
            kind: kind(node).unwrap_or_default(),
            value: value(id),
        })
        .collect()
}

/// The stacks in the order of deployment, each with the stacks that it needs.
fn order(drafts: &[Draft], problems: &mut Vec<Problem>) -> Vec<(usize, Vec<usize>)> {
    let members: Vec<Member<'_>> = drafts
        .iter()
        .map(|Draft { stack, exchange, .. }| Member {
            name: &stack.name,
            exchange,
            waits_for: &stack.waits_for,
            region: stack.region.as_deref(),
            account: stack.account.as_deref(),
        })
        .collect();
    let (edges, found) = exchange::dependencies(&members);
    problems.extend(found.into_iter().map(|(index, problem)| {
        let draft = &drafts[index];
        Problem { declared: draft.lines.at(&draft.template, &problem.path).or(Some(draft.stack.line)), ..problem }
    }));
    problems.extend(drafts.iter().flat_map(|draft| wrong_names(&draft.stack)));
    problems.extend(same_names(drafts));
    match graph::order(&edges) {
        Ok(order) => order.into_iter().map(|index| (index, edges[index].clone())).collect(),
        Err(cycle) => {
            problems.push(circle(drafts, &cycle));
            Vec::new()
        }
    }
}

/// A stack's names become file names, and its name in AWS has rules.
fn wrong_names(stack: &Stack) -> impl Iterator<Item = Problem> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|next| next.is_ascii_alphanumeric() || next == b'-')
            && name.len() <= 128
    };
    let mut names = vec![&stack.name, &stack.physical_name];
    names.dedup();
    names.into_iter().filter(move |name| !is_name(name)).map(|name| Problem {
        stack: stack.name.clone(),
        path: String::new(),
        message: format!("`{name}` is no name for a stack"),
        help: Some("it has at most 128 letters, digits and hyphens, a letter first".to_owned()),
        declared: Some(stack.line),
    })
}

fn same_names(drafts: &[Draft]) -> impl Iterator<Item = Problem> {
    drafts.iter().enumerate().filter_map(|(index, draft)| {
        let same = |other: &&Draft| {
            let place = |stack: &Stack| (stack.physical_name.clone(), stack.region.clone(), stack.account.clone());
            other.stack.name == draft.stack.name || place(&other.stack) == place(&draft.stack)
        };
        let first = drafts[..index].iter().find(same)?;
        let line = first.stack.line;
        let message = if first.stack.name == draft.stack.name {
            format!("two stacks are named `{}`", draft.stack.name)
        } else {
            format!("the stack is named `{}` in AWS, as stack `{}` is", draft.stack.physical_name, first.stack.name)
        };
        Some(Problem {
            stack: draft.stack.name.clone(),
            path: String::new(),
            message,
            help: Some(format!("the first is at {line}")),
            declared: Some(draft.stack.line),
        })
    })
}

fn circle(drafts: &[Draft], cycle: &[usize]) -> Problem {
    let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(|index| &*drafts[*index].stack.name).collect();
    let first = &drafts[cycle[0]].stack;
    Problem {
        stack: first.name.clone(),
        path: String::new(),
        message: format!("stacks wait for each other: {}", names.join(" -> ")),
        help: Some(
            "one of them must not import from the next: pass the value as a parameter, or move the resource".to_owned(),
        ),
        declared: Some(first.line),
    }
}
