//! Policy documents, and the builders of `AWS::IAM`.
//!
//! ```
//! use synth::aws::iam::{PolicyDocument, Principal, Statement};
//! use synth::prelude::*;
//!
//! let trust = PolicyDocument::new([Statement::allow(["sts:AssumeRole"])
//!     .principal(Principal::service("ecs-tasks.amazonaws.com"))
//!     .condition("StringEquals", "aws:SourceAccount", pseudo::ACCOUNT_ID)]);
//! let read = Statement::allow(["s3:GetObject"]).on([sub!["arn:", pseudo::PARTITION, ":s3:::assets/*"]]);
//! # let _ = (trust, read);
//! ```

use crate::template::{IntoValue, List, Mapping, Node, Object, Text, Value, pseudo};

#[cfg(feature = "iam")]
pub use super::generated::iam::*;

/// The version of the policy language. There is one in use.
const VERSION: &str = "2012-10-17";

/// A policy document: what an identity may do, who may assume a role, or who may use a resource.
///
/// [AWS documentation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html)
#[must_use]
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

impl PolicyDocument {
    /// A document of these statements.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self { statements: statements.into_iter().collect() }
    }

    /// The document that lets a service assume a role, such as `lambda.amazonaws.com`.
    pub fn assumed_by(service: impl IntoValue<String>) -> Self {
        Self::new([Statement::allow(["sts:AssumeRole"]).principal(Principal::service(service))])
    }

    /// The document that lets a service assume a role, and only for a resource of this account whose ARN is like
    /// `resource`. Without that a stranger could have the service use the role for theirs ("confused deputy").
    ///
    /// Only for services that are documented to say for which resource they act: ECS tasks, `CodeBuild`, CodePipeline, RDS.
    /// For others the role could not be assumed at all.
    /// [AWS documentation](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
    pub fn assumed_by_for(service: impl IntoValue<String>, resource: impl IntoValue<String>) -> Self {
        Self::new([Statement::allow(["sts:AssumeRole"])
            .principal(Principal::service(service))
            .condition("StringEquals", "aws:SourceAccount", pseudo::ACCOUNT_ID)
            .condition("ArnLike", "aws:SourceArn", Value::new(resource))])
    }

    /// Adds a statement.
    pub fn with(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }
}

impl Object for PolicyDocument {
    fn into_object(self) -> Node {
        let statements = self.statements.into_iter().map(Object::into_object);
        Node::map([("Version", VERSION.into()), ("Statement", Node::list(statements))])
    }
}

impl FromIterator<Statement> for PolicyDocument {
    fn from_iter<I: IntoIterator<Item = Statement>>(statements: I) -> Self {
        Self::new(statements)
    }
}

/// One statement of a policy document. What it does not say is left out, and means what AWS says it means.
#[must_use]
#[derive(Clone, Debug)]
pub struct Statement {
    effect: &'static str,
    elements: Mapping,
}

/// The order in which the elements of a statement are written.
const ELEMENTS: [&str; 8] =
    ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

impl Statement {
    /// Allows actions, such as `s3:GetObject`.
    pub fn allow(actions: impl IntoValue<List<String>>) -> Self {
        Self { effect: "Allow", elements: Mapping::new() }.set("Action", actions)
    }

    /// Denies actions, whatever else allows them.
    pub fn deny(actions: impl IntoValue<List<String>>) -> Self {
        Self { effect: "Deny", elements: Mapping::new() }.set("Action", actions)
    }

    /// Denies every action but these, whatever else allows them.
    pub fn deny_all_but(actions: impl IntoValue<List<String>>) -> Self {
        Self { effect: "Deny", elements: Mapping::new() }.set("NotAction", actions)
    }

    /// The statement's name: letters and digits.
    pub fn sid(mut self, sid: impl Into<Text>) -> Self {
        self.elements.insert("Sid", Node::String(sid.into()));
        self
    }

    /// The resources that it speaks of, by ARN.
    pub fn on(self, resources: impl IntoValue<List<String>>) -> Self {
        self.set("Resource", resources)
    }

    /// Every resource. For actions that have no resource types.
    pub fn on_everything(self) -> Self {
        self.on(["*"])
    }

    /// Every resource but these.
    pub fn on_all_but(self, resources: impl IntoValue<List<String>>) -> Self {
        self.set("NotResource", resources)
    }

    /// Who it speaks of. Only in trust policies and the policies of resources.
    pub fn principal(mut self, principal: Principal) -> Self {
        self.elements.insert("Principal", principal.0);
        self
    }

    /// Holds only where `key` compares to the value: `condition("StringEquals", "aws:SourceAccount", account)`. A second
    /// value for the same key is an alternative to the first, as AWS reads a list.
    pub fn condition(mut self, operator: &'static str, key: impl Into<Text>, value: impl IntoValue<String>) -> Self {
        if let Some(node) = value.into_node() {
            self.compare(operator, key.into(), node);
        }
        self
    }

    /// As [`condition`](Self::condition), with several values of which one must compare.
    pub fn condition_any(
        mut self,
        operator: &'static str,
        key: impl Into<Text>,
        values: impl IntoValue<List<String>>,
    ) -> Self {
        if let Some(node) = values.into_node() {
            self.compare(operator, key.into(), one_or_list(node));
        }
        self
    }

    fn compare(&mut self, operator: &'static str, key: Text, value: Node) {
        let mut conditions = self.elements.remove("Condition").map_or_else(Mapping::new, Node::into_map);
        let mut keys = conditions.remove(operator).map_or_else(Mapping::new, Node::into_map);
        let values = match keys.remove(&key) {
            None => value,
            Some(before) => Node::list(all(before).into_iter().chain(all(value))),
        };
        keys.insert(key, values);
        conditions.insert(operator, Node::Map(keys));
        self.elements.insert("Condition", Node::Map(conditions));
    }

    fn set(mut self, element: &'static str, values: impl IntoValue<List<String>>) -> Self {
        if let Some(node) = values.into_node() {
            self.elements.insert(element, one_or_list(node));
        }
        self
    }
}

impl Object for Statement {
    fn into_object(mut self) -> Node {
        self.elements.insert("Effect", self.effect.into());
        Node::map(ELEMENTS.iter().filter_map(|element| Some((*element, self.elements.remove(element)?))))
    }
}

/// Who a statement speaks of.
#[must_use]
#[derive(Clone, Debug)]
pub struct Principal(Node);

impl Principal {
    /// Everybody, also without credentials.
    pub fn anyone() -> Self {
        Self("*".into())
    }

    /// A service of AWS, such as `lambda.amazonaws.com`.
    pub fn service(name: impl IntoValue<String>) -> Self {
        Self::of("Service", name)
    }

    /// A role, user or account, by ARN or account id.
    pub fn aws(identity: impl IntoValue<String>) -> Self {
        Self::of("AWS", identity)
    }

    /// An identity provider, by ARN or name.
    pub fn federated(provider: impl IntoValue<String>) -> Self {
        Self::of("Federated", provider)
    }

    fn of(kind: &'static str, value: impl IntoValue<String>) -> Self {
        Self(Node::map(value.into_node().map(|node| (kind, node))))
    }
}

/// The values of a condition, one or several.
fn all(values: Node) -> Vec<Node> {
    match values {
        Node::List(_) => values.into_list(),
        one => vec![one],
    }
}

/// A list of one as that one, as policies are usually written.
fn one_or_list(node: Node) -> Node {
    match node {
        Node::List(items) => match <[Node; 1]>::try_from(items.into_vec()) {
            Ok([one]) => one,
            Err(items) => items.into(),
        },
        other => other,
    }
}
