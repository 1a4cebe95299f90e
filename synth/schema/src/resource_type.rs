//! A resource type: its schema, and what holds for the resource as a whole.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use crate::{Additional, PropertyPath, Schema};

/// A resource type as CloudFormation knows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceType {
    /// The name, like `AWS::EC2::Subnet`.
    pub name: String,
    /// The resource's properties, those that must be there, and the rules between them.
    pub root: Schema,
    /// The schemas that others refer to, by name.
    pub definitions: BTreeMap<String, Schema>,
    /// What names a resource of this type.
    pub primary_identifier: Vec<PropertyPath>,
    /// Other sets of properties that name a resource of this type.
    pub additional_identifiers: Vec<Vec<PropertyPath>>,
    /// What `Ref` gives, where that isn't the primary identifier (`cfnRefIdentifier`).
    pub cfn_ref_identifier: Vec<PropertyPath>,
    /// What can only be read: the attributes.
    pub read_only: Vec<PropertyPath>,
    /// What can't be read back.
    pub write_only: Vec<PropertyPath>,
    /// What can't be changed without a replacement.
    pub create_only: Vec<PropertyPath>,
    /// What can't be changed without a replacement under some conditions.
    pub conditional_create_only: Vec<PropertyPath>,
    /// What shouldn't be used any more.
    pub deprecated: Vec<PropertyPath>,
    /// What the service does to a value before it gives it back, as `JSONata` by path.
    pub property_transform: BTreeMap<PropertyPath, String>,
    /// What CloudFormation does to create, read, update, delete and list such resources.
    pub handlers: BTreeMap<Operation, Handler>,
    /// How such a resource is tagged, where the schema says it.
    pub tagging: Option<Tagging>,
    /// Which of the old and the new resource comes first in a replacement, like `delete_then_create`.
    pub replacement_strategy: Option<String>,
    /// Whether such a resource keeps data that is lost with it.
    pub is_stateful: bool,
    /// The ARN of such a resource, like `arn:${Partition}:s3:::${BucketName}`.
    pub arn_template: Option<String>,
    /// A page about the type, where the schema gives one; see [`ResourceType::documentation_page`].
    pub documentation_url: Option<String>,
    /// Everything that has no field of its own.
    pub rest: BTreeMap<String, Value>,
}

impl ResourceType {
    /// The name's middle part: `EC2` of `AWS::EC2::Subnet`.
    pub fn service(&self) -> &str {
        self.name.split("::").nth(1).unwrap_or_default()
    }

    /// The name's last part: `Subnet` of `AWS::EC2::Subnet`.
    pub fn short_name(&self) -> &str {
        self.name.rsplit("::").next().unwrap_or_default()
    }

    /// The type's page in the reference of AWS.
    pub fn documentation_page(&self) -> String {
        let name = self.name.to_lowercase();
        let name = name.strip_prefix("aws::").unwrap_or(&name).replace("::", "-");
        format!("https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-{name}.html")
    }

    /// Follows `$ref` to the schema that has the substance; the schema itself where it has no `$ref`.
    ///
    /// Where the `$ref` leads nowhere, the last schema on the way is given.
    pub fn resolve<'a>(&'a self, schema: &'a Schema) -> &'a Schema {
        const MOST_STEPS: usize = 16;
        let next = |schema: &&'a Schema| schema.reference.as_deref().and_then(|reference| self.at(reference));
        std::iter::successors(Some(schema), next).take(MOST_STEPS).last().unwrap_or(schema)
    }

    /// The schema at a pointer like `#/definitions/Tag/properties/Key`.
    pub fn at(&self, pointer: &str) -> Option<&Schema> {
        let mut parts = pointer.trim_start_matches('#').split('/').skip(1);
        let (part, name) = (parts.next()?, parts.next()?);
        let mut schema = match part {
            "definitions" => self.definitions.get(name)?,
            "properties" => self.root.properties.get(name)?,
            _ => return None,
        };
        while let Some(part) = parts.next() {
            schema = match part {
                "properties" => schema.properties.get(parts.next()?)?,
                "items" => schema.items.as_deref()?,
                _ => return None,
            };
        }
        Some(schema)
    }

    /// The schema of a property by its path; of the place that describes it, so with its own `$ref` unresolved.
    ///
    /// Lists are passed with or without their `*`, and `oneOf`, `anyOf`, `allOf` are looked through.
    pub fn property(&self, path: &PropertyPath) -> Option<&Schema> {
        path.segments().iter().try_fold(&self.root, |schema, segment| self.step(schema, segment, 0))
    }

    fn step<'a>(&'a self, schema: &'a Schema, name: &str, depth: u8) -> Option<&'a Schema> {
        const MOST_LEVELS: u8 = 8;
        let schema = self.resolve(schema);
        if depth > MOST_LEVELS {
            return None;
        }
        if name == "*" {
            let values = schema.items.as_deref().or_else(|| schema.map_values());
            return values.or_else(|| schema.alternatives().find_map(|other| self.step(other, name, depth + 1)));
        }
        schema.properties.get(name).or_else(|| {
            let others = schema.alternatives().chain(schema.items.as_deref());
            others.chain(schema.map_values()).find_map(|other| self.step(other, name, depth + 1))
        })
    }

    /// Whether a property can only be read, by itself or as a part of another.
    pub fn is_read_only(&self, path: &PropertyPath) -> bool {
        self.read_only.iter().any(|other| path.is_within(other))
    }

    /// Whether a property can't be read back, by itself or as a part of another.
    pub fn is_write_only(&self, path: &PropertyPath) -> bool {
        self.write_only.iter().any(|other| path.is_within(other))
    }

    /// Whether a property shouldn't be used any more.
    pub fn is_deprecated(&self, path: &PropertyPath) -> bool {
        self.deprecated.iter().any(|other| path.is_within(other))
    }

    /// What a change of a property does to the resource. Parts of a create-only property are create-only.
    pub fn update(&self, path: &PropertyPath) -> Update {
        if self.create_only.iter().any(|other| path.is_within(other)) {
            Update::Replacement
        } else if self.conditional_create_only.iter().any(|other| path.is_within(other)) {
            Update::ConditionalReplacement
        } else {
            Update::InPlace
        }
    }

    /// What `Ref` gives: one property, or several that are joined with `|`.
    pub fn ref_identifier(&self) -> &[PropertyPath] {
        if self.cfn_ref_identifier.is_empty() { &self.primary_identifier } else { &self.cfn_ref_identifier }
    }

    /// The IAM actions that CloudFormation needs for an operation; none where the schema doesn't say.
    pub fn permissions(&self, operation: Operation) -> &[String] {
        self.handlers.get(&operation).map_or(&[], |handler| &handler.permissions)
    }

    /// The attributes for `Fn::GetAtt`: each read-only property with its schema.
    pub fn attributes(&self) -> impl Iterator<Item = (&PropertyPath, &Schema)> {
        self.read_only.iter().filter_map(|path| Some((path, self.property(path)?)))
    }

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "typeName" => self.name = map.next_value()?,
            "definitions" => self.definitions = map.next_value()?,
            "primaryIdentifier" => self.primary_identifier = map.next_value()?,
            "additionalIdentifiers" => self.additional_identifiers = map.next_value()?,
            "cfnRefIdentifier" => self.cfn_ref_identifier = map.next_value()?,
            "readOnlyProperties" => self.read_only = map.next_value()?,
            "writeOnlyProperties" => self.write_only = map.next_value()?,
            "createOnlyProperties" => self.create_only = map.next_value()?,
            "conditionalCreateOnlyProperties" => self.conditional_create_only = map.next_value()?,
            "deprecatedProperties" => self.deprecated = map.next_value()?,
            "propertyTransform" => self.property_transform = map.next_value()?,
            "handlers" => self.handlers = map.next_value()?,
            "tagging" => self.tagging = map.next_value()?,
            "replacementStrategy" => self.replacement_strategy = map.next_value()?,
            "isStateful" => self.is_stateful = map.next_value()?,
            "arnTemplate" => self.arn_template = map.next_value()?,
            "documentationUrl" => self.documentation_url = map.next_value()?,
            _ => self.root.read(key, map)?,
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for ResourceType {
    /// Reads a resource schema in CloudFormation's form.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = ResourceType;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a resource schema's object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ResourceType, A::Error> {
                let mut resource = ResourceType::default();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    resource.read(&key, &mut map)?;
                }
                resource.rest = std::mem::take(&mut resource.root.rest);
                resource.root.additional_properties.get_or_insert(Additional::Allowed(false));
                Ok(resource)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// What a change of a property does to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Update {
    /// The resource stays, with or without an interruption.
    InPlace,
    /// A new resource takes its place under some conditions.
    ConditionalReplacement,
    /// A new resource takes its place.
    Replacement,
}

/// What CloudFormation does with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Makes it.
    Create,
    /// Reads its properties.
    Read,
    /// Changes it in place.
    Update,
    /// Deletes it.
    Delete,
    /// Lists all of its type.
    List,
}

/// What an operation of CloudFormation needs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Handler {
    /// The IAM actions, like `ec2:CreateSubnet`.
    pub permissions: Vec<String>,
    /// How long it may take, in minutes.
    pub timeout_in_minutes: Option<u32>,
    /// What has to be given to list the resources of the type.
    pub handler_schema: Option<Value>,
}

/// How a resource is tagged.
#[expect(clippy::struct_excessive_bools, reason = "CloudFormation's own form")]
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tagging {
    /// Whether it has tags at all.
    pub taggable: bool,
    /// Whether the tags can be given when it is made.
    pub tag_on_create: bool,
    /// Whether the tags can be changed without a replacement.
    pub tag_updatable: bool,
    /// Whether CloudFormation adds its own tags.
    pub cloud_formation_system_tags: bool,
    /// The property with the tags.
    pub tag_property: PropertyPath,
    /// The IAM actions for the tags.
    pub permissions: Vec<String>,
}

impl Default for Tagging {
    /// What holds for keys that are left out.
    fn default() -> Self {
        Self {
            taggable: true,
            tag_on_create: true,
            tag_updatable: true,
            cloud_formation_system_tags: true,
            tag_property: PropertyPath::of("Tags"),
            permissions: Vec::new(),
        }
    }
}
