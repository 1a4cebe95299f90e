//! From a resource type's schema to the builders that are written for it.

mod merge;
mod naming;

use std::collections::{BTreeMap, VecDeque};

use synth_schema::{Kind as SchemaKind, PropertyPath, Relation, ResourceType, Schema, names};

use self::merge::{Merged, says_something};
use self::naming::Names;
use super::documentation;
use super::ledger::{Entry, Published};
use super::model::{Attribute, AttributeKind, Choices, Definition, Kind, Object, Property, Resource, Tagging};
use super::references::References;

/// A list in a list in a list, and so on: deeper ones refer to themselves.
const MOST_LEVELS: usize = 6;

/// What is written for a resource type, with what is to be remembered of it.
///
/// `published` is what was remembered before.
pub fn resource(
    resource: &ResourceType,
    references: &References<'_>,
    published: Option<&Published>,
) -> (Resource, Published) {
    let mut shaper = Shaper::new(resource, references, published);
    let name = names::type_name(resource.short_name());
    let object = shaper.object(&Pending {
        name: name.clone(),
        key: String::new(),
        schemas: vec![&resource.root],
        path: Some(None),
        documentation: documentation::resource(resource),
    });
    let definitions = shaper.definitions();
    let entries = shaper.entries;
    let resource = Resource {
        type_name: resource.name.clone(),
        module: names::module(resource.short_name()),
        tags: tagging(resource, &object),
        attributes: attributes(resource),
        targets: Vec::new(),
        object,
        definitions,
    };
    (resource, entries)
}

struct Shaper<'a> {
    resource: &'a ResourceType,
    published: Option<&'a Published>,
    entries: Published,
    references: &'a References<'a>,
    names: Names<'a>,
    pending: VecDeque<Pending<'a>>,
    done: BTreeMap<String, Definition>,
}

/// An object that has its name, but not its properties yet.
struct Pending<'a> {
    name: String,
    key: String,
    schemas: Vec<&'a Schema>,
    path: Path,
    documentation: Vec<String>,
}

/// Where an object is: the path of the property that holds it, none inside for the resource itself; none at all where
/// several properties hold such an object.
type Path = Option<Option<PropertyPath>>;

/// Where a value is.
#[derive(Clone)]
struct Place {
    /// The path in the schema, which names a type that has no definition.
    key: String,
    /// What the type would be called.
    base: String,
    /// The object that has the property.
    parent: String,
    path: Path,
    /// What the list or map around it says that it refers to.
    relations: Vec<Relation>,
    level: usize,
}

impl Place {
    fn inside(&self, relations: &[Relation], base: String) -> Self {
        let relations = relations.iter().chain(&self.relations).cloned().collect();
        Self { key: format!("{}/*", self.key), base, relations, level: self.level + 1, ..self.clone() }
    }
}

impl<'a> Shaper<'a> {
    fn new(resource: &'a ResourceType, references: &'a References<'a>, published: Option<&'a Published>) -> Self {
        let names = Names::new(resource, published);
        let (pending, done, entries) = (VecDeque::new(), BTreeMap::new(), Published::new());
        Self { resource, published, entries, references, names, pending, done }
    }

    /// The property types and choices that are in use, when the resource itself is done.
    fn definitions(&mut self) -> Vec<Definition> {
        while let Some(pending) = self.pending.pop_front() {
            let object = self.object(&pending);
            self.done.insert(object.name.clone(), Definition::Object(object));
        }
        for (key, name) in self.names.given() {
            let entry = || Entry { name: name.to_owned(), ..Entry::default() };
            self.entries.entry(key.to_owned()).or_insert_with(entry);
        }
        std::mem::take(&mut self.done).into_values().collect()
    }

    fn object(&mut self, pending: &Pending<'a>) -> Object {
        let merged = Merged::any_of(self.resource, &pending.schemas);
        let mut properties: Vec<Property> =
            merged.properties.iter().filter_map(|(name, schemas)| self.property(name, schemas, pending)).collect();
        let known = properties.iter().map(|property| &*property.name).collect();
        let mut required: Vec<String> = properties
            .iter()
            .map(|property| property.name.clone())
            .filter(|name| merged.required.contains(&**name))
            .collect();
        required.sort_by_key(|name| !names_its_object(name));
        let published = self.published.and_then(|published| published.get(&pending.key));
        let entry = Entry::new(pending.name.clone(), required, published, &known);
        let is_argument = |property: &mut Property| entry.arguments.contains(&property.name);
        let mut required: Vec<Property> = properties.extract_if(.., is_argument).collect();
        required.sort_by_key(|property| entry.arguments.iter().position(|name| *name == property.name));
        self.entries.insert(pending.key.clone(), entry);
        Object {
            name: pending.name.clone(),
            documentation: pending.documentation.clone(),
            required,
            optional: properties,
        }
    }

    /// A property; none if it can only be read.
    fn property(&mut self, name: &str, schemas: &[&'a Schema], holder: &Pending<'a>) -> Option<Property> {
        let path = holder.path.as_ref().map(|path| child(path.as_ref(), name));
        if path.as_ref().is_some_and(|path| self.resource.is_read_only(path)) {
            return None;
        }
        let place = Place {
            key: format!("{}/{name}", holder.key),
            base: name.to_owned(),
            parent: holder.name.clone(),
            path: path.clone().map(Some),
            relations: Vec::new(),
            level: 0,
        };
        let kind = self.kind(schemas, &place)?;
        let documentation = documentation::property(self.resource, schemas, path.as_ref(), name);
        Some(Property { name: name.to_owned(), setter: names::setter(name), kind, documentation })
    }

    /// What a value takes; none if all of it can only be read.
    fn kind(&mut self, schemas: &[&'a Schema], place: &Place) -> Option<Kind> {
        use SchemaKind::{Array, Boolean, Integer, Number, Object, String};
        if place.level > MOST_LEVELS {
            return Some(Kind::Json);
        }
        let merged = Merged::any_of(self.resource, schemas);
        let kinds: Vec<SchemaKind> = merged.kinds().into_iter().collect();
        Some(match *kinds {
            [String] => self.text(&merged, schemas, place),
            [Integer] => Kind::Integer,
            [Number] | [Integer, Number] => Kind::Number,
            [Boolean] => Kind::Boolean,
            [Array] | [String, Array] | [Array, Object] | [String, Array, Object] if merged.is_list() => {
                return self.list(&merged, place);
            }
            [Array] => Kind::List(Box::new(Kind::Json)),
            [Object] => return self.map_or_object(&merged, schemas, place),
            [String, Object] if !merged.properties.is_empty() => {
                Kind::OrText(Box::new(self.map_or_object(&merged, schemas, place)?))
            }
            [String, Object] if !merged.map_values.is_empty() => return self.map_or_object(&merged, schemas, place),
            _ if !kinds.is_empty() && kinds.iter().all(|kind| [String, Integer, Number, Boolean].contains(kind)) => {
                Kind::Scalar
            }
            _ => Kind::Json,
        })
    }

    fn text(&mut self, merged: &Merged<'a>, schemas: &[&'a Schema], place: &Place) -> Kind {
        if !merged.choices.is_empty() {
            return Kind::Named(self.choices(merged, schemas, place));
        }
        let relations: Vec<_> = merged.relations.iter().chain(&place.relations).collect();
        match self.references.set(&self.resource.name, &place.key, &relations) {
            Some(set) => Kind::To(set),
            None => Kind::String,
        }
    }

    fn list(&mut self, merged: &Merged<'a>, place: &Place) -> Option<Kind> {
        let item = Merged::any_of(self.resource, &merged.items);
        if self.is_tags(&item) {
            return Some(Kind::Tags);
        }
        let inside = place.inside(&merged.relations, naming::singular(&place.base));
        Some(Kind::List(Box::new(self.kind(&merged.items, &inside)?)))
    }

    fn is_tags(&self, item: &Merged<'a>) -> bool {
        let is_text = |name: &str| {
            item.properties.get(name).is_some_and(|schemas| {
                let merged = Merged::any_of(self.resource, schemas);
                merged.kinds().into_iter().eq([SchemaKind::String])
                    && merged.choices.is_empty()
                    && merged.relations.is_empty()
            })
        };
        item.properties.len() == 2 && is_text("Key") && is_text("Value")
    }

    fn map_or_object(&mut self, merged: &Merged<'a>, schemas: &[&'a Schema], place: &Place) -> Option<Kind> {
        if merged.properties.is_empty() && !merged.map_values.is_empty() {
            let inside = place.inside(&merged.relations, naming::singular(&place.base));
            return Some(Kind::Map(Box::new(self.kind(&merged.map_values, &inside)?)));
        }
        if merged.properties.is_empty() && !merged.is_closed {
            return Some(Kind::Json);
        }
        if self.is_read_only(merged, place) {
            return None;
        }
        let (key, path) = self.identity(schemas, place);
        if let Some(name) = self.names.known(&key) {
            return Some(Kind::Named(name.to_owned()));
        }
        let name = self.names.give(&key, &place.base, &place.parent, None);
        let documentation = documentation::object(self.resource, &name, schemas);
        self.pending.push_back(Pending { name: name.clone(), key, schemas: schemas.to_vec(), path, documentation });
        Some(Kind::Named(name))
    }

    /// Whether each property of an object can only be read.
    fn is_read_only(&self, merged: &Merged<'a>, place: &Place) -> bool {
        let Some(path) = &place.path else { return false };
        let mut names = merged.properties.keys();
        !merged.properties.is_empty() && names.all(|name| self.resource.is_read_only(&child(path.as_ref(), name)))
    }

    fn choices(&mut self, merged: &Merged<'a>, schemas: &[&'a Schema], place: &Place) -> String {
        let (key, _) = self.identity(schemas, place);
        if let Some(name) = self.names.known(&key) {
            return name.to_owned();
        }
        let name = self.names.give(&key, &place.base, &place.parent, Some(&merged.choices));
        let documentation = || documentation::choices(self.resource, schemas, &place.parent, &place.base);
        let new =
            || Definition::Choices(Choices { name: name.clone(), documentation: documentation(), values: Vec::new() });
        if let Definition::Choices(choices) = self.done.entry(name.clone()).or_insert_with(new) {
            // Types that were published as one stay one, even if their values have come apart.
            naming::add_constants(&mut choices.values, &merged.choices);
        }
        name
    }

    /// What a type is known by: its definition, or else its place. With its path, where nothing else has the type.
    fn identity(&self, schemas: &[&'a Schema], place: &Place) -> (String, Path) {
        let [schema] = schemas else { return (place.key.clone(), place.path.clone()) };
        match naming::definition(self.resource, schema) {
            Some(name) => {
                let path = if self.names.uses(name) > 1 { None } else { place.path.clone() };
                (format!("#{name}"), path)
            }
            None => (place.key.clone(), place.path.clone()),
        }
    }
}

impl Merged<'_> {
    /// The kinds, as far as they are known; what follows from the rest of the schema otherwise.
    fn kinds(&self) -> std::collections::BTreeSet<SchemaKind> {
        if !self.kinds.is_empty() {
            return self.kinds.clone();
        }
        let kind = if !self.properties.is_empty() || !self.map_values.is_empty() {
            SchemaKind::Object
        } else if !self.items.is_empty() {
            SchemaKind::Array
        } else if !self.choices.is_empty() || !self.relations.is_empty() {
            SchemaKind::String
        } else {
            return self.kinds.clone();
        };
        [kind].into()
    }

    /// Whether it can be written as a list with known items, whatever else would do.
    fn is_list(&self) -> bool {
        !self.items.is_empty() && self.properties.is_empty() && self.map_values.is_empty()
    }
}

fn child(path: Option<&PropertyPath>, name: &str) -> PropertyPath {
    path.map_or_else(|| PropertyPath::of(name), |path| path.child(name))
}

/// Names come first among the arguments of `new`.
fn names_its_object(property: &str) -> bool {
    matches!(property, "Name" | "Key" | "Id") || property.ends_with("Name")
}

fn tagging(resource: &ResourceType, object: &Object) -> Tagging {
    let declared = resource.tagging.as_ref();
    if declared.is_some_and(|tagging| !tagging.taggable) {
        return Tagging::None;
    }
    let property = declared.map_or("Tags", |tagging| tagging.tag_property.top_level().unwrap_or_default());
    let found = object.required.iter().chain(&object.optional).find(|candidate| candidate.name == property);
    match found.map(|property| &property.kind) {
        Some(Kind::Tags) => Tagging::List(property.to_owned()),
        Some(Kind::Map(kind)) if **kind == Kind::String => Tagging::Map(property.to_owned()),
        _ => Tagging::None,
    }
}

fn attributes(resource: &ResourceType) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> =
        resource.attributes().filter_map(|(path, schema)| attribute(resource, path, schema)).collect();
    attributes.sort_by(|one, two| one.name.cmp(&two.name));
    for number in 1..attributes.len() {
        // `CertificateAuthority.Data` and `CertificateAuthorityData`.
        if attributes[..number].iter().any(|other| other.method == attributes[number].method) {
            attributes[number].method.push_str("_2");
        }
    }
    attributes
}

fn attribute(resource: &ResourceType, path: &PropertyPath, schema: &Schema) -> Option<Attribute> {
    let is_in_a_list = path.segments().iter().any(|segment| &**segment == "*");
    if is_in_a_list || !says_something(schema) {
        return None;
    }
    let merged = Merged::any_of(resource, &[schema]);
    let kind = attribute_kind(resource, &merged)?;
    let name = path.dotted();
    let documentation = documentation::attribute(resource, schema, &name);
    Some(Attribute { method: names::setter(&name), name, kind, documentation })
}

fn attribute_kind(resource: &ResourceType, merged: &Merged<'_>) -> Option<AttributeKind> {
    let kinds: Vec<SchemaKind> = merged.kinds().into_iter().collect();
    match *kinds {
        [SchemaKind::String] => Some(AttributeKind::String),
        [SchemaKind::Integer] => Some(AttributeKind::Integer),
        [SchemaKind::Number] => Some(AttributeKind::Number),
        [SchemaKind::Boolean] => Some(AttributeKind::Boolean),
        [SchemaKind::Array] => {
            let item = Merged::any_of(resource, &merged.items);
            item.kinds().into_iter().eq([SchemaKind::String]).then_some(AttributeKind::Strings)
        }
        _ => None,
    }
}
