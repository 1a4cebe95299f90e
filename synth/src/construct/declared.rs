//! Named parts of a stack, each with the line of Rust that declared it.

use std::collections::{HashMap, hash_map};
use std::panic::Location;

use super::asset::Asset;
use crate::aws::typed::{Resource, TagProperty};
use crate::error::Problem;
use crate::template::{Mapping, Node, Scope, Template, Text, tag_list};

/// A line of Rust.
pub(super) type Line = &'static Location<'static>;

/// A parameter, condition, resource, output...: whatever has a name in its section.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) id: Text,
    pub(super) node: Node,
    pub(super) line: Line,
}

/// Something that is made from the project, and the expression that says where it goes.
#[derive(Debug)]
pub(super) struct DeclaredAsset {
    pub(super) asset: Asset,
    pub(super) store: Node,
    pub(super) line: Line,
}

/// A name that was said through a handle, and stands in the template as mere text.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) id: Text,
    pub(super) scope: Scope,
    pub(super) line: Line,
}

/// A resource: its type, its properties and its resource attributes apart, so that they are written in one order.
#[derive(Debug)]
pub(super) struct DeclaredResource {
    pub(super) id: Text,
    pub(super) kind: Text,
    pub(super) tags: Option<TagProperty>,
    pub(super) attributes: Mapping,
    pub(super) properties: Mapping,
    pub(super) line: Line,
}

/// The order in which resource attributes are written, after the type and before the properties.
const ATTRIBUTES: [&str; 7] =
    ["Condition", "DependsOn", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];

impl DeclaredResource {
    #[track_caller]
    pub(super) fn new<R: Resource>(id: impl Into<Text>, kind: Text, properties: Mapping) -> Self {
        let line = Location::caller();
        Self { id: id.into(), kind, tags: R::TAGS, attributes: Mapping::new(), properties, line }
    }

    /// Adds tags that the resource does not set itself.
    pub(super) fn tag(&mut self, tags: &[(Text, Node)]) {
        match self.tags {
            Some(TagProperty::Map(name)) if !tags.is_empty() => self.tag_map(name, tags),
            Some(TagProperty::List(name)) if !tags.is_empty() => self.tag_list(name, tags),
            _ => {}
        }
    }

    fn tag_map(&mut self, name: &'static str, tags: &[(Text, Node)]) {
        let mut all = match self.properties.get(name) {
            None => Mapping::new(),
            Some(Node::Map(own)) => own.clone(),
            Some(_) => return,
        };
        for (key, value) in tags.iter().filter(|(key, _)| all.get(key).is_none()).collect::<Vec<_>>() {
            all.insert(key.clone(), value.clone());
        }
        self.properties.insert(name, Node::Map(all));
    }

    fn tag_list(&mut self, name: &'static str, tags: &[(Text, Node)]) {
        let mut all = match self.properties.get(name) {
            None => Vec::new(),
            Some(Node::List(own)) => own.to_vec(),
            Some(_) => return,
        };
        let has = |own: &Node, key: &Text| own.as_map().and_then(|tag| tag.get("Key")?.as_str()) == Some(&**key);
        let missing = tags.iter().filter(|(key, _)| !all.iter().any(|own| has(own, key)));
        all.extend(tag_list(missing.cloned().collect::<Vec<_>>().into_iter()).into_list());
        self.properties.insert(name, all.into());
    }

    pub(super) fn into_declared(mut self) -> Declared {
        let mut node = Mapping::new();
        node.insert("Type", Node::String(self.kind));
        for name in ATTRIBUTES {
            if let Some(value) = self.attributes.remove(name) {
                node.insert(name, value);
            }
        }
        if !self.properties.is_empty() {
            node.insert("Properties", Node::Map(self.properties));
        }
        Declared { id: self.id, node: Node::Map(node), line: self.line }
    }
}

/// Which line declared which part of which section: for each section the lines of its parts, in their order.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<(&'static str, Vec<Line>)>);

impl Lines {
    /// The section as a mapping. Of two parts with one name the first stays, and the second is a problem.
    pub(super) fn section(
        &mut self,
        stack: &str,
        section: &'static str,
        parts: Vec<Declared>,
        problems: &mut Vec<Problem>,
    ) -> Mapping {
        let mut first = HashMap::with_capacity(parts.len());
        let is_first: Vec<bool> = parts
            .iter()
            .map(|part| match first.entry(&*part.id) {
                hash_map::Entry::Vacant(vacant) => {
                    vacant.insert(part.line);
                    true
                }
                hash_map::Entry::Occupied(first) => {
                    problems.push(twice(stack, section, &part.id, first.get(), part.line));
                    false
                }
            })
            .collect();
        let unique = parts.into_iter().zip(is_first).filter_map(|(part, is_first)| is_first.then_some(part));
        let (entries, lines) = unique.map(|Declared { id, node, line }| ((id, node), line)).unzip();
        self.0.push((section, lines));
        Mapping::from_distinct(entries)
    }

    /// The line that declared what a path such as `Resources.Vpc.Properties` leads into.
    pub(super) fn at(&self, template: &Template, path: &str) -> Option<Line> {
        let (section, rest) = path.split_once('.')?;
        let within = |id: &str| rest.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let position = template.section(section).position(|(id, _)| within(id))?;
        self.of(section).get(position).copied()
    }

    /// The lines of a section's parts, in their order.
    pub(super) fn of(&self, section: &str) -> &[Line] {
        self.0.iter().find(|(name, _)| *name == section).map_or(&[], |(_, lines)| lines)
    }
}

fn twice(stack: &str, section: &'static str, id: &str, first: Line, second: Line) -> Problem {
    Problem {
        stack: stack.to_owned(),
        path: format!("{section}.{id}"),
        message: format!("`{id}` is declared twice in {section}"),
        help: Some(format!("the first is at {first}; give one of them another name")),
        declared: Some(second),
    }
}
