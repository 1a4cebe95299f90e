//! What stacks take from each other, and the order that they are deployed and deleted in.

use std::collections::HashSet;

use super::action::{self, Action};
use crate::validate::{Report, Rule, Set, Stack};

pub(super) const RULES: [Rule; 2] = [
    Rule::new("unmet-import", "What a stack imports, a stack that is deployed before it exports", unmet_import),
    Rule::new("deployment-role-order", "A role that CloudFormation deploys with is deleted last", role_order),
];

fn unmet_import(set: &Set<'_>, report: &mut Report<'_>) {
    for (index, stack) in set.stacks().iter().enumerate() {
        for import in &stack.imports {
            let name = &import.name;
            let message = match set.exporter(name) {
                Some(exporter) if exporter.name == stack.name => {
                    format!("`{name}` is exported by this stack itself, and is not there before the stack is")
                }
                Some(exporter) if set.is_closed() && place(set, exporter) > Some(index) => format!(
                    "`{name}` is exported by `{}`, which is deployed later: this stack cannot be made, nor that one deleted before it",
                    exporter.name
                ),
                Some(exporter) if set.waits_for(exporter, stack) => format!(
                    "`{name}` is exported by `{}`, which waits for this stack itself: neither can be made",
                    exporter.name
                ),
                // Part of the name is known only to AWS.
                None if name.contains("${") || !set.is_closed() => continue,
                None => format!("no stack exports `{name}`, so this stack cannot be made"),
                Some(_) => continue,
            };
            report
                .add_at(import.place.clone(), message)
                .help("export it from a stack that is deployed before this one");
        }
    }
}

/// CloudFormation deletes a stack with the role that it was last deployed with, and with no other.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html)
fn role_order(set: &Set<'_>, report: &mut Report<'_>) {
    for actions in action::by_pipeline(set) {
        let mut seen = HashSet::new();
        for action in actions.iter().filter(|action| action.is_by("CloudFormation")) {
            let role = action.setting("RoleArn");
            let Some(early) = deleted_too_late(set, action).filter(|_| seen.insert(role.text())) else { continue };
            report
                .add(&role, format!("the role is deleted with or before `{early}`, and what CloudFormation deployed with it can then not be deleted"))
                .help("declare the role in a stack that is deployed before the pipeline and all that it deploys");
        }
    }
}

/// Of the stacks that must be gone before the role of an action is, one that is not: the pipeline's, or what it deploys.
fn deleted_too_late<'s>(set: &'s Set<'_>, action: &Action<'s>) -> Option<&'s str> {
    let role = set.target(&action.setting("RoleArn"))?.stack;
    let mut stacks = action.template(set).into_iter().chain([action.pipeline.stack]);
    stacks.find(|stack| stack.name == role.name || is_before(set, stack, role)).map(|stack| stack.name)
}

/// Whether a stack is deployed before another one, and deleted after it. Files have no order but by what they import.
fn is_before(set: &Set<'_>, stack: &Stack<'_>, other: &Stack<'_>) -> bool {
    if set.is_closed() { place(set, stack) < place(set, other) } else { set.waits_for(other, stack) }
}

fn place(set: &Set<'_>, stack: &Stack<'_>) -> Option<usize> {
    set.stacks().iter().position(|own| own.name == stack.name)
}
