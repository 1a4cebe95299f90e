//! What is written for a service, before it is text.

use std::collections::{BTreeMap, BTreeSet};

/// A service: a generated file.
#[derive(Debug)]
pub struct Service {
    /// The namespace, like `AWS::EC2`.
    pub namespace: String,
    /// The module and the cargo feature, like `ec2`.
    pub module: String,
    /// The resource types in the order of their names.
    pub resources: Vec<Resource>,
}

/// A resource type.
#[derive(Debug)]
pub struct Resource {
    /// The name in templates, like `AWS::EC2::Subnet`.
    pub type_name: String,
    /// The module of its property types, like `subnet`.
    pub module: String,
    /// The resource's own builder.
    pub object: Object,
    /// The property for tags.
    pub tags: Tagging,
    /// What `Fn::GetAtt` returns.
    pub attributes: Vec<Attribute>,
    /// What references it can be the target of; filled in when all types are known.
    pub targets: Vec<Target>,
    /// The property types and choices, in the order of their names.
    pub definitions: Vec<Definition>,
}

impl Resource {
    /// Its builder, and those of its property types.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let nested = self.definitions.iter().filter_map(|definition| match definition {
            Definition::Object(object) => Some(object),
            Definition::Choices(_) => None,
        });
        std::iter::once(&self.object).chain(nested)
    }
}

impl Object {
    /// Its properties, the required ones first.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.required.iter().chain(&self.optional)
    }
}

/// A type in a resource's module.
#[derive(Debug)]
pub enum Definition {
    /// A property type.
    Object(Object),
    /// An enumerated string.
    Choices(Choices),
}

impl Definition {
    /// The type's name in Rust.
    pub fn name(&self) -> &str {
        match self {
            Self::Object(object) => &object.name,
            Self::Choices(choices) => &choices.name,
        }
    }
}

/// A builder.
#[derive(Debug)]
pub struct Object {
    /// The name in Rust.
    pub name: String,
    /// Its documentation, a line an item.
    pub documentation: Vec<String>,
    /// What `new` takes, in its order.
    pub required: Vec<Property>,
    /// What has a setter.
    pub optional: Vec<Property>,
}

/// A property.
#[derive(Debug)]
pub struct Property {
    /// The name in templates.
    pub name: String,
    /// The setter, or the argument of `new`.
    pub setter: String,
    /// What it takes.
    pub kind: Kind,
    /// Its documentation, a line an item.
    pub documentation: Vec<String>,
}

/// What a property takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Text, a number, true or false.
    Scalar,
    /// Anything.
    Json,
    /// A list of objects with exactly a key and a value.
    Tags,
    /// A list.
    List(Box<Self>),
    /// A map from text.
    Map(Box<Self>),
    /// Text, or what it holds.
    OrText(Box<Self>),
    /// A property type or choices of the same resource.
    Named(String),
    /// A reference to resources.
    To(ReferenceSet),
}

impl Kind {
    /// The kind inside lists and maps.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::List(kind) | Self::Map(kind) | Self::OrText(kind) => kind.innermost(),
            kind => kind,
        }
    }
}

/// An enumerated string.
#[derive(Debug)]
pub struct Choices {
    /// The name in Rust.
    pub name: String,
    /// Its documentation, a line an item.
    pub documentation: Vec<String>,
    /// Constant and value, in the order of the schema.
    pub values: Vec<(String, String)>,
}

/// A read-only property.
#[derive(Debug)]
pub struct Attribute {
    /// The name in templates, with dots for nested ones.
    pub name: String,
    /// The method on a handle.
    pub method: String,
    /// Its Rust type.
    pub kind: AttributeKind,
    /// Its documentation, a line an item.
    pub documentation: Vec<String>,
}

/// What `Fn::GetAtt` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttributeKind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A list of texts.
    Strings,
}

/// Where a resource's tags go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tagging {
    /// It takes none.
    None,
    /// A property with a list of keys and values.
    List(String),
    /// A property with a map.
    Map(String),
}

/// How a reference to a resource is written in a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expression {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt` of this attribute.
    GetAtt(String),
}

/// The resource types that a property refers to, each with the expression for what it wants of them.
pub type ReferenceSet = BTreeMap<String, Expression>;

/// Every set that a property refers to.
pub type ReferenceSets = BTreeSet<ReferenceSet>;

/// A reference that a resource can be the target of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The name in `refs`.
    pub name: String,
    /// What is written in the template.
    pub expression: Expression,
}
