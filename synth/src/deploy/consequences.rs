//! What changes mean: what AWS documents of them, whether data goes with them, and which rights they give.

use std::collections::HashMap;

use serde::Serialize;
use synth_schema::{PropertyPath, ResourceType, Update};

use super::event::Event;
use super::rights::{self, Right};
use super::{Engine, Host, Target};
use crate::cloud::{Action, Change, Deployments, PropertyChange, Replacement, TemplateStage};
use crate::kinds;
use crate::template::{Template, read};

/// A change of a resource, and what is known of it besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consequence {
    /// What the change set says.
    #[serde(flatten)]
    pub change: Change,
    /// Whether another resource takes its place, by what is documented of the properties that change; `None` where nothing is.
    pub documented: Option<Replacement>,
    /// Whether it holds data.
    pub holds_data: bool,
}

impl Consequence {
    /// What all changes of a stack mean together.
    pub(crate) fn of_all(changes: Vec<Change>) -> Vec<Self> {
        let documented = documented(&changes);
        let consequences = changes.into_iter().zip(documented);
        consequences
            .map(|(change, documented)| Self { documented, holds_data: kinds::holds_data(&change.kind), change })
            .collect()
    }

    /// Whether data goes, or may go.
    pub fn loses_data(&self) -> bool {
        let is_kept = matches!(self.change.policy.as_deref(), Some("Retain" | "Snapshot"));
        self.holds_data && self.change.destroys() && !is_kept
    }

    /// Whether it changes only because of others, which are documented to stay what they are.
    pub fn follows(&self) -> bool {
        !self.holds_data
            && self.documented == Some(Replacement::No)
            && self.change.properties.iter().all(|own| own.because_of.is_some())
    }
}

/// What is documented of each change. What another resource is decides only if that one is replaced.
fn documented(changes: &[Change]) -> Vec<Option<Replacement>> {
    let mut known: HashMap<&str, Option<Replacement>> =
        changes.iter().map(|change| (&*change.id, Some(Replacement::No))).collect();
    loop {
        let next: HashMap<&str, Option<Replacement>> =
            changes.iter().map(|change| (&*change.id, of_change(change, &known))).collect();
        if next == known {
            return changes.iter().map(|change| next[&*change.id]).collect();
        }
        known = next;
    }
}

fn of_change(change: &Change, known: &HashMap<&str, Option<Replacement>>) -> Option<Replacement> {
    if change.action != Action::Modify || change.properties.is_empty() {
        return None;
    }
    let kind = kinds::schema(&change.kind)?;
    let updates = change.properties.iter().map(|PropertyChange { path, because_of, .. }| {
        let own = of_property(kind, path);
        let cause = because_of.as_deref().and_then(|id| known.get(id).copied().flatten());
        cause.map_or(own, |cause| cause.min(own))
    });
    updates.max()
}

fn of_property(kind: &ResourceType, path: &str) -> Replacement {
    let mut names = path.split('.').filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()));
    let path = names.next().map(|first| names.fold(PropertyPath::of(first), |path, name| path.child(name)));
    let Some(path) = path else { return Replacement::No };
    match kind.update(&path) {
        Update::Replacement => Replacement::Yes,
        Update::ConditionalReplacement => Replacement::Perhaps,
        // Which part of it changes is not said.
        Update::InPlace if kind.create_only.iter().any(|part| part.is_within(&path)) => Replacement::Perhaps,
        Update::InPlace => Replacement::No,
    }
}

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
    /// The rights that the changes give. Where those that there are cannot be seen, that is said.
    pub(super) async fn rights(&self, target: &Target<'_, D>, creates: bool, changes: &[Consequence]) -> Vec<Right> {
        let after = &target.stack.template;
        if creates {
            return rights::gained(None, after);
        }
        if !changes.iter().any(|consequence| consequence.change.changes_rights()) {
            return Vec::new();
        }
        let found =
            self.patience.call(|| target.cloud.template(&target.stack.stack_name, TemplateStage::Original)).await;
        let before = found.map_err(|failure| failure.message).and_then(|text| {
            let document = read::document(&text, &target.stack.name).map_err(|error| error.to_string())?;
            Template::from_node(document.into_node()).ok_or_else(|| "it is no template".to_owned())
        });
        match before {
            Ok(before) => rights::gained(Some(&before), after),
            Err(message) => {
                let message = format!("which rights it gains is not known, as its template cannot be read: {message}");
                self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
                Vec::new()
            }
        }
    }
}
