//! Looking into resolved trees, with the way to where one is.

use std::fmt;

use crate::template::{Mapping, Node};

/// Where something stands: a stack, and the steps from its template's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The stack's name, or the file's.
    pub stack: String,
    /// Keys, and the numbers of items.
    pub path: Vec<String>,
}

impl Place {
    pub(super) fn new(stack: &str, path: Vec<String>) -> Self {
        Self { stack: stack.to_owned(), path }
    }

    /// The logical id, where the place is in a resource.
    pub fn logical_id(&self) -> Option<&str> {
        match &*self.path {
            [section, id, ..] if section == "Resources" => Some(id),
            _ => None,
        }
    }
}

/// The path, such as `Resources.Group.Properties.SecurityGroupIngress[0].CidrIp`.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.path.iter().enumerate() {
            match step.parse::<usize>() {
                Ok(number) => write!(formatter, "[{number}]")?,
                Err(_) if index == 0 => formatter.write_str(step)?,
                Err(_) => write!(formatter, ".{step}")?,
            }
        }
        Ok(())
    }
}

/// A value in a resolved template; possibly one that is not there, whose place can be told all the same.
///
/// A value that only AWS knows, such as one under `Fn::If`, has neither text nor number nor items.
#[derive(Clone, Debug)]
pub struct View<'s> {
    stack: &'s str,
    node: Option<&'s Node>,
    path: Vec<Step<'s>>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'s> {
    Key(&'s str),
    Index(usize),
}

impl<'s> View<'s> {
    pub(super) fn root(stack: &'s str, node: &'s Node) -> Self {
        Self { stack, node: Some(node), path: Vec::new() }
    }

    pub(super) fn section(stack: &'s str, name: &'s str, node: Option<&'s Node>) -> Self {
        Self { stack, node, path: vec![Step::Key(name)] }
    }

    /// The value of a key. Inside a value that only AWS knows, there is no other.
    pub fn key(&self, key: &'s str) -> Self {
        let node = match self.node {
            Some(Node::Map(map)) => map.get(key),
            unknown => unknown.filter(|node| node.as_function().is_some()),
        };
        self.step(node, Step::Key(key))
    }

    /// The value at the end of keys with dots between them.
    pub fn get(&self, keys: &'s str) -> Self {
        keys.split('.').fold(self.clone(), |view, key| view.key(key))
    }

    /// The tree, if the value is there.
    pub fn node(&self) -> Option<&'s Node> {
        self.node
    }

    /// Whether there is a value, known or not.
    pub fn exists(&self) -> bool {
        self.node.is_some()
    }

    /// Whether there is a value that follows from the templates.
    pub fn is_known(&self) -> bool {
        self.exists() && !self.is_unknown()
    }

    /// Whether there is a value that does not follow from the templates.
    pub fn is_unknown(&self) -> bool {
        self.node.is_some_and(|node| node.as_function().is_some())
    }

    /// Whether it is such a value, or has one inside.
    pub fn is_partly_unknown(&self) -> bool {
        self.node.is_some_and(has_function)
    }

    /// The text, if it is text. What only AWS knows is in it as `${stack/Resource.Attribute}` or `${AWS::Region}`.
    pub fn text(&self) -> Option<&'s str> {
        self.node.and_then(Node::as_str)
    }

    /// The text, if nothing in it is left for AWS to fill in.
    pub fn literal(&self) -> Option<&'s str> {
        self.text().filter(|text| !text.contains("${"))
    }

    /// Whether it is this text.
    pub fn is(&self, text: &str) -> bool {
        self.text() == Some(text)
    }

    /// Whether it is this text, or may become it: only AWS knows, or who deploys.
    pub fn may_be(&self, text: &str) -> bool {
        self.is_unknown() || self.text().is_some_and(|own| own == text || own.contains("${"))
    }

    /// The whole number, also where it is written as text.
    pub fn number(&self) -> Option<i64> {
        match self.node? {
            Node::Integer(number) => Some(*number),
            Node::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The truth value, also where it is written as text.
    pub fn flag(&self) -> Option<bool> {
        match self.node? {
            Node::Bool(value) => Some(*value),
            Node::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether it is certainly not true: it is false, or not there.
    pub fn is_off(&self) -> bool {
        !self.may_be("true") && self.flag() != Some(true)
    }

    /// The items of a list; the value itself if it is known and no list; none if it is not there.
    pub fn items(&self) -> Vec<Self> {
        match self.node {
            Some(Node::List(items)) => {
                items.iter().enumerate().map(|(index, item)| self.step(Some(item), Step::Index(index))).collect()
            }
            None | Some(Node::Null | Node::Function(_)) => Vec::new(),
            Some(_) => vec![self.clone()],
        }
    }

    /// The texts among the items.
    pub fn texts(&self) -> Vec<&'s str> {
        self.items().iter().filter_map(Self::text).collect()
    }

    /// The entries of a map.
    pub fn entries(&self) -> Vec<(&'s str, Self)> {
        let entries = self.node.and_then(Node::as_map).into_iter().flat_map(Mapping::iter);
        entries.map(|(key, value)| (key, self.step(Some(value), Step::Key(key)))).collect()
    }

    /// The entry of a map at a place in its order.
    pub(super) fn entry(&self, at: usize) -> Option<(&'s str, Self)> {
        let (key, value) = self.node?.as_map()?.entry(at)?;
        Some((key, self.step(Some(value), Step::Key(key))))
    }

    /// Every text inside, with its place.
    pub fn all_texts(&self) -> Vec<Self> {
        match self.node {
            Some(Node::String(_)) => vec![self.clone()],
            Some(Node::List(_)) => self.items().iter().flat_map(Self::all_texts).collect(),
            Some(Node::Map(_)) => self.entries().iter().flat_map(|(_, value)| value.all_texts()).collect(),
            Some(Node::Function(function)) => {
                self.step(Some(function.argument()), Step::Key(function.name().key())).all_texts()
            }
            _ => Vec::new(),
        }
    }

    /// Where it stands, or should.
    pub fn place(&self) -> Place {
        let path = self.path.iter().map(|step| match step {
            Step::Key(key) => (*key).to_owned(),
            Step::Index(index) => index.to_string(),
        });
        Place { stack: self.stack.to_owned(), path: path.collect() }
    }

    fn step(&self, node: Option<&'s Node>, step: Step<'s>) -> Self {
        let path = self.path.iter().copied().chain([step]).collect();
        Self { stack: self.stack, node, path }
    }
}

fn has_function(node: &Node) -> bool {
    match node {
        Node::Function(_) => true,
        Node::List(items) => items.iter().any(has_function),
        Node::Map(map) => map.iter().any(|(_, value)| has_function(value)),
        _ => false,
    }
}
