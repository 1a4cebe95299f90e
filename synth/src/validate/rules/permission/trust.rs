//! Who may assume a role.

use std::collections::BTreeSet;

use crate::validate::policy::{Condition, allowing, conditions, listed, may_compare};
use crate::validate::{Report, Set, View};

/// Services that say for which resource they assume a role:
/// [CodeBuild](https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html),
/// [CodePipeline](https://docs.aws.amazon.com/codepipeline/latest/userguide/cross-service-confused-deputy-prevention.html),
/// [ECS](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html).
const TELLING: [&str; 3] = ["codebuild", "codepipeline", "ecs-tasks"];

/// What they send. Either tells whose resource it is.
const SOURCE: [&str; 2] = ["aws:SourceAccount", "aws:SourceArn"];

/// A function at the edge is the one that needs two services.
/// [AWS documentation](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html)
const EDGE: [&str; 2] = ["edgelambda", "lambda"];

pub(super) fn one_service(set: &Set<'_>, report: &mut Report<'_>) {
    for role in set.all("AWS::IAM::Role") {
        let document = role.key("AssumeRolePolicyDocument");
        let services: BTreeSet<&str> = allowing(&document).iter().flat_map(services).map(name).collect();
        if services.len() > 1 && !services.iter().eq(&EDGE) {
            let message = format!("{} services share this role, so each has the rights of all", services.len());
            report.add(&document, message).help("make a role for each service");
        }
    }
}

pub(super) fn confused_deputy(set: &Set<'_>, report: &mut Report<'_>) {
    for statement in trusts(set, |service| TELLING.contains(&service)) {
        if !SOURCE.iter().any(|key| may_compare(&statement, key)) {
            let message = "someone else's resource in the service can make it act with this role";
            report
                .add(&statement.key("Condition"), message)
                .help("add a condition on `aws:SourceAccount` or `aws:SourceArn`");
        }
    }
}

/// [CloudFormation's documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html)
/// speaks of no source where it assumes a role for a stack. For a stack set it does.
pub(super) fn unsent_condition(set: &Set<'_>, report: &mut Report<'_>) {
    for statement in trusts(set, |service| service == "cloudformation") {
        let mut sources = conditions(&statement);
        sources.retain(demands_source);
        if !sources.is_empty() && !sources.iter().any(may_be_stack_set) {
            let keys = listed(sources.iter().map(|source| source.key));
            let message = format!(
                "CloudFormation is not known to send {keys} for a stack; without it the role cannot be assumed, not even to delete"
            );
            report
                .add(&statement.key("Condition"), message)
                .help("leave the condition out: nobody can pass the role from another account");
        }
    }
}

fn demands_source(condition: &Condition<'_>) -> bool {
    SOURCE.iter().any(|key| condition.is_on(key)) && !condition.operator.ends_with("IfExists")
}

fn may_be_stack_set(source: &Condition<'_>) -> bool {
    source.value.is_unknown() || source.value.texts().iter().any(|arn| arn.contains(":stackset/"))
}

/// The statements that let one of these services assume a role.
fn trusts<'s>(set: &'s Set<'_>, is_meant: fn(&str) -> bool) -> impl Iterator<Item = View<'s>> {
    let documents = set.all("AWS::IAM::Role").map(|role| role.key("AssumeRolePolicyDocument"));
    let statements = documents.flat_map(|document| allowing(&document));
    statements.filter(move |statement| services(statement).into_iter().map(name).any(is_meant))
}

fn services<'s>(statement: &View<'s>) -> Vec<&'s str> {
    statement.get("Principal.Service").texts()
}

/// `lambda` of `lambda.amazonaws.com`. In China the rest is another.
fn name(service: &str) -> &str {
    service.split('.').next().unwrap_or(service)
}
