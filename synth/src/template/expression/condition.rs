//! Conditions, and the tests that they are made of.

use super::IntoValue;
use crate::template::function::{Function, Intrinsic, Scope};
use crate::template::node::{Node, Text};

/// A condition that a stack declares. Resources, outputs and [`if_`](super::if_) refer to it.
#[derive(Clone, Debug)]
pub struct Condition {
    id: Text,
    scope: Scope,
}

impl Condition {
    /// The condition with this logical id, in whatever stack it is used.
    pub fn named(id: impl Into<Text>) -> Self {
        Self { id: id.into(), scope: Scope::Unknown }
    }

    pub(crate) fn scoped(id: Text, scope: Scope) -> Self {
        Self { id, scope }
    }

    /// The logical id.
    pub fn logical_id(&self) -> &str {
        &self.id
    }

    pub(crate) fn id(&self) -> Text {
        self.id.clone()
    }

    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }
}

/// What a condition says: a comparison, or a combination of some.
#[derive(Clone, Debug)]
pub struct Test(Node);

impl Test {
    /// A test from a tree, on the caller's word that it is one.
    pub fn from_node(node: Node) -> Self {
        Self(node)
    }

    /// The tree.
    pub fn into_inner(self) -> Node {
        self.0
    }
}

impl From<&Condition> for Test {
    fn from(condition: &Condition) -> Self {
        let function = Function::new(Intrinsic::Condition, Node::String(condition.id()));
        Self(function.scoped(condition.scope).into())
    }
}

/// Whether two strings are equal: `Fn::Equals`.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html)
pub fn equals(left: impl IntoValue<String>, right: impl IntoValue<String>) -> Test {
    let sides = left.into_node().into_iter().chain(right.into_node());
    Test(Function::new(Intrinsic::Equals, Node::list(sides)).into())
}

/// Whether all of 2 to 10 tests hold: `Fn::And`.
pub fn and<T: Into<Test>>(tests: impl IntoIterator<Item = T>) -> Test {
    combination(Intrinsic::And, tests)
}

/// Whether one of 2 to 10 tests holds: `Fn::Or`.
pub fn or<T: Into<Test>>(tests: impl IntoIterator<Item = T>) -> Test {
    combination(Intrinsic::Or, tests)
}

/// Whether a test does not hold: `Fn::Not`.
pub fn not(test: impl Into<Test>) -> Test {
    combination(Intrinsic::Not, [test])
}

fn combination<T: Into<Test>>(name: Intrinsic, tests: impl IntoIterator<Item = T>) -> Test {
    Test(Function::new(name, Node::list(tests.into_iter().map(|test| test.into().0))).into())
}
