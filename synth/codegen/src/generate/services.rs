//! All services, with the targets of every reference.

use std::collections::BTreeMap;

use synth_schema::{Catalogue, ResourceType, names};

use super::ledger::{Ledger, Published};
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
    /// What is to be remembered of each resource type.
    pub published: BTreeMap<String, Published>,
}

impl Services {
    /// What is generated for a catalogue, with the names that were published before.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn of(catalogue: &Catalogue, ledger: &Ledger) -> Result<Self, synth_schema::Error> {
        let types: Vec<&ResourceType> = catalogue.iter().collect::<Result<_, _>>()?;
        Ok(Self::among(&types, ledger))
    }

    /// What is generated for these types, with the names that were published before.
    pub fn among(types: &[&ResourceType], ledger: &Ledger) -> Self {
        let references = References::among(types);
        let mut services: BTreeMap<String, Service> = BTreeMap::new();
        let mut published = BTreeMap::new();
        for resource in types {
            let module = names::service(resource.service());
            let namespace = format!("AWS::{}", resource.service());
            let service = services.entry(module.clone());
            let service = service.or_insert_with(|| Service { namespace, module, resources: Vec::new() });
            let (shaped, entries) = shape::resource(resource, &references, ledger.published(&resource.name));
            service.resources.push(shaped);
            published.insert(resource.name.clone(), entries);
        }
        let (services, references) = (services.into_values().collect(), ReferenceSets::new());
        let mut services = Self { services, references, published };
        services.references = services.objects().flat_map(|(_, object)| sets(object)).collect();
        services.fill_in_targets();
        services
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
