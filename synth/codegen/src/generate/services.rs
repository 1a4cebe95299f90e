//! All services, with the targets of every reference.

use std::collections::BTreeMap;

use synth_schema::{Catalogue, names};

use super::model::{Kind, Object, ReferenceSets, Resource, Service, Target};
use super::references::References;
use super::{reference_names, shape};

/// Everything that is generated.
#[derive(Debug)]
pub struct Services {
    /// The services in the order of their modules.
    pub services: Vec<Service>,
    /// What properties refer to.
    pub references: ReferenceSets,
}

impl Services {
    /// What is generated for a catalogue.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn of(catalogue: &Catalogue) -> Result<Self, synth_schema::Error> {
        let references = References::new(catalogue)?;
        let mut services: BTreeMap<String, Service> = BTreeMap::new();
        for resource in catalogue.iter() {
            let resource = resource?;
            let module = names::service(resource.service());
            let namespace = format!("AWS::{}", resource.service());
            let service = services.entry(module.clone());
            let service = service.or_insert_with(|| Service { namespace, module, resources: Vec::new() });
            service.resources.push(shape::resource(resource, &references));
        }
        let mut services = Self { services: services.into_values().collect(), references: ReferenceSets::new() };
        services.references = services.objects().flat_map(|(_, object)| sets(object)).collect();
        services.fill_in_targets();
        Ok(services)
    }

    /// Every resource type.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.services.iter().flat_map(|service| &service.resources)
    }

    /// Every builder, with the resource that it belongs to.
    pub fn objects(&self) -> impl Iterator<Item = (&Resource, &Object)> {
        self.resources().flat_map(|resource| resource.objects().map(move |object| (resource, object)))
    }

    fn fill_in_targets(&mut self) {
        let mut targets: BTreeMap<&str, Vec<Target>> = BTreeMap::new();
        for set in &self.references {
            let name = reference_names::name(set);
            for (type_name, expression) in set {
                let target = Target { name: name.clone(), expression: expression.clone() };
                targets.entry(type_name).or_default().push(target);
            }
        }
        for resource in self.services.iter_mut().flat_map(|service| &mut service.resources) {
            resource.targets = targets.remove(&*resource.type_name).unwrap_or_default();
            resource.targets.sort();
        }
    }
}

fn sets(object: &Object) -> impl Iterator<Item = super::model::ReferenceSet> {
    object.properties().filter_map(|property| match property.kind.innermost() {
        Kind::To(set) => Some(set.clone()),
        _ => None,
    })
}
