//! What stacks export, as far as it is known. An export is known in its own region only.

use std::collections::BTreeMap;

use crate::construct::Binding;

/// The values that are exported, by region and name.
#[derive(Clone, Debug, Default)]
pub struct Exports(BTreeMap<(String, String), String>);

impl Exports {
    pub(super) fn learn(&mut self, region: &str, exports: BTreeMap<String, String>) {
        self.0.extend(exports.into_iter().map(|(name, value)| ((region.to_owned(), name), value)));
    }

    pub(super) fn knows(&self, region: &str, name: &str) -> bool {
        self.0.contains_key(&(region.to_owned(), name.to_owned()))
    }

    /// What a binding of a stack in a region means. An export that is not known is its name: the stack that imports it is not
    /// computed before its exporter is there.
    pub fn value<'v>(&'v self, region: &str, binding: &'v Binding) -> &'v str {
        match binding {
            Binding::Literal(text) => text,
            Binding::Export(name) => self.0.get(&(region.to_owned(), name.clone())).unwrap_or(name),
        }
    }
}
