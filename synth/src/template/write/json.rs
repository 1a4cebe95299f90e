//! JSON, with functions in their full form.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::template::Node;

/// The tree as JSON: two spaces of indentation, functions in their full form, a newline at the end.
pub fn json(node: &Node) -> String {
    // Only a map key that is not text could fail, and every key is.
    let mut text = serde_json::to_string_pretty(node).unwrap_or_default();
    text.push('\n');
    text
}

/// As JSON, with functions in their full form.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Integer(value) => serializer.serialize_i64(*value),
            Node::Float(value) => serializer.serialize_f64(*value),
            Node::String(text) => serializer.serialize_str(text),
            Node::List(items) => serializer.collect_seq(items),
            Node::Map(map) => serializer.collect_map(map.iter()),
            Node::Function(function) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(function.name().key(), function.argument())?;
                map.end()
            }
        }
    }
}
