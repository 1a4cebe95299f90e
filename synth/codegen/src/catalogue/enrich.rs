//! Adds to a schema what only the service specification knows: descriptions, references, and what `Ref` gives.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};

use super::{
    normalise::{Descriptions, child, says_nothing, tidy},
    specification::{Specification, SpecifiedObject, SpecifiedProperty, SpecifiedResource, SpecifiedType},
};

/// What was added to one resource type.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Added {
    /// Descriptions that the schema lacked.
    pub(super) filled_in: usize,
    /// Schemas that got references.
    pub(super) related: usize,
}

/// Adds what the specification knows about a resource type.
pub(super) fn enrich(
    schema: &mut Value,
    descriptions: &mut Descriptions,
    specification: &Specification,
    resource: &SpecifiedResource,
) -> Added {
    let before = descriptions.len();
    let mut walk = Walk { schema, descriptions, specification, relations: BTreeMap::new(), seen: HashSet::new() };
    walk.describe("", &resource.object.documentation);
    walk.object(&[String::new()], &resource.object);
    for (name, attribute) in &resource.attributes {
        let pointer = format!("/properties/{}", name.replace('.', "/properties/"));
        walk.attribute(&pointer, attribute);
    }
    let relations = walk.relations;
    let related = relations.len();
    let filled_in = descriptions.len() - before;
    for (pointer, relations) in relations {
        let relations: Vec<Value> =
            relations.into_iter().map(|(name, property)| json!({"type": name, "property": property})).collect();
        if let Some(node) = schema.pointer_mut(&pointer) {
            node["relations"] = relations.into();
        }
    }
    add_resource_facts(schema, resource);
    Added { filled_in, related }
}

fn add_resource_facts(schema: &mut Value, resource: &SpecifiedResource) {
    if !resource.cfn_ref_identifier.is_empty() {
        let paths = resource.cfn_ref_identifier.iter().map(|name| format!("/properties/{name}"));
        schema["cfnRefIdentifier"] = paths.collect();
    }
    if let Some(template) = &resource.arn_template {
        schema["arnTemplate"] = template.as_str().into();
    }
    if resource.is_stateful {
        schema["isStateful"] = true.into();
    }
}

/// A walk through a schema and its specification side by side.
struct Walk<'s, 'a> {
    schema: &'s Value,
    descriptions: &'s mut Descriptions,
    specification: &'a Specification,
    relations: BTreeMap<String, BTreeSet<(&'a str, &'a str)>>,
    seen: HashSet<(&'a str, Vec<String>)>,
}

impl<'a> Walk<'_, 'a> {
    fn describe(&mut self, pointer: &str, text: &str) {
        let text = tidy(text);
        let of_resource = pointer.is_empty();
        if !text.is_empty() && (!of_resource || !says_nothing(&text)) {
            self.descriptions.entry(pointer.to_owned()).or_insert(text);
        }
    }

    /// Goes through the properties of an object that lies at one or, by alternatives, several places.
    fn object(&mut self, places: &[String], object: &'a SpecifiedObject) {
        for (name, property) in &object.properties {
            let found: Vec<String> = places.iter().flat_map(|place| self.find(place, name, 0)).collect();
            self.relate(&found, property);
            for pointer in &found {
                self.describe(pointer, &property.documentation);
            }
            self.below(&found, &property.kind);
        }
    }

    fn relate(&mut self, found: &[String], property: &'a SpecifiedProperty) {
        if property.relationship_refs.is_empty() {
            return;
        }
        for pointer in found {
            let references = property.relationship_refs.iter();
            let references = references.map(|one| (one.cloud_formation_type.as_str(), one.property_name.as_str()));
            self.relations.entry(pointer.clone()).or_default().extend(references);
        }
    }

    fn below(&mut self, places: &[String], kind: &'a SpecifiedType) {
        let places: Vec<String> = places.iter().map(|place| self.resolve(place)).collect();
        match kind {
            SpecifiedType::Array { element } => self.below(&self.steps(&places, &["items"]), element),
            SpecifiedType::Map { element } => {
                let steps = self.steps(&places, &["patternProperties", "additionalProperties"]);
                self.below(&steps, element);
            }
            SpecifiedType::Union { types } => types.iter().for_each(|kind| self.below(&places, kind)),
            SpecifiedType::Ref { reference } => {
                let Some(object) = self.specification.nested(&reference.id) else { return };
                if !self.seen.insert((&reference.id, places.clone())) {
                    return;
                }
                for place in &places {
                    self.describe(place, &object.documentation);
                }
                self.object(&places, object);
            }
            SpecifiedType::Plain => {}
        }
    }

    fn attribute(&mut self, pointer: &str, attribute: &SpecifiedProperty) {
        if self.schema.pointer(pointer).is_some() {
            self.describe(pointer, &attribute.documentation);
        }
    }

    /// Where a schema has a property: in itself, or in its alternatives.
    fn find(&self, place: &str, name: &str, depth: u8) -> Vec<String> {
        const MOST_LEVELS: u8 = 6;
        let place = self.resolve(place);
        let Some(node) = self.schema.pointer(&place).filter(|_| depth < MOST_LEVELS) else { return Vec::new() };
        if node["properties"].get(name).is_some() {
            return vec![child(&format!("{place}/properties"), name)];
        }
        self.alternatives(&place).iter().flat_map(|other| self.find(other, name, depth + 1)).collect()
    }

    /// The items of lists or the values of maps at these places, also in their alternatives.
    fn steps(&self, places: &[String], keys: &[&str]) -> Vec<String> {
        let with_alternatives =
            places.iter().flat_map(|place| self.alternatives(place).into_iter().chain([place.clone()]));
        let places = with_alternatives.map(|place| self.resolve(&place));
        let below = |place: String| {
            let found = keys.iter().flat_map(|key| match (*key, self.schema.pointer(&format!("{place}/{key}"))) {
                ("patternProperties", Some(Value::Object(schemas))) => {
                    schemas.keys().map(|name| child(&format!("{place}/{key}"), name)).collect()
                }
                (_, Some(Value::Object(_))) => vec![format!("{place}/{key}")],
                _ => Vec::new(),
            });
            found.collect::<Vec<_>>()
        };
        places.flat_map(below).collect()
    }

    fn alternatives(&self, place: &str) -> Vec<String> {
        let count = |key| self.schema.pointer(&format!("{place}/{key}")).and_then(Value::as_array).map_or(0, Vec::len);
        let of = |key| (0..count(key)).map(move |number| format!("{place}/{key}/{number}"));
        ["oneOf", "anyOf", "allOf"].into_iter().flat_map(of).collect()
    }

    fn resolve(&self, place: &str) -> String {
        const MOST_STEPS: usize = 16;
        let next = |place: &String| Some(self.schema.pointer(place)?["$ref"].as_str()?.strip_prefix('#')?.to_owned());
        std::iter::successors(Some(place.to_owned()), next).take(MOST_STEPS).last().unwrap_or_default()
    }
}
