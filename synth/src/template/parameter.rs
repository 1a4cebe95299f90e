//! Parameters of a template.
//!
//! [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html)

use std::borrow::Cow;
use std::marker::PhantomData;

use super::expression::List;
use super::node::{Mapping, Node, Text};

/// A parameter whose value is of kind `T`.
///
/// ```
/// use synth::prelude::*;
///
/// let mut stack = Stack::new("network");
/// let name = stack.parameter("AppName", Parameter::string().pattern("^[a-z]+$").default("tracker"));
/// let zones = stack.parameter("Zones", Parameter::list().description("Zone ids").value("use1-az1,use1-az2"));
/// stack.output("Name", name);
/// stack.output("Zone", select(0, zones));
/// ```
#[must_use]
#[derive(Debug)]
pub struct Parameter<T> {
    fields: Mapping,
    value: Option<Node>,
    kind: PhantomData<fn() -> T>,
}

impl Parameter<String> {
    /// Text: type `String`.
    pub fn string() -> Self {
        Self::of_type("String")
    }

    /// The id or name of something that is there already, which CloudFormation checks.
    pub fn existing(what: Existing) -> Self {
        Self::of_type(what.name())
    }

    /// The name of a parameter in Systems Manager: type `AWS::SSM::Parameter::Name`.
    pub fn ssm_name() -> Self {
        Self::of_type("AWS::SSM::Parameter::Name")
    }

    /// The value of a parameter in Systems Manager, whose name is the value given:
    /// type `AWS::SSM::Parameter::Value<String>`.
    pub fn ssm_string() -> Self {
        Self::of_type("AWS::SSM::Parameter::Value<String>")
    }

    /// As [`ssm_string`](Self::ssm_string), where the value there is an id or a name that CloudFormation checks.
    pub fn ssm_existing(what: Existing) -> Self {
        Self::of_type(format!("AWS::SSM::Parameter::Value<{}>", what.name()))
    }
}

impl Parameter<i64> {
    /// A whole number: type `Number`.
    pub fn integer() -> Self {
        Self::of_type("Number")
    }
}

impl Parameter<f64> {
    /// A number: type `Number`.
    pub fn number() -> Self {
        Self::of_type("Number")
    }
}

impl Parameter<List<String>> {
    /// Texts with commas between them: type `CommaDelimitedList`.
    pub fn list() -> Self {
        Self::of_type("CommaDelimitedList")
    }

    /// Ids or names of things that are there already, with commas between them.
    pub fn existing_list(what: Existing) -> Self {
        Self::of_type(format!("List<{}>", what.name()))
    }

    /// The value of a `StringList` in Systems Manager: type `AWS::SSM::Parameter::Value<List<String>>`.
    pub fn ssm_list() -> Self {
        Self::of_type("AWS::SSM::Parameter::Value<List<String>>")
    }

    /// As [`ssm_list`](Self::ssm_list), where the values there are ids or names that CloudFormation checks.
    pub fn ssm_existing_list(what: Existing) -> Self {
        Self::of_type(format!("AWS::SSM::Parameter::Value<List<{}>>", what.name()))
    }
}

impl Parameter<List<f64>> {
    /// Numbers with commas between them: type `List<Number>`.
    pub fn numbers() -> Self {
        Self::of_type("List<Number>")
    }
}

impl<T> Parameter<T> {
    fn of_type(name: impl Into<Text>) -> Self {
        let fields = Mapping::from_iter([("Type", Node::String(name.into()))]);
        Self { fields, value: None, kind: PhantomData }
    }

    /// The value that is used where none is given. Lists are written with commas.
    pub fn default(self, value: impl Into<Node>) -> Self {
        self.with("Default", value.into())
    }

    /// The value that this synthesis gives it, in `<stack>.parameters.json`. Lists are written with commas.
    pub fn value(mut self, value: impl Into<Node>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// What the parameter is for.
    pub fn description(self, text: impl Into<Text>) -> Self {
        self.with("Description", Node::String(text.into()))
    }

    /// The only values that are accepted.
    pub fn allowed_values<V: Into<Node>>(self, values: impl IntoIterator<Item = V>) -> Self {
        self.with("AllowedValues", Node::list(values.into_iter().map(Into::into)))
    }

    /// The regular expression that the value must match.
    pub fn pattern(self, pattern: impl Into<Text>) -> Self {
        self.with("AllowedPattern", Node::String(pattern.into()))
    }

    /// What is said when the value is refused.
    pub fn constraint(self, text: impl Into<Text>) -> Self {
        self.with("ConstraintDescription", Node::String(text.into()))
    }

    /// The shortest and the longest value, in characters.
    pub fn length(self, shortest: i64, longest: i64) -> Self {
        self.with("MinLength", shortest.into()).with("MaxLength", longest.into())
    }

    /// The smallest and the largest value.
    pub fn range(self, smallest: i64, largest: i64) -> Self {
        self.with("MinValue", smallest.into()).with("MaxValue", largest.into())
    }

    /// CloudFormation never shows the value. That does not make it a place for a secret.
    pub fn no_echo(self) -> Self {
        self.with("NoEcho", true.into())
    }

    fn with(mut self, key: &'static str, value: Node) -> Self {
        self.fields.insert(Cow::Borrowed(key), value);
        self
    }

    pub(crate) fn into_parts(self) -> (Mapping, Option<Node>) {
        (self.fields, self.value)
    }
}

/// What a parameter of an AWS-specific type names.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// An availability zone, by name.
    AvailabilityZone,
    /// A machine image, by id.
    Image,
    /// An EC2 instance, by id.
    Instance,
    /// An EC2 key pair, by name.
    KeyPair,
    /// A security group, by id.
    SecurityGroup,
    /// A security group of EC2-Classic or of the default VPC, by name.
    SecurityGroupName,
    /// A subnet, by id.
    Subnet,
    /// An EBS volume, by id.
    Volume,
    /// A VPC, by id.
    Vpc,
    /// A hosted zone of Route 53, by id.
    HostedZone,
}

impl Existing {
    fn name(self) -> &'static str {
        match self {
            Self::AvailabilityZone => "AWS::EC2::AvailabilityZone::Name",
            Self::Image => "AWS::EC2::Image::Id",
            Self::Instance => "AWS::EC2::Instance::Id",
            Self::KeyPair => "AWS::EC2::KeyPair::KeyName",
            Self::SecurityGroup => "AWS::EC2::SecurityGroup::Id",
            Self::SecurityGroupName => "AWS::EC2::SecurityGroup::GroupName",
            Self::Subnet => "AWS::EC2::Subnet::Id",
            Self::Volume => "AWS::EC2::Volume::Id",
            Self::Vpc => "AWS::EC2::VPC::Id",
            Self::HostedZone => "AWS::Route53::HostedZone::Id",
        }
    }
}
