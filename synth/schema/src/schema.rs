//! One node of a schema: the part of JSON Schema that the resource types use, and CloudFormation's additions to it.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Number, Value};

use crate::kind::Kinds;

/// A schema: what a property, an item of a list, a definition or a whole resource may be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// The kinds of value that are allowed (`type`); none where the schema doesn't say.
    pub kinds: Kinds,
    /// Where the rest is (`$ref`), like `#/definitions/Tag`; see [`crate::ResourceType::resolve`].
    pub reference: Option<String>,
    /// What it is, in Markdown. Only there in a catalogue that was opened with descriptions.
    pub description: Option<String>,
    /// The properties of an object by name.
    pub properties: BTreeMap<String, Schema>,
    /// The schemas of a map's values by a pattern of their keys.
    pub pattern_properties: BTreeMap<String, Schema>,
    /// Whether, or how, an object may have more than its properties.
    pub additional_properties: Option<Additional>,
    /// The properties that must be there.
    pub required: Vec<String>,
    /// The items of a list.
    pub items: Option<Box<Schema>>,
    /// The first items of a list, where their place decides.
    pub prefix_items: Vec<Schema>,
    /// The allowed values (`enum`).
    pub choices: Vec<Value>,
    /// The allowed values, where case doesn't matter (`enumCaseInsensitive`).
    pub choices_ignoring_case: Vec<Value>,
    /// The only allowed value (`const`).
    pub constant: Option<Value>,
    /// The value that it has when left out.
    pub default: Option<Value>,
    /// A regular expression for a string.
    pub pattern: Option<String>,
    /// The format of a string, like `date-time`, or what it names, like `AWS::EC2::VPC.Id`.
    pub format: Option<String>,
    /// Lengths, counts and ranges.
    pub limits: Limits,
    /// Exactly one of these must hold.
    pub one_of: Vec<Schema>,
    /// At least one of these must hold.
    pub any_of: Vec<Schema>,
    /// All of these must hold.
    pub all_of: Vec<Schema>,
    /// This must not hold.
    pub not: Option<Box<Schema>>,
    /// Where this holds, `then` must hold too, otherwise `otherwise`.
    pub when: Option<Box<Schema>>,
    /// See `when`.
    pub then: Option<Box<Schema>>,
    /// See `when` (`else`).
    pub otherwise: Option<Box<Schema>>,
    /// Which properties of an object need or exclude which others.
    pub together: Together,
    /// The attribute that the value names, where the upstream schema says so.
    pub relationship_ref: Option<RelationshipRef>,
    /// The attributes that the value may name, as the service specification says.
    pub relations: Vec<Relation>,
    /// Everything that has no field of its own.
    pub rest: BTreeMap<String, Value>,
}

impl Schema {
    /// The schemas of which one, some or all must hold: `oneOf`, then `anyOf`, then `allOf`.
    pub fn alternatives(&self) -> impl Iterator<Item = &Schema> {
        self.one_of.iter().chain(&self.any_of).chain(&self.all_of)
    }

    /// The values of a map: of the first pattern, or what may be there besides the properties.
    pub fn map_values(&self) -> Option<&Schema> {
        let additional = match &self.additional_properties {
            Some(Additional::Schema(schema)) => Some(&**schema),
            _ => None,
        };
        self.pattern_properties.values().next().or(additional)
    }

    /// Reads one key of a schema's object.
    pub(crate) fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "type" => self.kinds = map.next_value()?,
            "$ref" => self.reference = map.next_value()?,
            "description" => self.description = map.next_value()?,
            "properties" => self.properties = map.next_value()?,
            "patternProperties" => self.pattern_properties = map.next_value()?,
            "additionalProperties" => self.additional_properties = map.next_value()?,
            "required" => self.required = map.next_value()?,
            "items" => self.items = map.next_value()?,
            "prefixItems" => self.prefix_items = map.next_value()?,
            "enum" => self.choices = map.next_value()?,
            "enumCaseInsensitive" => self.choices_ignoring_case = map.next_value()?,
            "const" => self.constant = map.next_value()?,
            "default" => self.default = map.next_value()?,
            "pattern" => self.pattern = map.next_value()?,
            "format" => self.format = map.next_value()?,
            "oneOf" => self.one_of = map.next_value()?,
            "anyOf" => self.any_of = map.next_value()?,
            "allOf" => self.all_of = map.next_value()?,
            "not" => self.not = map.next_value()?,
            "if" => self.when = map.next_value()?,
            "then" => self.then = map.next_value()?,
            "else" => self.otherwise = map.next_value()?,
            "relationshipRef" => self.relationship_ref = map.next_value()?,
            "relations" => self.relations = map.next_value()?,
            _ if self.limits.read(key, map)? || self.together.read(key, map)? => {}
            _ => {
                self.rest.insert(key.to_owned(), map.next_value()?);
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Schema;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a schema's object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Schema, A::Error> {
                let mut schema = Schema::default();
                while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    schema.read(&key, &mut map)?;
                }
                Ok(schema)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// Whether an object may have more properties than those named.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Additional {
    /// Any, or none.
    Allowed(bool),
    /// Those with values of this schema.
    Schema(Box<Schema>),
}

/// Lengths, counts and ranges; each as the schema writes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// The fewest characters of a string.
    pub min_length: Option<u64>,
    /// The most characters of a string.
    pub max_length: Option<u64>,
    /// The fewest items of a list.
    pub min_items: Option<u64>,
    /// The most items of a list.
    pub max_items: Option<u64>,
    /// The fewest entries of an object.
    pub min_properties: Option<u64>,
    /// The most entries of an object.
    pub max_properties: Option<u64>,
    /// The smallest number.
    pub minimum: Option<Number>,
    /// The greatest number.
    pub maximum: Option<Number>,
    /// A number that is too small already.
    pub exclusive_minimum: Option<Number>,
    /// A number that is too great already.
    pub exclusive_maximum: Option<Number>,
    /// What a number must be a multiple of.
    pub multiple_of: Option<Number>,
    /// Whether the items of a list must differ.
    pub unique_items: Option<bool>,
    /// Whether the order of a list's items has a meaning.
    pub insertion_order: Option<bool>,
    /// The properties of a list's items which, together, must differ.
    pub unique_keys: Vec<String>,
}

impl Limits {
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "minLength" => self.min_length = map.next_value()?,
            "maxLength" => self.max_length = map.next_value()?,
            "minItems" => self.min_items = map.next_value()?,
            "maxItems" => self.max_items = map.next_value()?,
            "minProperties" => self.min_properties = map.next_value()?,
            "maxProperties" => self.max_properties = map.next_value()?,
            "minimum" => self.minimum = map.next_value()?,
            "maximum" => self.maximum = map.next_value()?,
            "exclusiveMinimum" => self.exclusive_minimum = map.next_value()?,
            "exclusiveMaximum" => self.exclusive_maximum = map.next_value()?,
            "multipleOf" => self.multiple_of = map.next_value()?,
            "uniqueItems" => self.unique_items = map.next_value()?,
            "insertionOrder" => self.insertion_order = map.next_value()?,
            "uniqueKeys" => self.unique_keys = map.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Which properties of an object need, exclude or replace each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Together {
    /// Exactly one of these must be there.
    pub required_xor: Vec<String>,
    /// At least one of these must be there.
    pub required_or: Vec<String>,
    /// A property, and those that must be there with it (also upstream's older `dependencies`).
    pub dependent_required: BTreeMap<String, Vec<String>>,
    /// A property, and those that must not be there with it.
    pub dependent_excluded: BTreeMap<String, Vec<String>>,
}

impl Together {
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "requiredXor" => self.required_xor = map.next_value()?,
            "requiredOr" => self.required_or = map.next_value()?,
            "dependentRequired" => self.dependent_required = map.next_value()?,
            "dependentExcluded" => self.dependent_excluded = map.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// What a value names, in the upstream schema's own form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelationshipRef {
    /// The resource type, like `AWS::EC2::VPC`.
    pub type_name: String,
    /// The property of that type.
    pub property_path: crate::PropertyPath,
}

/// A resource type and the property of it that a value may name, in the service specification's form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Relation {
    /// The resource type, like `AWS::EC2::VPC`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The property of that type, like `VpcId`; `Id` where the specification doesn't know better.
    pub property: String,
}
