//! Policies: what they allow, and who may assume a role.

mod actions;
mod trust;

use crate::validate::policy::{self, allowing, conditions, covers, listed, may_compare};
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 7] = [
    Rule::new("wide-action", "No policy allows every action of a service", wide_action),
    Rule::new("wide-resource", "What can be allowed on single resources is not allowed on all", wide_resource),
    Rule::new("wide-passing", "Roles are passed by name, and to services that are named", wide_passing),
    Rule::new("full-access", "No policy of AWS's with full access is attached", full_access),
    Rule::new("one-trusted-service", "A role is assumed by one service", trust::one_service),
    Rule::new("confused-deputy", "A service assumes a role for this account's resources only", trust::confused_deputy),
    Rule::new("unsent-condition", "No trust depends on what the service does not send", trust::unsent_condition),
];

/// The properties in which a resource says who may use it. Key policies are left out: each has to allow the account
/// `kms:*`. So are those of endpoints, which grant nothing: they only narrow what passes.
const RESOURCE_POLICIES: [(&str, &str); 7] = [
    ("AWS::ECR::Repository", "RepositoryPolicyText"),
    ("AWS::EFS::FileSystem", "FileSystemPolicy"),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument"),
    ("AWS::S3::BucketPolicy", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
];

fn wide_action(set: &Set<'_>, report: &mut Report<'_>) {
    let documents = set.resources().flat_map(|resource| all_documents(&resource));
    for statement in documents.flat_map(|document| allowing(&document)) {
        for action in statement.key("Action").items() {
            if let Some(text) = action.text().filter(|text| is_wide(text)) {
                let message = format!("`{text}` allows all that there is and will be, such as deleting everything");
                report.add(&action, message).help("name the actions that are used");
            }
        }
        let others = statement.key("NotAction");
        if others.exists() {
            let message = "every action but these is allowed, also of services that nobody thought of";
            report.add(&others, message).help("name the actions that are used, in Action");
        }
    }
}

fn wide_resource(set: &Set<'_>, report: &mut Report<'_>) {
    for statement in identity_statements(set).filter(|statement| !is_narrowed(statement)) {
        let resources = statement.key("Resource").items();
        let Some(everything) = resources.iter().find(|resource| resource.is("*")) else { continue };
        let mut actions = statement.key("Action").texts();
        actions.retain(|action| !is_wide(action) && !passes_roles(action) && !actions::are_for_everything(action));
        if !actions.is_empty() {
            let message = format!("{} is allowed on everything in the account", listed(actions));
            report.add(everything, message).help("name the resources, by ARN");
        }
    }
}

fn wide_passing(set: &Set<'_>, report: &mut Report<'_>) {
    for statement in identity_statements(set) {
        if !statement.key("Action").texts().into_iter().any(passes_roles) {
            continue;
        }
        for roles in statement.key("Resource").items() {
            if roles.text().is_some_and(is_every_role) {
                let message = "whoever can pass every role to a service gets the rights of any, an administrator's too";
                report.add(&roles, message).help("name the roles, by ARN or by path");
            }
        }
        if !may_compare(&statement, "iam:PassedToService") {
            let message = "the roles can be passed to any service that they trust, whatever it then does with them";
            report.add(&statement.key("Condition"), message).help("add a condition on `iam:PassedToService`");
        }
    }
}

fn full_access(set: &Set<'_>, report: &mut Report<'_>) {
    for attached in set.resources().flat_map(|identity| identity.key("ManagedPolicyArns").items()) {
        let Some((_, name)) = attached.text().and_then(|arn| arn.split_once(":iam::aws:policy/")) else { continue };
        if name.ends_with("AdministratorAccess") || name.ends_with("FullAccess") {
            let message = format!("`{name}` allows all actions on everything in the account");
            report.add(&attached, message).help("allow the actions that are used, in a policy of your own");
        }
    }
}

fn identity_statements<'s>(set: &'s Set<'_>) -> impl Iterator<Item = View<'s>> {
    set.resources().flat_map(|resource| policy::of_identity(&resource)).flat_map(|document| allowing(&document))
}

fn all_documents<'s>(resource: &Resource<'s>) -> Vec<View<'s>> {
    let own = RESOURCE_POLICIES.iter().filter(|(kind, _)| *kind == resource.kind);
    policy::of_identity(resource).into_iter().chain(own.map(|(_, property)| resource.key(property))).collect()
}

/// Whether it is `*` or `service:*`, or means the same, as `service:?*` does.
fn is_wide(action: &str) -> bool {
    let name = action.rsplit(':').next().unwrap_or(action);
    name.contains('*') && name.bytes().all(|byte| matches!(byte, b'*' | b'?'))
}

fn passes_roles(action: &str) -> bool {
    !is_wide(action) && covers(action, "iam:PassRole")
}

fn is_every_role(arn: &str) -> bool {
    arn == "*" || arn.ends_with(":role/*")
}

/// Whether a condition takes some resources out of all: by their tags, or by what only their service knows of them.
fn is_narrowed(statement: &View<'_>) -> bool {
    let narrows = |key: String| key.starts_with("aws:resourcetag/") || !key.starts_with("aws:");
    let keys = conditions(statement).into_iter().map(|condition| condition.key.to_ascii_lowercase());
    statement.key("Condition").is_unknown() || keys.into_iter().any(narrows)
}
