//! The two roles of a task: ECS's own for starting it, and the program's.

use crate::validate::grants::{matches, may_allow, statements};
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 3] = [
    Rule::new("shared-role", "A program does not have the role that starts its task", shared_role),
    Rule::new("secret-access", "The role that starts a task may read the secrets that it passes on", secret_access),
    Rule::new("execute-command", "Where commands may be run in tasks, they can be", execute_command),
];

/// What the agent for commands in tasks asks for.
///
/// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions)
const COMMAND_ACTIONS: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

fn shared_role(set: &Set<'_>, report: &mut Report<'_>) {
    for task in set.all("AWS::ECS::TaskDefinition") {
        let role = task.key("TaskRoleArn");
        if role.text().is_some() && role.text() == task.key("ExecutionRoleArn").text() {
            report
                .add(&role, "the program itself may read every secret and pull every image that ECS may at its start")
                .help("give the program a role of its own");
        }
    }
}

fn secret_access(set: &Set<'_>, report: &mut Report<'_>) {
    for task in set.all("AWS::ECS::TaskDefinition") {
        let role = set.target(&task.key("ExecutionRoleArn")).filter(|role| role.kind == "AWS::IAM::Role");
        let Some((role, statements)) = role.and_then(|role| Some((role.clone(), statements(set, &role)?))) else {
            continue;
        };
        let secrets =
            task.key("ContainerDefinitions").items().into_iter().flat_map(|container| container.key("Secrets").items());
        for secret in secrets.map(|secret| secret.key("ValueFrom")) {
            let Some(action) = action(set, &secret) else { continue };
            if !statements.iter().any(|statement| may_allow(statement, action) && may_cover(set, statement, &secret)) {
                report
                    .add(&secret, format!("the task never starts: `{}` may not read this secret", role.id))
                    .help(format!("allow {action} on it"));
            }
        }
    }
}

/// What reads a secret; none if that can't be told.
fn action(set: &Set<'_>, secret: &View<'_>) -> Option<&'static str> {
    let text = secret.text()?;
    let kind = set.named(before_key(text)).map(|resource| resource.kind);
    if kind == Some("AWS::SSM::Parameter") || text.contains(":ssm:") {
        Some("ssm:GetParameters")
    } else if kind.is_some() || text.contains(":secretsmanager:") {
        Some("secretsmanager:GetSecretValue")
    } else {
        None
    }
}

/// Whether a statement speaks of a secret, or may.
fn may_cover(set: &Set<'_>, statement: &View<'_>, secret: &View<'_>) -> bool {
    let Some(secret) = secret.text() else { return true };
    let covers = |pattern: &View<'_>| pattern.text().is_none_or(|pattern| may_mean(set, pattern, secret));
    let resources = statement.key("Resource");
    !resources.exists() || resources.is_unknown() || resources.items().iter().any(covers)
}

/// Whether a resource in a policy may be a secret. Two resources of the set can be told apart, and two names.
fn may_mean(set: &Set<'_>, pattern: &str, secret: &str) -> bool {
    match (set.named(before_key(pattern)), set.named(before_key(secret))) {
        (Some(allowed), Some(wanted)) => allowed.is_same(&wanted),
        _ => match (name_in_arn(pattern), name_in_arn(secret)) {
            (Some(allowed), Some(wanted)) => matches(allowed, wanted),
            _ => true,
        },
    }
}

/// The name at the end of the ARN of a secret or a parameter.
fn name_in_arn(text: &str) -> Option<&str> {
    [":secret:", ":parameter/"].iter().find_map(|kind| text.split_once(kind)).map(|(_, name)| name)
}

/// The secret in `${stack/Secret}:password::`.
fn before_key(text: &str) -> &str {
    text.find('}').map_or(text, |end| &text[..=end])
}

fn execute_command(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all("AWS::ECS::Service") {
        let enabled = service.key("EnableExecuteCommand");
        if enabled.flag() != Some(true) {
            continue;
        }
        let Some(task) = set.target(&service.key("TaskDefinition")) else { continue };
        if lacks_command_rights(set, &task) {
            report
                .add(&enabled, "no command can be run: the task's own role may not open the channel for it")
                .help(format!("allow {} in the role of `TaskRoleArn`", COMMAND_ACTIONS.join(", ")));
        }
        let containers = task.key("ContainerDefinitions").items();
        let roots = containers.iter().map(|container| container.key("ReadonlyRootFilesystem"));
        for root in roots.filter(|root| root.flag() == Some(true)) {
            report
                .add(&root, "no command can be run in the container: the agent for it cannot write its files")
                .help("set ReadonlyRootFilesystem or EnableExecuteCommand to false");
        }
    }
}

fn lacks_command_rights(set: &Set<'_>, task: &Resource<'_>) -> bool {
    let name = task.key("TaskRoleArn");
    let role = set.target(&name).filter(|role| role.kind == "AWS::IAM::Role");
    let statements = role.and_then(|role| statements(set, &role));
    let lacks = |statements: Vec<View<'_>>| {
        !COMMAND_ACTIONS.iter().all(|action| statements.iter().any(|statement| may_allow(statement, action)))
    };
    !name.exists() || statements.is_some_and(lacks)
}
