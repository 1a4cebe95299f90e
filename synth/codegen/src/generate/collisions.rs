//! Two things of one name in one place: the generated code would not compile, or hide one of them.

use std::collections::BTreeSet;

use super::model::{Object, Resource, Service};
use super::services::Services;
use super::{reference_names, render};

/// Each name that two things would have, with the place.
pub fn collisions(services: &Services) -> Vec<String> {
    let mut found = Vec::new();
    for service in &services.services {
        let types = service.resources.iter().flat_map(top_level_types);
        repeated(&service.namespace, "the type", types, &mut found);
        let modules = service.resources.iter().map(|resource| resource.module.clone());
        repeated(&service.namespace, "the module", modules, &mut found);
        service.resources.iter().for_each(|resource| in_resource(resource, &mut found));
    }
    repeated("AWS", "the service", services.services.iter().map(|Service { module, .. }| module.clone()), &mut found);
    repeated("refs", "the reference", services.references.iter().map(reference_names::name), &mut found);
    found
}

fn in_resource(resource: &Resource, found: &mut Vec<String>) {
    let nested = resource.objects().skip(1).filter(|object| render::takes_struct(object)).map(render::required_struct);
    let types = resource.definitions.iter().map(|definition| definition.name().to_owned()).chain(nested);
    repeated(&resource.type_name, "the property type", types, found);
    let methods = resource.attributes.iter().map(|attribute| attribute.method.clone());
    repeated(&resource.type_name, "the attribute", methods, found);
    for object in resource.objects() {
        let place = format!("{} {}", resource.type_name, object.name);
        repeated(&place, "the setter", object.properties().map(|property| property.setter.clone()), found);
    }
}

/// The builder, its attributes, and what its `new` takes.
fn top_level_types(resource: &Resource) -> impl Iterator<Item = String> {
    let object: &Object = &resource.object;
    let required = render::takes_struct(object).then(|| render::required_struct(object));
    [object.name.clone(), format!("{}Attributes", object.name)].into_iter().chain(required)
}

fn repeated(place: &str, what: &str, names: impl Iterator<Item = String>, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            found.push(format!("{place}: {what} `{name}` stands for two things"));
        }
    }
}
