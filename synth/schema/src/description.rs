//! Which schemas of a resource type can have a description, and the pointers they are known by.

use std::collections::BTreeMap;

use crate::{Additional, ResourceType, Schema};

impl ResourceType {
    /// Puts descriptions, by the pointers of their schemas, in their places.
    pub(crate) fn describe(&mut self, texts: &BTreeMap<String, String>) {
        let mut pointer = String::new();
        for (name, schema) in &mut self.definitions {
            within(&mut pointer, &["definitions", name], |pointer| describe(schema, pointer, texts));
        }
        describe(&mut self.root, &mut pointer, texts);
    }
}

fn describe(schema: &mut Schema, pointer: &mut String, texts: &BTreeMap<String, String>) {
    schema.description = texts.get(pointer.as_str()).cloned();
    let maps = [("properties", &mut schema.properties), ("patternProperties", &mut schema.pattern_properties)];
    for (key, schemas) in maps {
        for (name, schema) in schemas {
            within(pointer, &[key, name], |pointer| describe(schema, pointer, texts));
        }
    }
    let lists = [("oneOf", &mut schema.one_of), ("anyOf", &mut schema.any_of), ("allOf", &mut schema.all_of)];
    for (key, schemas) in lists {
        for (number, schema) in schemas.iter_mut().enumerate() {
            within(pointer, &[key, &number.to_string()], |pointer| describe(schema, pointer, texts));
        }
    }
    if let Some(items) = &mut schema.items {
        within(pointer, &["items"], |pointer| describe(items, pointer, texts));
    }
    if let Some(Additional::Schema(values)) = &mut schema.additional_properties {
        within(pointer, &["additionalProperties"], |pointer| describe(values, pointer, texts));
    }
}

/// Goes down by the parts, then back. Parts are escaped as in a JSON pointer.
fn within(pointer: &mut String, parts: &[&str], go: impl FnOnce(&mut String)) {
    let length = pointer.len();
    for part in parts {
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    go(pointer);
    pointer.truncate(length);
}
