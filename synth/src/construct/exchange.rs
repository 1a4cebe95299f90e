//! Who exports what, who imports it, and the order that follows.

use std::collections::HashMap;

use super::asset::Binding;
use super::evaluate;
use crate::error::{Problem, similar};
use crate::template::verify::walk::{self, Path};
use crate::template::{Intrinsic, Mapping, Node, Template};

/// What a stack gives to others, and takes from them. A name is the text that it evaluates to, or the JSON of its
/// expression where only AWS knows it.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// By name: the path to the output, and whether the name is the text itself.
    pub(super) exports: Vec<Name>,
    pub(super) imports: Vec<Name>,
}

#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) known: bool,
    pub(super) path: String,
}

impl Name {
    fn new(node: &Node, values: &Mapping, path: impl Into<String>) -> Self {
        match evaluate::text(node, values) {
            Some(text) => Self { text, known: true, path: path.into() },
            None => Self { text: serde_json::to_string(node).unwrap_or_default(), known: false, path: path.into() },
        }
    }
}

impl Exchange {
    /// What a template exports and imports, where its parameters have these values.
    pub(super) fn of(template: &Template, values: &Mapping) -> Self {
        let mut exchange = Self::default();
        for (id, output) in template.section("Outputs") {
            let export = output.as_map().and_then(|output| output.get("Export")?.as_map()?.get("Name"));
            exchange.exports.extend(export.map(|name| Name::new(name, values, format!("Outputs.{id}.Export.Name"))));
        }
        for (section, node) in template.root().iter() {
            walk::functions(node, &Path::Key(&Path::Root, section), &mut |function, path| {
                if function.name() == Intrinsic::ImportValue {
                    exchange.imports.push(Name::new(function.argument(), values, path.to_string()));
                }
            });
        }
        exchange
    }

    /// What an expression that stands beside the template means. What it imports is imported by the stack. `path` is where
    /// that is said; nothing is given where only AWS knows.
    pub(super) fn binding(&mut self, node: &Node, values: &Mapping, path: String) -> Option<Binding> {
        let import = node.as_function().filter(|function| function.name() == Intrinsic::ImportValue);
        let Some(import) = import else { return evaluate::text(node, values).map(Binding::Literal) };
        let name = Name::new(import.argument(), values, path);
        let binding = name.known.then(|| Binding::Export(name.text.clone()));
        self.imports.push(name);
        binding
    }

    pub(super) fn known(names: &[Name]) -> Vec<String> {
        let mut known: Vec<_> = names.iter().filter(|name| name.known).map(|name| name.text.clone()).collect();
        known.sort_unstable();
        known.dedup();
        known
    }
}

/// A stack's place in the order.
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) exchange: &'a Exchange,
    pub(super) waits_for: &'a [String],
    pub(super) region: Option<&'a str>,
    pub(super) account: Option<&'a str>,
}

impl Member<'_> {
    /// Whether both are, or may be, in one region of one account: an export is known there only.
    fn may_share_exports(&self, other: &Self) -> bool {
        let may_be = |own: Option<&str>, other: Option<&str>| own == other || own.is_none() || other.is_none();
        may_be(self.region, other.region) && may_be(self.account, other.account)
    }

    fn place(&self) -> String {
        let known = [self.account, self.region].into_iter().flatten();
        known.collect::<Vec<_>>().join(" ")
    }
}

/// For each stack the stacks that it needs, ascending. What is wrong is said for the stack that it is in.
pub(super) fn dependencies(members: &[Member<'_>]) -> (Vec<Vec<usize>>, Vec<(usize, Problem)>) {
    let mut problems = Vec::new();
    let exporters = exporters(members, &mut problems);
    let names: HashMap<&str, usize> = members.iter().enumerate().map(|(index, member)| (member.name, index)).collect();
    let edges = members.iter().enumerate().map(|(index, member)| {
        let mut needed = imported(members, index, &exporters, &mut problems);
        needed.extend(member.waits_for.iter().filter_map(|other| {
            let found = names.get(&**other).copied();
            if found.is_none() {
                problems.push((index, no_such_stack(member, other, &names)));
            }
            found
        }));
        needed.sort_unstable();
        needed.dedup();
        needed
    });
    (edges.collect(), problems)
}

/// Which stacks export which name: several do in several regions.
fn exporters<'m>(members: &'m [Member<'_>], problems: &mut Vec<(usize, Problem)>) -> HashMap<&'m str, Vec<usize>> {
    let mut exporters: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        for export in &member.exchange.exports {
            let others = exporters.entry(&export.text).or_default();
            if let Some(other) = others.iter().find(|other| members[**other].may_share_exports(member)) {
                let message = format!("`{}` is exported by stack `{}` already", export.text, members[*other].name);
                problems.push((index, problem(member, &export.path, message, Some("give one of them another name"))));
            }
            others.push(index);
        }
    }
    exporters
}

/// The stacks that a stack imports from. A name that no stack of the app exports comes from outside.
fn imported(
    members: &[Member<'_>],
    index: usize,
    exporters: &HashMap<&str, Vec<usize>>,
    problems: &mut Vec<(usize, Problem)>,
) -> Vec<usize> {
    let member = &members[index];
    let mut needed = Vec::new();
    for import in &member.exchange.imports {
        let Some(exporters) = exporters.get(&*import.text) else { continue };
        match exporters.iter().copied().find(|exporter| members[*exporter].may_share_exports(member)) {
            Some(exporter) if exporter == index => {
                let message = format!("`{}` is imported by the stack that exports it", import.text);
                let help = Some("use the value itself; the result of `export` is for other stacks");
                problems.push((index, problem(member, &import.path, message, help)));
            }
            Some(exporter) => needed.push(exporter),
            None => {
                let other = &members[exporters[0]];
                let (name, here, there) = (&import.text, member.place(), other.place());
                let message =
                    format!("`{name}` is exported by stack `{}` in {there}, and imported in {here}", other.name);
                let help = Some("an export is known in its own region only: pass the value as a parameter");
                problems.push((index, problem(member, &import.path, message, help)));
            }
        }
    }
    needed
}

fn no_such_stack(member: &Member<'_>, other: &str, names: &HashMap<&str, usize>) -> Problem {
    let mut known: Vec<&str> = names.keys().copied().collect();
    known.sort_unstable();
    let message = format!("stack `{}` comes after `{other}`, and the app has no such stack", member.name);
    let help = similar(other, known).map(|name| format!("did you mean `{name}`?"));
    problem(member, "", message, help.as_deref())
}

fn problem(member: &Member<'_>, path: &str, message: String, help: Option<&str>) -> Problem {
    Problem {
        stack: member.name.to_owned(),
        path: path.to_owned(),
        message,
        help: help.map(str::to_owned),
        declared: None,
    }
}
