//! What changes between templates, and what happens while it is changed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use synth::cloud::StackStatus as S;
use synth::cloud::{Action, Change, Replacement, StackEvent, StackStatus};
use synth::template::{Template, read};

/// Changes that are made.
pub(super) struct Operation<'a> {
    /// The stack's ARN.
    pub(super) stack: &'a str,
    pub(super) creates: bool,
    pub(super) changes: &'a [Change],
    /// Logical ids that cannot be made or changed.
    pub(super) broken: &'a BTreeSet<String>,
    /// Whether it cannot be taken back.
    pub(super) is_stuck: bool,
    pub(super) token: &'a str,
}

impl Operation<'_> {
    /// What happens, up to the end.
    pub(super) fn course(&self, number: &mut usize) -> VecDeque<StackEvent> {
        let begun = if self.creates { S::CreateInProgress } else { S::UpdateInProgress };
        let mut events = VecDeque::from([self.stack_event(number, begun)]);
        let is_broken = self.changes.iter().any(|change| self.broken.contains(&change.id));
        for change in self.changes {
            events.extend(self.of_resource(number, &change.id, is_broken));
        }
        let (done, rolling, rolled, failed) = if self.creates {
            (S::CreateComplete, S::RollbackInProgress, S::RollbackComplete, S::RollbackFailed)
        } else {
            (S::UpdateComplete, S::UpdateRollbackInProgress, S::UpdateRollbackComplete, S::UpdateRollbackFailed)
        };
        if is_broken {
            events.push_back(self.stack_event(number, rolling));
        }
        let end = match (is_broken, self.is_stuck) {
            (false, _) => done,
            (true, false) => rolled,
            (true, true) => failed,
        };
        events.push_back(self.stack_event(number, end));
        events
    }

    fn of_resource(&self, number: &mut usize, id: &str, is_broken: bool) -> Vec<StackEvent> {
        let verb = if self.creates { "CREATE" } else { "UPDATE" };
        let reason = if self.broken.contains(id) { "as the test wants" } else { "Resource creation cancelled" };
        if is_broken {
            return vec![event(number, id, &format!("{verb}_FAILED"), Some(reason))];
        }
        ["IN_PROGRESS", "COMPLETE"].map(|state| event(number, id, &format!("{verb}_{state}"), None)).into()
    }

    fn stack_event(&self, number: &mut usize, status: StackStatus) -> StackEvent {
        stack_event(number, self.stack, status, Some(self.token))
    }
}

pub(super) fn event(number: &mut usize, resource: &str, status: &str, reason: Option<&str>) -> StackEvent {
    *number += 1;
    StackEvent {
        id: number.to_string(),
        resource: resource.to_owned(),
        kind: "Test::Core::Thing".to_owned(),
        is_stack: false,
        status: status.to_owned(),
        reason: reason.map(str::to_owned),
        physical_id: None,
        token: None,
        // Each event takes a second.
        at: f64::from(u32::try_from(*number).unwrap()),
        operation: None,
        properties: None,
    }
}

pub(super) fn stack_event(number: &mut usize, stack: &str, status: StackStatus, token: Option<&str>) -> StackEvent {
    StackEvent { is_stack: true, token: token.map(str::to_owned), ..event(number, stack, status.name(), None) }
}

fn resources(template: &str) -> BTreeMap<String, String> {
    if template.is_empty() {
        return BTreeMap::new();
    }
    let document = read::document(template, "template").unwrap();
    let template = Template::from_node(document.node().clone()).unwrap();
    let resources = template.section("Resources");
    resources.map(|(id, node)| (id.to_owned(), serde_json::to_string(node).unwrap())).collect()
}

pub(super) fn changes(old: &str, new: &str) -> Vec<Change> {
    let (old, new) = (resources(old), resources(new));
    let change = |id: &String, action| Change {
        id: id.clone(),
        kind: "Test::Core::Thing".to_owned(),
        action,
        replacement: Replacement::No,
        policy: None,
        properties: Vec::new(),
    };
    let added = new.keys().filter(|id| !old.contains_key(*id)).map(|id| change(id, Action::Add));
    let removed = old.keys().filter(|id| !new.contains_key(*id)).map(|id| change(id, Action::Remove));
    let changed = new.iter().filter(|(id, text)| old.get(*id).is_some_and(|old| old != *text));
    added.chain(changed.map(|(id, _)| change(id, Action::Modify))).chain(removed).collect()
}
