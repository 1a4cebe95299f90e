//! Resource types that have no builder: custom resources, private types, and what is newer than the catalogue.

use crate::aws::typed::{Attributes, ReadOnly, Resource, TagProperty};
use crate::template::{Fields, Properties, Text, Value};

/// A resource of any type, by its CloudFormation name. Its properties are set by name, and nothing is checked.
///
/// ```
/// use synth::aws::Untyped;
/// use synth::prelude::*;
///
/// let mut stack = Stack::new("mail");
/// let domain = stack.add("Domain", Untyped::new("Custom::MailDomain").property("Name", "example.com"));
/// stack.output("Token", domain.attribute("Token"));
/// ```
#[must_use]
#[derive(Debug)]
pub struct Untyped {
    kind: Text,
    fields: Fields,
}

impl Untyped {
    /// A resource of this type, such as `Custom::MailDomain`, without properties.
    pub fn new(kind: impl Into<Text>) -> Self {
        Self { kind: kind.into(), fields: Fields::new() }
    }
}

impl Properties for Untyped {
    fn fields(&mut self) -> &mut Fields {
        &mut self.fields
    }
}

impl Resource for Untyped {
    type Attributes = UntypedAttributes;
    const TYPE: &'static str = "a resource of any type";
    const TAGS: Option<TagProperty> = None;

    fn kind(&self) -> Text {
        self.kind.clone()
    }
}

/// What `Fn::GetAtt` returns for [`Untyped`].
#[derive(Clone, Debug)]
pub struct UntypedAttributes(Attributes);

impl UntypedAttributes {
    /// The attribute of this name, as text.
    pub fn attribute(&self, name: &'static str) -> Value<String> {
        self.0.get(name)
    }
}

impl ReadOnly for UntypedAttributes {
    fn of(attributes: Attributes) -> Self {
        Self(attributes)
    }

    fn attributes(&self) -> &Attributes {
        &self.0
    }
}
