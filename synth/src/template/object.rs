//! What every typed builder has in common.

use super::expression::{IntoValue, Json};
use super::node::{Mapping, Node, Text};

/// A typed builder, or an enumerated string: a value that a property of its own type takes.
pub trait Object {
    /// The value as a tree.
    #[doc(hidden)]
    fn into_object(self) -> Node;
}

/// An enumerated string: an open set with a constant for each known value.
pub trait Choice: Object {}

/// A typed builder that holds properties by name.
pub trait Properties: Sized {
    #[doc(hidden)]
    fn fields(&mut self) -> &mut Fields;

    /// Sets any property by its CloudFormation name. This is the way to what the typed setters do not know yet; it
    /// also overwrites what they set.
    ///
    /// ```
    /// use synth::prelude::*;
    /// use synth::aws::ec2;
    ///
    /// let vpc = ec2::Vpc::new().cidr_block("10.0.0.0/16").property("NewerProperty", json!({"On": true}));
    /// # let _ = vpc;
    /// ```
    fn property(mut self, name: impl Into<Text>, value: impl IntoValue<Json>) -> Self {
        if let Some(node) = value.into_node() {
            self.fields().0.insert(name, node);
        }
        self
    }
}

/// The properties that a builder has been given, in the order of writing.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Fields(Mapping);

impl Fields {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, node: Option<Node>) -> Self {
        if let Some(node) = node {
            self.0.insert(name, node);
        }
        self
    }

    pub fn into_map(self) -> Mapping {
        self.0
    }
}
