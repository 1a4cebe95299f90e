//! Where the parts of a template stand in its file.

use std::fmt::{self, Display, Formatter};

use crate::template::{Mapping, Node};

/// A place in a text, written `line:column`. Both count from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl Display for Position {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Where a value begins, and where its parts are.
///
/// The parts are those of the value's [`Node`], in the same order: a map's entries, a list's items, a function's
/// one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    position: Position,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Of the key in a map, and of the function's name.
    pub(super) key: Option<Position>,
    pub(super) value: Place,
}

impl Place {
    pub(super) fn new(position: Position, parts: Vec<Part>) -> Self {
        Self { position, parts }
    }

    /// The place of a function whose tag is at `position`.
    pub(super) fn tagged(position: Position, argument: Self) -> Self {
        Self { position, parts: vec![Part { key: Some(position), value: argument }] }
    }

    /// Gives each item of a list that was written as one text (`Vpc.CidrBlock`) the place of the text.
    pub(super) fn split(&mut self, argument: &Node) {
        if let (Node::List(items), Some(part)) = (argument, self.parts.first_mut())
            && part.value.parts.is_empty()
        {
            let item = Part { key: None, value: Self::new(part.value.position, Vec::new()) };
            part.value.parts = vec![item; items.len()];
        }
    }

    /// Where the value begins.
    pub fn position(&self) -> Position {
        self.position
    }
}

/// A value with its place.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    node: &'a Node,
    place: &'a Place,
    key: Option<Position>,
}

impl<'a> Located<'a> {
    pub(super) fn new(node: &'a Node, place: &'a Place) -> Self {
        Self { node, place, key: None }
    }

    /// The value.
    pub fn node(self) -> &'a Node {
        self.node
    }

    /// Where the value begins.
    pub fn position(self) -> Position {
        self.place.position
    }

    /// Where the value's key begins; where the value does if it has no key.
    pub fn key_position(self) -> Position {
        self.key.unwrap_or(self.place.position)
    }

    /// The value of `key`, if this is a map that has it.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The entries, if this is a map; otherwise there is none.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.node.as_map().into_iter().flat_map(Mapping::iter);
        entries.zip(&self.place.parts).map(|((key, node), part)| (key, Self::part(node, part)))
    }

    /// The items, if this is a list; otherwise there is none.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items = self.node.as_list().unwrap_or_default();
        items.iter().zip(&self.place.parts).map(|(node, part)| Self::part(node, part))
    }

    /// The argument, if this is a function.
    pub fn argument(self) -> Option<Self> {
        let function = self.node.as_function()?;
        self.place.parts.first().map(|part| Self::part(function.argument(), part))
    }

    /// One step of a path: a key, the number of an item, or the function's full name.
    pub(super) fn step(self, step: &str) -> Option<Self> {
        match self.node {
            Node::Map(_) => self.get(step),
            Node::List(_) => self.items().nth(step.parse().ok()?),
            Node::Function(function) if function.name().key() == step => self.argument(),
            _ => None,
        }
    }

    fn part(node: &'a Node, part: &'a Part) -> Self {
        Self { node, place: &part.value, key: part.key }
    }
}
