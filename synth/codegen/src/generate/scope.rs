//! Which names of the typed layer a generated module hides with types of its own.

use super::model::{Resource, Service};

/// The names of types in a place.
pub struct Scope(Vec<String>);

impl Scope {
    /// At the top of a service's file.
    pub fn of_service(service: &Service) -> Self {
        Self(service.resources.iter().map(|resource| resource.object.name.clone()).collect())
    }

    /// In the module of a resource.
    pub fn inside(&self, resource: &Resource) -> Self {
        let own = resource.definitions.iter().map(|definition| definition.name().to_owned());
        Self(self.0.iter().cloned().chain(own).collect())
    }

    /// How a marker of the typed layer is written here.
    pub fn marker(&self, name: &str) -> String {
        if self.hides(name) { format!("crate::aws::typed::{name}") } else { name.to_owned() }
    }

    /// How text is written here.
    pub fn string(&self) -> &'static str {
        if self.hides("String") { "std::string::String" } else { "String" }
    }

    fn hides(&self, name: &str) -> bool {
        self.0.iter().any(|own| own == name)
    }
}
