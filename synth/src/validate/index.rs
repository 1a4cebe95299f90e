//! Where resources are in a set: by type, and by what they name.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::template::{Mapping, Node, is_loop};

/// The number of a stack in its set, and that of a resource in the stack's template.
pub(super) type At = (usize, usize);

/// Where the resources are that name another one, by that one.
type Users = HashMap<At, Vec<At>>;

/// Where things are in a set. Rules ask for them again and again.
#[derive(Debug, Default)]
pub(super) struct Index {
    stacks: HashMap<String, usize>,
    kinds: HashMap<String, Vec<At>>,
    /// By the type and the property, once a rule has asked for them.
    users: RefCell<HashMap<(&'static str, &'static str), Users>>,
    pub(super) has_loops: bool,
}

impl Index {
    /// Takes in a stack, and tells where its resources are by logical id.
    pub(super) fn add(&mut self, number: usize, name: &str, resources: &Mapping) -> HashMap<String, usize> {
        self.stacks.entry(name.to_owned()).or_insert(number);
        for (at, (id, resource)) in resources.iter().enumerate() {
            if is_loop(id) {
                self.has_loops = true;
                continue;
            }
            let kind = resource.as_map().and_then(|resource| resource.get("Type")).and_then(Node::as_str);
            self.kinds.entry(kind.unwrap_or_default().to_owned()).or_default().push((number, at));
        }
        resources.iter().enumerate().map(|(at, (id, _))| (id.to_owned(), at)).collect()
    }

    pub(super) fn stack(&self, name: &str) -> Option<usize> {
        self.stacks.get(name).copied()
    }

    pub(super) fn of_kind(&self, kind: &str) -> &[At] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The resources of a type that name another one in a property. `target` says which one each of them names.
    pub(super) fn users(
        &self,
        kind: &'static str,
        property: &'static str,
        of: At,
        target: impl Fn(At) -> Option<At>,
    ) -> Vec<At> {
        let mut users = self.users.borrow_mut();
        let users = users.entry((kind, property)).or_insert_with(|| {
            let mut found = Users::new();
            for at in self.of_kind(kind) {
                if let Some(target) = target(*at) {
                    found.entry(target).or_default().push(*at);
                }
            }
            found
        });
        users.get(&of).cloned().unwrap_or_default()
    }
}
