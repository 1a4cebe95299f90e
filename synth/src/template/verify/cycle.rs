//! No resource may wait for itself.

use std::collections::HashMap;

use super::Finding;
use super::walk::{self, Path};
use crate::graph;
use crate::template::document::Template;

pub(super) fn findings(template: &Template) -> Vec<Finding> {
    let Some(cycle) = graph::cycle(&edges(template)) else { return Vec::new() };
    let ids: Vec<&str> = template.resources().map(|(id, _)| id).collect();
    let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(|resource| ids[*resource]).collect();
    let message = format!("resources wait for each other: {}", names.join(" -> "));
    let help = "break the circle: a reference of one of them can move to a resource of its own, such as a rule of a security group";
    vec![Finding::new(&Path::Key(&Path::Key(&Path::Root, "Resources"), names[0]), message).help(help.to_owned())]
}

/// For each resource, in the order of the template, those that it waits for.
pub(crate) fn edges(template: &Template) -> Vec<Vec<usize>> {
    let ids = template.resources().map(|(id, _)| id);
    let index: HashMap<&str, usize> = ids.enumerate().map(|(index, id)| (id, index)).collect();
    let edges = template.resources().map(|(_, resource)| {
        let mut wanted: Vec<usize> = resource.depends_on().filter_map(|id| index.get(id).copied()).collect();
        for (_, node) in resource.properties() {
            walk::functions(node, &Path::Root, &mut |function, _| {
                let note = |id, _| wanted.extend(index.get(id).copied());
                // A placeholder that cannot be read has been found already.
                let _ = walk::names(function, note);
            });
        }
        wanted
    });
    edges.collect()
}
