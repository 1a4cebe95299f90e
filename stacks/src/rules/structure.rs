//! What stacks are made of, who deploys them, and what they keep.

use synth::validate::{Report, Rule, Set, View};

use super::{is_deployed_by_pipeline, is_of_stack};
use crate::naming::stack_name;

pub(super) const RULES: [Rule; 4] = [
    Rule::new("plain-template", "No stack holds other stacks, or is transformed by CloudFormation", plain_template),
    Rule::new("interlock", "The network keeps what deploys and deletes it, and no pipeline keeps a stack", interlock),
    Rule::new("role-path", "Roles that the deployment role makes have the application's path", role_path),
    Rule::new(
        "service-trust",
        "Roles are assumed only for this account's resources, where the service says for which",
        trust,
    ),
];

/// An update pipeline deploys one stack, as it is: nested stacks would be packaged first, and fail and go as one.
fn plain_template(set: &Set<'_>, report: &mut Report<'_>) {
    for stack in set.stacks() {
        let transform = stack.view("Transform");
        if transform.exists() {
            report
                .add(&transform, "CloudFormation transforms the template, so that it is not the one that was reviewed")
                .help("write out what the transform would make");
        }
    }
    let nested = |kind: &str| kind == "AWS::CloudFormation::Stack" || kind.starts_with("AWS::Serverless::");
    for resource in set.resources().filter(|resource| nested(resource.kind)) {
        report
            .add(resource.whole(), format!("`{}` is a stack inside a stack", resource.id))
            .help("make it a stack of its own, and import what it exports");
    }
}

fn interlock(set: &Set<'_>, report: &mut Report<'_>) {
    let Some(network) = set.stack(stack_name::NETWORK) else { return };
    let before = [stack_name::BOOTSTRAP, stack_name::PIPELINE_CREATE];
    for name in before.into_iter().filter(|name| set.stack(name).is_some()) {
        if !network.root().all_texts().iter().any(|value| is_of_stack(value, name)) {
            let message = format!("the network imports nothing of `{name}`, which can then be deleted before it");
            report.add(&network.view("Resources"), message).help("import an export of it, in a tag for example");
        }
    }
    let names = set.stacks().iter().map(|stack| stack.name);
    let deployed: Vec<&str> = names.filter(|name| is_deployed_by_pipeline(name)).collect();
    for pipeline in set.stacks().iter().filter(|stack| stack.name.starts_with("pipeline-")) {
        for value in pipeline.root().all_texts() {
            if let Some(kept) = deployed.iter().find(|name| is_of_stack(&value, name)) {
                report
                    .add(&value, format!("it imports from `{kept}`, which must then outlive the pipeline"))
                    .help("name the resource by the application's names instead");
            }
        }
    }
}

fn role_path(set: &Set<'_>, report: &mut Report<'_>) {
    let deployed = set.all("AWS::IAM::Role").filter(|role| is_deployed_by_pipeline(role.stack.name));
    for role in deployed {
        let parameters = role.stack.view("Parameters");
        let name = |id| parameters.key(id).key("Default").text().unwrap_or_default();
        let wanted = format!("/app/{}-{}/", name("AppName"), name("EnvName"));
        let path = role.key("Path");
        if !path.is(&wanted) {
            report
                .add(&path, "the deployment role has no rights to a role with another path, so that the stack fails")
                .help(format!("set Path to `{wanted}`"));
        }
    }
}

/// Services that say for which resource they assume a role; for others such a condition can never hold.
const SAYING: [&str; 4] = [
    "codebuild.amazonaws.com",
    "codepipeline.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "monitoring.rds.amazonaws.com",
];

fn trust(set: &Set<'_>, report: &mut Report<'_>) {
    for role in set.all("AWS::IAM::Role") {
        for statement in role.get("AssumeRolePolicyDocument.Statement").items() {
            let service = statement.get("Principal.Service").text().unwrap_or_default();
            let keys = condition_keys(&statement);
            let has = |key: &str| keys.contains(&key);
            let wanted = SAYING.contains(&service);
            if wanted != (has("aws:SourceAccount") && has("aws:SourceArn")) || (!wanted && !keys.is_empty()) {
                let message = format!("`{service}` and the conditions of its trust do not fit together");
                report.add(&statement, message).help(format!(
                    "demand `aws:SourceAccount` and `aws:SourceArn` of {}, and nothing of others",
                    SAYING.join(", ")
                ));
            }
        }
    }
}

fn condition_keys<'s>(statement: &View<'s>) -> Vec<&'s str> {
    let operators = statement.key("Condition").entries();
    operators.iter().flat_map(|(_, keys)| keys.entries()).map(|(key, _)| key).collect()
}
