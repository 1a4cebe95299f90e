//! The tree and its places, built from what a parser finds in order.

use std::mem;

use super::error::Problem;
use super::place::{Part, Place, Position};
use crate::template::{Intrinsic, Mapping, Node, Text};

/// How deep values may be nested. Deeper ones would be more than any template needs and a danger to the stack.
const DEEPEST: usize = 128;

/// Takes values and the beginnings and ends of lists and maps, in the order of the file.
#[derive(Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    root: Option<(Node, Place)>,
}

/// A list or a map whose end is still to come.
struct Open {
    function: Option<Intrinsic>,
    position: Position,
    content: Content,
    parts: Vec<Part>,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<(Text, Node)>, key: Option<(String, Position)> },
}

impl Builder {
    pub(super) fn open_list(&mut self, position: Position, function: Option<Intrinsic>) -> Result<(), Problem> {
        self.open(position, function, Content::List(Vec::new()))
    }

    pub(super) fn open_map(&mut self, position: Position, function: Option<Intrinsic>) -> Result<(), Problem> {
        self.open(position, function, Content::Map { entries: Vec::new(), key: None })
    }

    /// Whether the next value is the key of a map.
    pub(super) fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Map { key: None, .. }, .. }))
    }

    pub(super) fn key(&mut self, text: String, position: Position) {
        if let Some(Open { content: Content::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some((text, position));
        }
    }

    pub(super) fn scalar(&mut self, node: Node, position: Position, function: Option<Intrinsic>) {
        self.add(node, Place::new(position, Vec::new()), function);
    }

    /// Ends the innermost list or map.
    pub(super) fn close(&mut self) -> Result<(), Problem> {
        let Some(Open { function, position, content, parts }) = self.open.pop() else {
            return Ok(());
        };
        let node = match content {
            Content::List(items) => items.into(),
            Content::Map { entries, .. } => {
                refuse_duplicates(&entries, &parts)?;
                Mapping::from_distinct(entries).into()
            }
        };
        self.add(node, Place::new(position, parts), function);
        Ok(())
    }

    /// What was built, once everything that was opened is closed.
    pub(super) fn finish(self) -> Option<(Node, Place)> {
        self.root
    }

    fn open(&mut self, position: Position, function: Option<Intrinsic>, content: Content) -> Result<(), Problem> {
        if self.wants_key() {
            let advice = "Write text in front of the colon; quote text that begins with a bracket.";
            return Err(Problem::new(position, "a key is a list or a mapping", advice));
        }
        if self.open.len() == DEEPEST {
            let what = format!("values are nested deeper than {DEEPEST} levels");
            return Err(Problem::new(position, what, "Split the template, or check what generated it."));
        }
        self.open.push(Open { function, position, content, parts: Vec::new() });
        Ok(())
    }

    fn add(&mut self, node: Node, place: Place, function: Option<Intrinsic>) {
        let (node, mut place) = match function {
            Some(name) => (Node::map([(name.key(), node)]), Place::tagged(place.position(), place)),
            None => (node, place),
        };
        if let Node::Function(function) = &node {
            place.split(function.argument());
        }
        let Some(Open { content, parts, .. }) = self.open.last_mut() else {
            self.root = Some((node, place));
            return;
        };
        let key = match content {
            Content::List(items) => {
                items.push(node);
                None
            }
            Content::Map { entries, key } => mem::take(key).map(|(text, position)| {
                entries.push((text.into(), node));
                position
            }),
        };
        parts.push(Part { key, value: place });
    }
}

fn refuse_duplicates(entries: &[(Text, Node)], parts: &[Part]) -> Result<(), Problem> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|one, other| entries[*one].0.cmp(&entries[*other].0));
    let twice = order.windows(2).filter(|pair| entries[pair[0]].0 == entries[pair[1]].0).min_by_key(|pair| pair[1]);
    let Some(&[first, second]) = twice else {
        return Ok(());
    };
    let position = |index: usize| parts[index].key.unwrap_or(parts[index].value.position());
    let what = format!("the key `{}` is already in line {}", entries[second].0, position(first).line);
    Err(Problem::new(position(second), what, "Rename or remove one of the two."))
}
