//! Brings an upstream schema into the catalogue's form, and takes its descriptions out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Keys of a resource type that nothing in this workspace has a use for.
const DROPPED: [&str; 3] = ["$schema", "$comment", "sourceUrl"];
/// Lists whose order means nothing.
const SETS: [&str; 5] = [
    "conditionalCreateOnlyProperties",
    "createOnlyProperties",
    "deprecatedProperties",
    "readOnlyProperties",
    "writeOnlyProperties",
];
/// Words that say nothing about a resource type.
const EMPTY_WORDS: [&str; 16] = [
    "a",
    "an",
    "aws",
    "cloudformation",
    "definition",
    "example",
    "for",
    "in",
    "of",
    "provider",
    "resource",
    "schema",
    "specification",
    "the",
    "type",
    "types",
];

/// Descriptions by the pointers of the schemas that they describe.
pub(super) type Descriptions = BTreeMap<String, String>;

/// Normalises a resource type's schema and gives the descriptions that were in it.
pub(super) fn normalise(schema: &mut Value) -> Descriptions {
    let mut descriptions = Descriptions::new();
    let Value::Object(root) = schema else { return descriptions };
    for key in DROPPED {
        root.remove(key);
    }
    for key in SETS {
        root.get_mut(key).into_iter().for_each(sort_set);
    }
    for handler in root.get_mut("handlers").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        handler.get_mut("permissions").into_iter().for_each(sort_set);
    }
    root.get_mut("tagging").and_then(|tagging| tagging.get_mut("permissions")).into_iter().for_each(sort_set);
    for (name, definition) in root.get_mut("definitions").and_then(Value::as_object_mut).into_iter().flatten() {
        visit(definition, &child("/definitions", name), Some(&mut descriptions));
    }
    visit(schema, "", Some(&mut descriptions));
    if descriptions.get("").is_some_and(|text| says_nothing(text)) {
        descriptions.remove("");
    }
    descriptions
}

/// Whether a resource type's description says no more than that it is one, like `Resource schema for AWS::A::B.`
pub(super) fn says_nothing(text: &str) -> bool {
    let mut words = text.split([' ', '\n', '.', '`', ',']).filter(|word| !word.is_empty());
    words.all(|word| word.contains("::") || EMPTY_WORDS.contains(&word.to_lowercase().as_str()))
}

/// Takes whitespace that no reader sees out of a Markdown text.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

/// A pointer one step further, escaped as JSON pointers are.
pub(super) fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The JSON with sorted keys, whatever order the map type keeps.
pub(super) fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<&String, &Value> = map.iter().collect();
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Goes through every schema below; where `descriptions` is absent, theirs are dropped.
fn visit(schema: &mut Value, pointer: &str, mut descriptions: Option<&mut Descriptions>) {
    let Value::Object(map) = schema else { return };
    if let Some(Value::String(text)) = map.get("description") {
        let text = tidy(text);
        map.remove("description");
        if let Some(descriptions) = descriptions.as_deref_mut().filter(|_| !text.is_empty()) {
            descriptions.insert(pointer.to_owned(), text);
        }
    }
    tidy_node(map);
    for (key, value) in map.iter_mut() {
        let below = format!("{pointer}/{key}");
        match (key.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(schemas)) => {
                for (name, schema) in schemas {
                    visit(schema, &child(&below, name), descriptions.as_deref_mut());
                }
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(schemas)) => {
                for (number, schema) in schemas.iter_mut().enumerate() {
                    visit(schema, &format!("{below}/{number}"), descriptions.as_deref_mut());
                }
            }
            ("items" | "additionalProperties", schema @ Value::Object(_)) => {
                visit(schema, &below, descriptions.as_deref_mut());
            }
            ("prefixItems", Value::Array(schemas)) => schemas.iter_mut().for_each(|schema| visit(schema, &below, None)),
            ("not" | "if" | "then" | "else", schema) => visit(schema, &below, None),
            _ => {}
        }
    }
}

fn tidy_node(map: &mut Map<String, Value>) {
    map.remove("$comment");
    if map.get("default").is_some_and(Value::is_null) {
        map.remove("default");
    }
    let Some(Value::Object(dependencies)) = map.get("dependencies") else { return };
    if dependencies.values().all(Value::is_array)
        && let Some(dependencies) = map.remove("dependencies")
    {
        map.entry("dependentRequired").or_insert(dependencies);
    }
}

fn sort_set(list: &mut Value) {
    let Value::Array(items) = list else { return };
    items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    items.dedup();
}
