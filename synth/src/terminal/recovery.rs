//! What a recovery would do with each stack, and why, in words.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::survey;
use crate::cloud::{OpenChangeSet, Resource};
use crate::recover::{Plan, Planned, Remedy};

/// What would be done, and what would be lost.
pub fn text(plan: &Plan) -> String {
    let mut text = String::new();
    for planned in &plan.stacks {
        let Planned { stack, status, failed, remedy, reason, named_role, .. } = planned;
        let (what, more) = words(remedy);
        _ = writeln!(text, "{stack}: is {status}; {what}");
        if let Some(reason) = reason.as_ref().filter(|_| failed.is_empty()) {
            _ = writeln!(text, "  because: {reason}");
        }
        for Resource { id, kind, reason, .. } in failed {
            let reason = reason.as_deref().unwrap_or("CloudFormation gives no reason");
            _ = writeln!(text, "  failed: {kind} {id}: {reason}");
        }
        for line in more {
            _ = writeln!(text, "  {line}");
        }
        // Of a deletion the survey says it.
        if let Some(role) = named_role.as_ref().filter(|_| remedy.takes_back()) {
            _ = writeln!(text, "  with the role {role}, which the stack keeps");
        }
    }
    text + &plan.survey.as_ref().map(survey::text).unwrap_or_default()
}

/// A change set, with its age: it may be one of a run that goes on.
fn change_set(OpenChangeSet { name, made, .. }: &OpenChangeSet) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = now.saturating_sub(Duration::try_from_secs_f64(*made).unwrap_or_default());
    format!("change set {name}, made {} min ago", age.as_secs() / 60)
}

/// What is done, and what that means.
fn words(remedy: &Remedy) -> (String, Vec<String>) {
    match remedy {
        Remedy::Continue { skipped } => {
            let skipped = skipped.iter().map(|id| {
                format!(
                    "{id} is skipped: it stays as it is, whatever the template says; mend it before the next `deploy`"
                )
            });
            ("its update is taken back once more".to_owned(), skipped.collect())
        }
        Remedy::RollBack => ("its update is taken back".to_owned(), Vec::new()),
        Remedy::Delete { is_forced: false } => ("it is deleted".to_owned(), Vec::new()),
        Remedy::Delete { is_forced: true } => {
            ("it is deleted, and what cannot be deleted stays without a stack".to_owned(), Vec::new())
        }
        Remedy::Discard { change_sets, with_stack } => {
            let what =
                if *with_stack { "it is empty, and is deleted" } else { "change sets are left, and are deleted" };
            (what.to_owned(), change_sets.iter().map(change_set).collect())
        }
        Remedy::None { why } => ("it stays so".to_owned(), vec![why.clone()]),
    }
}
