//! What property types and choices are called.

use std::collections::{BTreeMap, BTreeSet};

use synth_schema::{Kind as SchemaKind, ResourceType, Schema, names};

use super::super::ledger::Published;
use super::merge::{Merged, says_something};

/// Properties whose name says nothing without that of the object which has them.
const GENERIC: [&str; 23] = [
    "Action",
    "Condition",
    "Engine",
    "Format",
    "Key",
    "Kind",
    "Level",
    "Method",
    "Mode",
    "Name",
    "Operator",
    "Option",
    "Role",
    "Scope",
    "Source",
    "State",
    "Status",
    "Target",
    "Type",
    "Unit",
    "Value",
    "Values",
    "Version",
];

/// Words that end in `s` and are no plural.
const NO_PLURALS: [&str; 34] = [
    "access",
    "acls",
    "address",
    "alias",
    "analysis",
    "analytics",
    "apns",
    "aws",
    "basis",
    "bus",
    "canvas",
    "class",
    "compress",
    "cors",
    "credits",
    "dns",
    "ecs",
    "efs",
    "eks",
    "fs",
    "gps",
    "https",
    "ins",
    "iops",
    "kinesis",
    "kms",
    "os",
    "process",
    "rds",
    "series",
    "sns",
    "sqs",
    "status",
    "tls",
];

/// The names of a resource's property types and choices, by what each type is known by: `#` and its definition, or the
/// path of the one property that has it.
pub(super) struct Names<'a> {
    resource: &'a ResourceType,
    own: String,
    published: Option<&'a Published>,
    by_key: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// The values of choices, by name.
    values: BTreeMap<String, BTreeSet<String>>,
    uses: BTreeMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(resource: &'a ResourceType, published: Option<&'a Published>) -> Self {
        let own = names::type_name(resource.short_name());
        let taken = published.into_iter().flatten().map(|(_, entry)| entry.name.clone()).chain([own.clone()]);
        let mut names = Self {
            resource,
            taken: taken.collect(),
            own,
            published,
            by_key: BTreeMap::new(),
            values: BTreeMap::new(),
            uses: uses(resource),
        };
        for (name, schema) in &resource.definitions {
            names.reserve(name, schema);
        }
        names
    }

    /// A definition keeps its name, whatever else would like it.
    fn reserve(&mut self, definition: &str, schema: &'a Schema) {
        let merged = Merged::any_of(self.resource, &[schema]);
        let is_type = merged.properties.len() + merged.choices.len() > 0 || merged.is_closed;
        if is_type && self::definition(self.resource, schema).is_none() {
            let published = self.published(&format!("#{definition}"));
            let name = published.unwrap_or_else(|| self.numbered(&self.unlike_own(&names::type_name(definition))));
            self.taken.insert(name.clone());
            if !merged.choices.is_empty() && merged.kinds().iter().eq([&SchemaKind::String]) {
                self.values.insert(name.clone(), owned(&merged.choices));
            }
            self.by_key.insert(format!("?{definition}"), name);
        }
    }

    /// The name that a type was given.
    pub(super) fn known(&self, key: &str) -> Option<&str> {
        self.by_key.get(key).map(String::as_str)
    }

    /// Names a type; choices with the same values as others of the same name share it.
    pub(super) fn give(&mut self, key: &str, base: &str, parent: &str, choices: Option<&[&str]>) -> String {
        let reserved = key.strip_prefix('#').and_then(|definition| self.by_key.get(&format!("?{definition}")).cloned());
        let published = self.published(key);
        let name = published.or(reserved).unwrap_or_else(|| self.free(base, parent, choices));
        self.taken.insert(name.clone());
        if let Some(choices) = choices {
            self.values.insert(name.clone(), owned(choices));
        }
        self.by_key.insert(key.to_owned(), name.clone());
        name
    }

    /// The name that a type was published under.
    fn published(&self, key: &str) -> Option<String> {
        Some(self.published?.get(key)?.name.clone())
    }

    /// The names that were given, by what each type is known by.
    pub(super) fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_key.iter().filter(|(key, _)| !key.starts_with('?')).map(|(key, name)| (&**key, &**name))
    }

    /// How many places of the schema refer to a definition.
    pub(super) fn uses(&self, definition: &str) -> usize {
        self.uses.get(definition).copied().unwrap_or_default()
    }

    fn free(&self, base: &str, parent: &str, choices: Option<&[&str]>) -> String {
        let base = names::type_name(base);
        let with_parent = format!("{parent}{base}");
        let is_generic = parent != self.own && GENERIC.contains(&&*base);
        let candidates = [if is_generic { with_parent.clone() } else { self.unlike_own(&base) }, with_parent];
        let fits = |name: &&String| {
            !self.taken.contains(*name)
                || choices.is_some_and(|choices| self.values.get(*name).is_some_and(|values| *values == owned(choices)))
        };
        candidates.iter().find(fits).cloned().unwrap_or_else(|| self.numbered(&candidates[1]))
    }

    /// A type is not named like its resource, nor like the resource's attributes.
    fn unlike_own(&self, name: &str) -> String {
        let is_own = name == self.own || name.strip_prefix(&*self.own) == Some("Attributes");
        if is_own { format!("{name}Settings") } else { name.to_owned() }
    }

    fn numbered(&self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.taken.contains(name)).unwrap_or_default()
    }
}

/// The definition that a schema stands for, where it says nothing else.
pub(super) fn definition<'a>(resource: &'a ResourceType, schema: &'a Schema) -> Option<&'a str> {
    let says_more = !schema.properties.is_empty() || schema.items.is_some() || !schema.pattern_properties.is_empty();
    let mut alternatives = schema.alternatives().filter(|other| says_something(other));
    let (first, second) = (alternatives.next(), alternatives.next());
    match (schema.reference.as_deref(), first, second) {
        _ if says_more => None,
        (Some(reference), None, _) => {
            let (name, target) = resource.definitions.get_key_value(reference.strip_prefix("#/definitions/")?)?;
            Some(definition(resource, target).unwrap_or(name))
        }
        (None, Some(only), None) if schema.choices.is_empty() => definition(resource, only),
        _ => None,
    }
}

/// Adds the constants of allowed values. Where two values have one name, the later ones are numbered; those that differ in
/// case only are left out.
pub(super) fn add_constants(constants: &mut Vec<(String, String)>, values: &[&str]) {
    for value in values {
        if constants.iter().any(|(_, other)| other.eq_ignore_ascii_case(value)) {
            continue;
        }
        let Some(name) = names::constant(value) else { continue };
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let is_free = |name: &String| constants.iter().all(|(other, _)| other != name);
        let name = std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or_default();
        constants.push((name, (*value).to_owned()));
    }
}

/// One of what a name stands for several of: `Architectures` is of `Architecture`.
pub(super) fn singular(name: &str) -> String {
    let last = names::words(name).pop().unwrap_or_default();
    let cut = |end: usize, suffix: &str| format!("{}{suffix}", &name[..name.len() - end]);
    if NO_PLURALS.contains(&&*last) || last.ends_with("ss") || last.len() < 3 {
        name.to_owned()
    } else if last.ends_with("ies") && last.len() > 4 {
        cut(3, "y")
    } else if ["sses", "xes", "ches", "shes", "uses"].iter().any(|end| last.ends_with(end)) && last != "caches" {
        cut(2, "")
    } else if last.ends_with('s') && name.ends_with('s') {
        cut(1, "")
    } else {
        name.to_owned()
    }
}

fn owned(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// How many schemas refer to each definition.
fn uses(resource: &ResourceType) -> BTreeMap<&str, usize> {
    let mut uses = BTreeMap::new();
    count_uses(&resource.root, &mut uses);
    for schema in resource.definitions.values() {
        count_uses(schema, &mut uses);
    }
    uses
}

fn count_uses<'a>(schema: &'a Schema, uses: &mut BTreeMap<&'a str, usize>) {
    if let Some(name) = schema.reference.as_deref().and_then(|reference| reference.strip_prefix("#/definitions/")) {
        *uses.entry(name).or_default() += 1;
    }
    let inside = schema.properties.values().chain(schema.items.as_deref()).chain(schema.alternatives());
    for schema in inside.chain(schema.map_values()) {
        count_uses(schema, uses);
    }
}
