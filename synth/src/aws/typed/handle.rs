//! Resources, and the handles that stand for them once they are in a stack.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::template::{Intrinsic, Node, Properties, Scope, Text, Value};

/// A builder for a whole resource.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "not a resource",
    note = "builders such as `ec2::Vpc` are; those of a resource's parts, such as `ec2::vpc_endpoint::…`, are values of its properties"
)]
pub trait Resource: Properties {
    /// What `Fn::GetAtt` returns for it, as methods.
    type Attributes: ReadOnly;

    /// The CloudFormation type, such as `AWS::EC2::Vpc`.
    const TYPE: &'static str;

    /// The property that holds the tags; none if the type cannot be tagged.
    const TAGS: Option<TagProperty>;

    /// The type of this resource, where that is not the same for all of them.
    #[doc(hidden)]
    fn kind(&self) -> Text {
        Text::Borrowed(Self::TYPE)
    }
}

/// The name of the property that holds a resource's tags, and its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagProperty {
    /// A list of `Key` and `Value`.
    List(&'static str),
    /// A map from key to value.
    Map(&'static str),
}

/// A resource in a stack: its logical id, its reference, and its attributes as methods.
///
/// ```
/// use synth::prelude::*;
/// use synth::aws::ec2;
///
/// let mut network = Stack::new("network");
/// let vpc = network.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16"));
/// network.add("Subnet", ec2::Subnet::new(&vpc).cidr_block("10.0.0.0/19"));
/// network.output("VpcId", vpc.reference());
/// network.output("DefaultGroup", vpc.default_security_group());
/// ```
pub struct Handle<R: Resource> {
    attributes: R::Attributes,
}

impl<R: Resource> Handle<R> {
    pub(crate) fn new(id: &str, scope: Scope) -> Self {
        Self { attributes: R::Attributes::of(Attributes { id: id.into(), scope }) }
    }

    /// The logical id.
    pub fn logical_id(&self) -> &str {
        &self.source().id
    }

    /// What `Ref` returns: for most types the physical id or name.
    pub fn reference(&self) -> Value<String> {
        self.source().reference()
    }

    pub(crate) fn scope(&self) -> Scope {
        self.source().scope
    }

    pub(crate) fn source(&self) -> &Attributes {
        self.attributes.attributes()
    }
}

impl<R: Resource> Deref for Handle<R> {
    type Target = R::Attributes;

    fn deref(&self) -> &R::Attributes {
        &self.attributes
    }
}

impl<R: Resource> Clone for Handle<R> {
    fn clone(&self) -> Self {
        Self { attributes: R::Attributes::of(self.source().clone()) }
    }
}

impl<R: Resource> fmt::Debug for Handle<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", R::TYPE, self.logical_id())
    }
}

/// The attributes of a resource type.
pub trait ReadOnly {
    /// The attributes of the resource that these are read from.
    fn of(attributes: Attributes) -> Self;

    /// Where they are read from.
    fn attributes(&self) -> &Attributes;
}

/// The logical id that attributes are read from.
#[derive(Clone, Debug)]
pub struct Attributes {
    id: Arc<str>,
    scope: Scope,
}

impl Attributes {
    #[doc(hidden)]
    pub fn get<T>(&self, name: &'static str) -> Value<T> {
        let argument = Node::list([String::from(&*self.id).into(), name.into()]);
        Value::scoped_function(Intrinsic::GetAtt, argument, self.scope)
    }

    pub(crate) fn reference(&self) -> Value<String> {
        Value::scoped_function(Intrinsic::Ref, String::from(&*self.id).into(), self.scope)
    }
}
