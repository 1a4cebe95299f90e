//! What a stack says about a resource or an output, beside its properties.

use std::panic::Location;

use super::declared::{Declared, DeclaredResource, Mention};
use crate::aws::typed::{Handle, Resource};
use crate::template::{Condition, IntoValue, Json, Mapping, Node, Text};

/// The resource attributes of one resource in a stack, from [`Stack::resource`](super::Stack::resource).
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html)
#[derive(Debug)]
pub struct Entry<'s> {
    pub(super) resource: &'s mut DeclaredResource,
    pub(super) mentions: &'s mut Vec<Mention>,
}

impl Entry<'_> {
    /// Waits for another resource of the stack, which no reference says: `DependsOn`.
    #[track_caller]
    pub fn depends_on<R: Resource>(self, other: &Handle<R>) -> Self {
        let id = other.logical_id().to_owned().into();
        self.mentions.push(Mention { id, scope: other.scope(), line: Location::caller() });
        self.depends_on_id(other.logical_id().to_owned())
    }

    /// Waits for the resource with this logical id.
    pub fn depends_on_id(self, id: impl Into<Text>) -> Self {
        let id = Node::String(id.into());
        let ids = match self.resource.attributes.remove("DependsOn") {
            Some(Node::List(ids)) => Node::list(ids.into_iter().chain([id])),
            Some(first) => Node::list([first, id]),
            None => id,
        };
        self.with("DependsOn", ids)
    }

    /// Exists only where the condition holds.
    #[track_caller]
    pub fn condition(self, condition: &Condition) -> Self {
        self.mentions.push(Mention { id: condition.id(), scope: condition.scope(), line: Location::caller() });
        self.with("Condition", Node::String(condition.id()))
    }

    /// What happens to it when it leaves the stack, or the stack is deleted. AWS's default is to delete it; for
    /// databases to take a snapshot.
    pub fn deletion_policy(self, policy: DeletionPolicy) -> Self {
        self.with("DeletionPolicy", policy.name().into())
    }

    /// What happens to the old one when an update replaces it. AWS's default is to delete it.
    pub fn update_replace_policy(self, policy: DeletionPolicy) -> Self {
        self.with("UpdateReplacePolicy", policy.name().into())
    }

    /// How CloudFormation knows that it is ready: `CreationPolicy`.
    pub fn creation_policy(self, policy: impl IntoValue<Json>) -> Self {
        self.with_json("CreationPolicy", policy)
    }

    /// How it is updated: `UpdatePolicy`.
    pub fn update_policy(self, policy: impl IntoValue<Json>) -> Self {
        self.with_json("UpdatePolicy", policy)
    }

    /// Anything that tools want to know about it, under `key` of its `Metadata`.
    pub fn metadata(self, key: impl Into<Text>, value: impl IntoValue<Json>) -> Self {
        let mut metadata = match self.resource.attributes.remove("Metadata") {
            Some(Node::Map(metadata)) => metadata,
            _ => Mapping::new(),
        };
        if let Some(value) = value.into_node() {
            metadata.insert(key, value);
        }
        self.with("Metadata", Node::Map(metadata))
    }

    /// What `checker` finds here is meant: `rule` is its name for it, and `reason` says why. The reason stands in the
    /// template, where the checker reads it; one whose finding no longer occurs is a finding itself.
    pub fn justified(self, checker: Checker, rule: impl Into<Text>, reason: impl Into<Text>) -> Self {
        let skips = self
            .resource
            .attributes
            .get("Metadata")
            .and_then(|all| all.as_map()?.get(checker.key())?.as_map()?.get("skip"));
        let before = skips.and_then(Node::as_list).unwrap_or_default().to_vec();
        let skip = Node::map([("id", Node::String(rule.into())), ("comment", Node::String(reason.into()))]);
        let skips = Node::list(before.into_iter().chain([skip]));
        self.metadata(checker.key(), Node::map([("skip", skips)]))
    }

    fn with_json(self, name: &'static str, value: impl IntoValue<Json>) -> Self {
        match value.into_node() {
            Some(node) => self.with(name, node),
            None => self,
        }
    }

    fn with(self, name: &'static str, node: Node) -> Self {
        self.resource.attributes.insert(name, node);
        self
    }
}

/// What looks for mistakes in templates, and lets them justify what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checker {
    /// The rules of this crate: the command `check`.
    Synth,
    /// [checkov](https://www.checkov.io).
    Checkov,
}

impl Checker {
    /// The key of a resource's `Metadata` under which it looks for justifications.
    fn key(self) -> &'static str {
        match self {
            Self::Synth => "synth",
            Self::Checkov => "checkov",
        }
    }
}

/// What becomes of a resource that CloudFormation no longer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// It is deleted.
    Delete,
    /// It stays, and nothing manages it any longer.
    Retain,
    /// It stays, except that a creation which fails takes it away again.
    RetainExceptOnCreate,
    /// A snapshot of it is taken first. Only for types that have snapshots.
    Snapshot,
}

impl DeletionPolicy {
    fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

/// One output of a stack, from [`Stack::output`](super::Stack::output).
#[derive(Debug)]
pub struct OutputEntry<'s> {
    pub(super) output: &'s mut Declared,
    pub(super) mentions: &'s mut Vec<Mention>,
}

impl OutputEntry<'_> {
    /// What the output is.
    pub fn description(self, text: impl Into<Text>) -> Self {
        self.with("Description", Node::String(text.into()))
    }

    /// Exists only where the condition holds.
    #[track_caller]
    pub fn condition(self, condition: &Condition) -> Self {
        self.mentions.push(Mention { id: condition.id(), scope: condition.scope(), line: Location::caller() });
        self.with("Condition", Node::String(condition.id()))
    }

    fn with(self, name: &'static str, node: Node) -> Self {
        if let Node::Map(output) = &mut self.output.node {
            output.insert(name, node);
        }
        self
    }
}
