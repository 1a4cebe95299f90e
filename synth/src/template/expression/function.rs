//! Intrinsic functions, and pseudo parameters.
//!
//! [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html)

use std::marker::PhantomData;

use super::condition::Condition;
use super::conversions::{Json, converts};
use super::list::List;
use super::{IntoValue, Value};
use crate::template::function::{Function, Intrinsic};
use crate::template::node::{Mapping, Node, Text};

/// The pseudo parameters: values that CloudFormation itself knows.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html)
pub mod pseudo {
    use super::{List, Pseudo};

    /// The account that the stack is in.
    pub const ACCOUNT_ID: Pseudo<String> = Pseudo::named("AWS::AccountId");
    /// The topics that are told about the stack's events.
    pub const NOTIFICATION_ARNS: Pseudo<List<String>> = Pseudo::named("AWS::NotificationARNs");
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub const PARTITION: Pseudo<String> = Pseudo::named("AWS::Partition");
    /// The region that the stack is in.
    pub const REGION: Pseudo<String> = Pseudo::named("AWS::Region");
    /// The stack's id, an ARN.
    pub const STACK_ID: Pseudo<String> = Pseudo::named("AWS::StackId");
    /// The stack's name.
    pub const STACK_NAME: Pseudo<String> = Pseudo::named("AWS::StackName");
    /// The domain of the partition's services: `amazonaws.com`, `amazonaws.com.cn`.
    pub const URL_SUFFIX: Pseudo<String> = Pseudo::named("AWS::URLSuffix");
}

/// A pseudo parameter of kind `T`. The constants are in [`pseudo`].
#[derive(Debug)]
pub struct Pseudo<T> {
    name: &'static str,
    kind: PhantomData<fn() -> T>,
}

impl<T> Pseudo<T> {
    const fn named(name: &'static str) -> Self {
        Self { name, kind: PhantomData }
    }

    pub(crate) fn node(&self) -> Node {
        Function::new(Intrinsic::Ref, self.name.into()).into()
    }
}

impl<T> Clone for Pseudo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pseudo<T> {}

converts! { [] List<String>:
    Pseudo<List<String>> => |name| name.node();
}

/// A pseudo parameter by itself, as a value: `Ref`.
impl<T> From<Pseudo<T>> for Value<T> {
    fn from(name: Pseudo<T>) -> Self {
        Self::from_node(name.node())
    }
}

/// Leaves out the property it is given to: `AWS::NoValue`.
pub const NO_VALUE: NoValue = NoValue;

/// The type of [`NO_VALUE`].
#[derive(Clone, Copy, Debug)]
pub struct NoValue;

impl NoValue {
    pub(crate) fn node() -> Node {
        Function::new(Intrinsic::Ref, "AWS::NoValue".into()).into()
    }
}

impl<T, P: ?Sized> IntoValue<T, P> for NoValue {
    fn into_node(self) -> Option<Node> {
        Some(Self::node())
    }
}

/// One of two values, of whatever kind the property takes: `Fn::If`.
pub fn if_<A, B>(condition: &Condition, then: A, otherwise: B) -> If<A, B> {
    If { condition: condition.clone(), then, otherwise }
}

/// What [`if_`] makes.
#[derive(Clone, Debug)]
pub struct If<A, B> {
    condition: Condition,
    then: A,
    otherwise: B,
}

impl<T, P: ?Sized, A: IntoValue<T, P>, B: IntoValue<T, P>> IntoValue<T, P> for If<A, B> {
    fn into_node(self) -> Option<Node> {
        let arm = |node: Option<Node>| node.unwrap_or_else(NoValue::node);
        let argument = Node::list([
            Node::String(self.condition.id()),
            arm(self.then.into_node()),
            arm(self.otherwise.into_node()),
        ]);
        Some(Function::new(Intrinsic::If, argument).scoped(self.condition.scope()).into())
    }
}

/// A value whose kind the template's reader decides: from a mapping, or from a macro.
#[derive(Clone, Debug)]
pub struct Lookup(Node);

impl<T, P: ?Sized> IntoValue<T, P> for Lookup {
    fn into_node(self) -> Option<Node> {
        Some(self.0)
    }
}

/// A value from the mapping `name`: `Fn::FindInMap`.
pub fn find_in_map(
    name: impl IntoValue<String>,
    key: impl IntoValue<String>,
    attribute: impl IntoValue<String>,
) -> Lookup {
    Lookup(
        Function::new(Intrinsic::FindInMap, strings([name.into_node(), key.into_node(), attribute.into_node()])).into(),
    )
}

/// A value from the mapping `name`, or `default` where the keys are not in it: `Fn::FindInMap` with a default value.
/// The template needs the transform `AWS::LanguageExtensions`.
pub fn find_in_map_or(
    name: impl IntoValue<String>,
    key: impl IntoValue<String>,
    attribute: impl IntoValue<String>,
    default: impl IntoValue<Json>,
) -> Lookup {
    let default = Node::map([("DefaultValue", default.into_node().unwrap_or_else(NoValue::node))]);
    let argument = strings([name.into_node(), key.into_node(), attribute.into_node(), Some(default)]);
    Lookup(Function::new(Intrinsic::FindInMap, argument).into())
}

/// The result of the macro `name`, applied where it stands: `Fn::Transform`.
pub fn transform<K: Into<Text>>(name: &str, parameters: impl IntoIterator<Item = (K, Node)>) -> Lookup {
    let parameters = Node::map(parameters);
    let argument = Node::map([("Name", Node::from(name.to_owned())), ("Parameters", parameters)]);
    Lookup(Function::new(Intrinsic::Transform, argument).into())
}

/// The texts of a list with `delimiter` between them: `Fn::Join`.
pub fn join(delimiter: &str, texts: impl IntoValue<List<String>>) -> Value<String> {
    Value::function(Intrinsic::Join, strings([Some(delimiter.to_owned().into()), texts.into_node()]))
}

/// The pieces of a text between `delimiter`s: `Fn::Split`.
pub fn split(delimiter: &str, text: impl IntoValue<String>) -> Value<List<String>> {
    Value::function(Intrinsic::Split, strings([Some(delimiter.to_owned().into()), text.into_node()]))
}

/// The element of a list at `index`, from 0: `Fn::Select`.
pub fn select(index: impl IntoValue<i64>, list: impl IntoValue<List<String>>) -> Value<String> {
    Value::function(Intrinsic::Select, strings([index.into_node(), list.into_node()]))
}

/// `count` blocks out of an IP block, each with `bits` bits for hosts: `Fn::Cidr`.
pub fn cidr(
    block: impl IntoValue<String>,
    count: impl IntoValue<i64>,
    bits: impl IntoValue<i64>,
) -> Value<List<String>> {
    Value::function(Intrinsic::Cidr, strings([block.into_node(), count.into_node(), bits.into_node()]))
}

/// The names of the availability zones of the stack's region: `Fn::GetAZs`.
///
/// Names are shuffled from account to account and the order is not fixed; zone ids are the same everywhere.
pub fn get_azs() -> Value<List<String>> {
    Value::function(Intrinsic::GetAzs, "".into())
}

/// The names of the availability zones of `region`: `Fn::GetAZs`.
pub fn get_azs_of(region: impl IntoValue<String>) -> Value<List<String>> {
    Value::function(Intrinsic::GetAzs, only(region.into_node()))
}

/// Text in base 64: `Fn::Base64`.
pub fn base64(text: impl IntoValue<String>) -> Value<String> {
    Value::function(Intrinsic::Base64, only(text.into_node()))
}

/// The value that another stack exports under `name`: `Fn::ImportValue`.
///
/// For a stack of the same app, [`Stack::export`](crate::construct::Stack::export) gives the value to use.
pub fn import_value(name: impl IntoValue<String>) -> Value<String> {
    Value::function(Intrinsic::ImportValue, only(name.into_node()))
}

/// An output of another stack, which it need not export: `Fn::GetStackOutput`.
pub fn get_stack_output(stack: impl IntoValue<String>, output: impl IntoValue<String>) -> StackOutput {
    StackOutput(Mapping::new()).with("StackName", stack).with("OutputName", output)
}

/// An output of another stack, from [`get_stack_output`].
#[must_use]
#[derive(Clone, Debug)]
pub struct StackOutput(Mapping);

impl StackOutput {
    /// The region of the other stack. Default: this stack's.
    pub fn region(self, region: impl IntoValue<String>) -> Self {
        self.with("Region", region)
    }

    /// The role that may read the other stack, where it is in another account.
    pub fn role_arn(self, role: impl IntoValue<String>) -> Self {
        self.with("RoleArn", role)
    }

    fn with(mut self, name: &'static str, value: impl IntoValue<String>) -> Self {
        if let Some(node) = value.into_node() {
            self.0.insert(name, node);
        }
        self
    }
}

impl<T, P: ?Sized> IntoValue<T, P> for StackOutput {
    fn into_node(self) -> Option<Node> {
        Some(Function::new(Intrinsic::GetStackOutput, Node::Map(self.0)).into())
    }
}

/// How many elements a list has: `Fn::Length`. The template needs the transform `AWS::LanguageExtensions`.
pub fn length(list: impl IntoValue<List<String>>) -> Value<i64> {
    Value::function(Intrinsic::Length, only(list.into_node()))
}

/// JSON as text: `Fn::ToJsonString`. The template needs the transform `AWS::LanguageExtensions`.
pub fn to_json_string(value: impl IntoValue<Json>) -> Value<String> {
    Value::function(Intrinsic::ToJsonString, only(value.into_node()))
}

fn only(argument: Option<Node>) -> Node {
    argument.unwrap_or_else(NoValue::node)
}

fn strings<const N: usize>(arguments: [Option<Node>; N]) -> Node {
    Node::list(arguments.map(only))
}
