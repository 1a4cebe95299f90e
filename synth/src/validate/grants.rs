//! What roles may do, as far as the templates say it.

use super::policy::covers;
use super::set::{Resource, Set};
use super::view::View;

/// The managed policy of ECS for pulling images and writing logs. It has no right to secrets.
const TASK_EXECUTION: &str = ":iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/// All statements of a role; none if there may be others than the set has.
pub(super) fn statements<'s>(set: &'s Set<'_>, role: &Resource<'s>) -> Option<Vec<View<'s>>> {
    // A policy of another template names the role by its name.
    let may_be_extended = set.has_loops() || !set.is_closed() && role.stack.exports(&role.reference());
    if may_be_extended || role.key("Policies").is_unknown() || has_foreign_policies(set, role) {
        return None;
    }
    let inline = role.key("Policies").items();
    let attached = set.resources().filter(|policy| is_attached(policy, role)).map(|policy| (*policy).clone());
    let policies = inline.into_iter().chain(attached);
    Some(policies.flat_map(|policy| items_or_unknown(policy.get("PolicyDocument.Statement"))).collect())
}

/// Whether a statement allows an action, or may.
pub(super) fn may_allow(statement: &View<'_>, action: &str) -> bool {
    let actions = items_or_unknown(statement.key("Action"));
    let allows = |pattern: &View<'_>| pattern.text().is_none_or(|pattern| covers(pattern, action));
    statement.is_unknown() || !statement.key("Effect").is("Deny") && (actions.is_empty() || actions.iter().any(allows))
}

/// Whether a pattern stands for a name, as far as both are known: up to a wildcard, or to what only AWS knows. The name
/// may go on after the pattern, as Secrets Manager adds six characters.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let end = pattern.find(['*', '?']).into_iter().chain(pattern.find("${")).min();
    let pattern = end.and_then(|end| pattern.get(..end)).unwrap_or(pattern);
    match name.split_once("${") {
        Some((start, _)) => start.starts_with(pattern) || pattern.starts_with(start),
        None => name.starts_with(pattern),
    }
}

fn has_foreign_policies(set: &Set<'_>, role: &Resource<'_>) -> bool {
    let managed = role.key("ManagedPolicyArns");
    let is_known = |arn: &View<'_>| {
        set.target(arn).is_some_and(|policy| policy.kind == "AWS::IAM::ManagedPolicy")
            || arn.text().is_some_and(|arn| arn.ends_with(TASK_EXECUTION))
    };
    managed.is_unknown() || !managed.items().iter().all(is_known)
}

/// Whether a resource is a policy that a role has.
fn is_attached(policy: &Resource<'_>, role: &Resource<'_>) -> bool {
    let is_role = |name: &&str| role.is_named_by(name) || role.key("RoleName").is(name);
    match policy.kind {
        "AWS::IAM::RolePolicy" => policy.key("RoleName").text().as_ref().is_some_and(is_role),
        "AWS::IAM::Policy" => policy.key("Roles").texts().iter().any(is_role),
        "AWS::IAM::ManagedPolicy" => {
            let listed = role.key("ManagedPolicyArns").texts();
            policy.key("Roles").texts().iter().any(is_role) || listed.iter().any(|arn| policy.is_named_by(arn))
        }
        _ => false,
    }
}

/// The items of a list; a list that only AWS knows counts as an item that only AWS knows.
fn items_or_unknown(list: View<'_>) -> Vec<View<'_>> {
    if list.is_unknown() { vec![list] } else { list.items() }
}
