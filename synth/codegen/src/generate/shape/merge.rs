//! Alternatives (`oneOf`, `anyOf`, `allOf`) and `$ref` merged into one description of what a value may be.
//!
//! Which alternatives may be combined is left to validation: a builder offers what any of them has.

use std::collections::{BTreeMap, BTreeSet};

use synth_schema::{Additional, Kind, Relation, ResourceType, Schema};

/// Deeper than any schema; where it ends, a schema refers to itself.
const MOST_LEVELS: usize = 24;

/// What a value may be, all alternatives taken together.
#[derive(Debug, Default)]
pub(super) struct Merged<'a> {
    pub(super) kinds: BTreeSet<Kind>,
    /// Each property with its schemas, more than one where alternatives have the same.
    pub(super) properties: BTreeMap<&'a str, Vec<&'a Schema>>,
    pub(super) required: BTreeSet<&'a str>,
    pub(super) items: Vec<&'a Schema>,
    pub(super) map_values: Vec<&'a Schema>,
    pub(super) choices: Vec<&'a str>,
    pub(super) relations: Vec<Relation>,
    /// Whether it may have nothing but its properties.
    pub(super) is_closed: bool,
}

impl<'a> Merged<'a> {
    /// Merges schemas of which each may hold.
    pub(super) fn any_of(resource: &'a ResourceType, schemas: &[&'a Schema]) -> Self {
        let mut merged = Self::default();
        for (number, schema) in schemas.iter().enumerate() {
            let other = Self::of(resource, schema, 0, false);
            let required = if number == 0 { other.required.clone() } else { common(&merged.required, &other.required) };
            merged.absorb(other);
            merged.required = required;
        }
        merged
    }

    /// `is_alternative`: properties without substance are rules about those of the schema that it is an alternative of.
    fn of(resource: &'a ResourceType, schema: &'a Schema, level: usize, is_alternative: bool) -> Self {
        let mut merged = Self::default();
        if level > MOST_LEVELS {
            return merged;
        }
        if let Some(target) = schema.reference.as_deref().and_then(|reference| resource.at(reference)) {
            merged.absorb(Self::of(resource, target, level + 1, is_alternative));
        }
        merged.take(schema, is_alternative);
        for alternative in &schema.all_of {
            merged.absorb(Self::of(resource, alternative, level + 1, true));
        }
        for alternatives in [&schema.one_of, &schema.any_of] {
            merged
                .absorb_one_of(alternatives.iter().map(|schema| Self::of(resource, schema, level + 1, true)).collect());
        }
        merged
    }

    /// Takes what the schema says itself.
    fn take(&mut self, schema: &'a Schema, is_alternative: bool) {
        self.kinds.extend(schema.kinds.iter().filter(|kind| *kind != Kind::Null));
        for (name, property) in &schema.properties {
            if !is_alternative || says_something(property) {
                self.properties.entry(name).or_default().push(property);
            }
        }
        self.required.extend(schema.required.iter().map(String::as_str));
        self.items.extend(schema.items.as_deref());
        self.map_values.extend(schema.pattern_properties.values());
        match &schema.additional_properties {
            Some(Additional::Schema(values)) => self.map_values.push(values),
            Some(Additional::Allowed(false)) => self.is_closed = true,
            _ => {}
        }
        for choice in schema.choices.iter().chain(&schema.choices_ignoring_case).filter_map(|choice| choice.as_str()) {
            if !self.choices.contains(&choice) {
                self.choices.push(choice);
            }
        }
        self.take_relations(schema);
    }

    fn take_relations(&mut self, schema: &Schema) {
        let of_reference = schema.relationship_ref.iter().map(|relation| Relation {
            type_name: relation.type_name.clone(),
            property: relation.property_path.dotted(),
        });
        let of_format = schema.format.iter().filter_map(|format| {
            let (type_name, property) = format.strip_prefix("AWS::").and(format.rsplit_once('.'))?;
            // `SecurityGroup.Ids` is the format of a list of `SecurityGroup.Id`.
            let property =
                if property == "Ids" || property == "Names" { property.trim_end_matches('s') } else { property };
            Some(Relation { type_name: type_name.to_owned(), property: property.to_owned() })
        });
        for relation in of_reference.chain(of_format).chain(schema.relations.iter().cloned()) {
            if !self.relations.contains(&relation) {
                self.relations.push(relation);
            }
        }
    }

    fn absorb(&mut self, other: Self) {
        self.kinds.extend(other.kinds);
        for (name, schemas) in other.properties {
            self.properties.entry(name).or_default().extend(schemas);
        }
        self.required.extend(other.required);
        self.items.extend(other.items);
        self.map_values.extend(other.map_values);
        for choice in other.choices {
            if !self.choices.contains(&choice) {
                self.choices.push(choice);
            }
        }
        for relation in other.relations {
            if !self.relations.contains(&relation) {
                self.relations.push(relation);
            }
        }
        self.is_closed |= other.is_closed;
    }

    /// Absorbs alternatives; required is what every one of them requires.
    fn absorb_one_of(&mut self, alternatives: Vec<Self>) {
        let required = alternatives.iter().map(|other| other.required.clone()).reduce(|one, two| common(&one, &two));
        for mut other in alternatives {
            other.required = BTreeSet::new();
            self.absorb(other);
        }
        self.required.extend(required.unwrap_or_default());
    }
}

fn common<'a>(one: &BTreeSet<&'a str>, two: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    one.intersection(two).copied().collect()
}

/// Whether a schema says what a value is, and not only which properties go together.
pub(super) fn says_something(schema: &Schema) -> bool {
    !schema.kinds.is_empty()
        || schema.reference.is_some()
        || schema.items.is_some()
        || schema.format.is_some()
        || !schema.pattern_properties.is_empty()
        || !schema.choices.is_empty()
        || schema.properties.values().any(says_something)
        || schema.alternatives().any(says_something)
}
