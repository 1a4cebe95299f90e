//! The service specification's database, as far as the catalogue uses it.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

/// The database: resource types and the nested types that their properties refer to.
#[derive(Debug, Default)]
pub(super) struct Specification {
    resources: HashMap<String, SpecifiedResource>,
    nested: HashMap<String, SpecifiedObject>,
}

impl Specification {
    pub(super) fn resource(&self, name: &str) -> Option<&SpecifiedResource> {
        self.resources.get(name)
    }

    pub(super) fn nested(&self, id: &str) -> Option<&SpecifiedObject> {
        self.nested.get(id)
    }

    /// How many properties have references, before nested types are followed from where they are used.
    pub(super) fn raw_relations(&self) -> usize {
        let objects = self.resources.values().map(|resource| &resource.object).chain(self.nested.values());
        let properties = objects.flat_map(|object| object.properties.values());
        properties.filter(|property| !property.relationship_refs.is_empty()).count()
    }
}

/// A resource type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecifiedResource {
    pub(super) cloud_formation_type: String,
    #[serde(flatten)]
    pub(super) object: SpecifiedObject,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, SpecifiedProperty>,
    #[serde(default)]
    pub(super) cfn_ref_identifier: Vec<String>,
    #[serde(default)]
    pub(super) arn_template: Option<String>,
    #[serde(default)]
    pub(super) is_stateful: bool,
}

/// A resource type's or a nested type's own part.
#[derive(Debug, Deserialize)]
pub(super) struct SpecifiedObject {
    #[serde(default)]
    pub(super) documentation: String,
    #[serde(default)]
    pub(super) properties: BTreeMap<String, SpecifiedProperty>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecifiedProperty {
    #[serde(rename = "type")]
    pub(super) kind: SpecifiedType,
    #[serde(default)]
    pub(super) documentation: String,
    #[serde(default)]
    pub(super) relationship_refs: Vec<SpecifiedReference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecifiedReference {
    pub(super) cloud_formation_type: String,
    pub(super) property_name: String,
}

/// What a property may hold.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum SpecifiedType {
    /// A nested type.
    Ref {
        /// Which one.
        reference: Reference,
    },
    /// A list.
    Array {
        /// Of these.
        element: Box<SpecifiedType>,
    },
    /// A map.
    Map {
        /// To these.
        element: Box<SpecifiedType>,
    },
    /// One of several.
    Union {
        /// Which.
        types: Vec<SpecifiedType>,
    },
    /// Anything without parts.
    #[serde(other)]
    Plain,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "$ref")]
    pub(super) id: String,
}

impl<'de> Deserialize<'de> for Specification {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Database {
            schema: Tables,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Tables {
            resource: Table<SpecifiedResource>,
            type_definition: Table<Nested>,
        }
        #[derive(Deserialize)]
        struct Table<T> {
            entities: Vec<T>,
        }
        #[derive(Deserialize)]
        struct Nested {
            #[serde(rename = "$id")]
            id: String,
            #[serde(flatten)]
            object: SpecifiedObject,
        }
        let Database { schema } = Database::deserialize(deserializer)?;
        let by_name = |resource: SpecifiedResource| (resource.cloud_formation_type.clone(), resource);
        Ok(Self {
            resources: schema.resource.entities.into_iter().map(by_name).collect(),
            nested: schema.type_definition.entities.into_iter().map(|nested| (nested.id, nested.object)).collect(),
        })
    }
}
