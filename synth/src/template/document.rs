//! A whole template, over the tree that it is written as.

use super::node::{Mapping, Node};

/// A CloudFormation template.
///
/// Whatever was read is kept, also what this model has no word for, so that reading and writing lose nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    root: Mapping,
}

impl Template {
    /// The template with these sections.
    pub fn new(root: Mapping) -> Self {
        Self { root }
    }

    /// The template that a tree is; none if the tree is not a mapping.
    pub fn from_node(node: Node) -> Option<Self> {
        match node {
            Node::Map(root) => Some(Self { root }),
            _ => None,
        }
    }

    /// The tree, as it is written.
    pub fn root(&self) -> &Mapping {
        &self.root
    }

    /// The tree, taken out.
    pub fn into_node(self) -> Node {
        Node::Map(self.root)
    }

    /// The entries of a section, such as `Parameters`; none if it is not there.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Node)> {
        self.root.get(name).and_then(Node::as_map).into_iter().flat_map(Mapping::iter)
    }

    /// The resources by logical id. Loops (`Fn::ForEach::…`) are left out.
    pub fn resources(&self) -> impl Iterator<Item = (&str, ResourceView<'_>)> {
        self.section("Resources")
            .filter(|(id, _)| !is_loop(id))
            .filter_map(|(id, node)| Some((id, ResourceView(node.as_map()?))))
    }
}

/// A resource in a template.
#[derive(Clone, Copy, Debug)]
pub struct ResourceView<'a>(&'a Mapping);

impl<'a> ResourceView<'a> {
    /// The resource type; empty if the template does not say it.
    pub fn kind(self) -> &'a str {
        self.0.get("Type").and_then(Node::as_str).unwrap_or_default()
    }

    /// The properties by name.
    pub fn properties(self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.0.get("Properties").and_then(Node::as_map).into_iter().flat_map(Mapping::iter)
    }

    /// A resource attribute: `DependsOn`, `Condition`, `DeletionPolicy`, `Metadata`, ...
    pub fn attribute(self, name: &str) -> Option<&'a Node> {
        self.0.get(name)
    }

    /// The logical ids that it explicitly depends on.
    pub fn depends_on(self) -> impl Iterator<Item = &'a str> {
        let (one, many) = match self.0.get("DependsOn") {
            Some(Node::String(id)) => (Some(&**id), None),
            Some(Node::List(ids)) => (None, Some(ids)),
            _ => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten().filter_map(Node::as_str))
    }
}

/// Whether a key is a loop: `Fn::ForEach::Name`.
pub(crate) fn is_loop(key: &str) -> bool {
    key.starts_with("Fn::ForEach::")
}
