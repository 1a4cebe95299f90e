//! Roles with which CloudFormation deploys stacks.

mod handlers;

use std::collections::{BTreeMap, BTreeSet};

use synth_schema::{Operation, ResourceType};

use super::action::{self, Action};
use crate::kinds;
use crate::validate::grants;
use crate::validate::policy::{allowing, listed};
use crate::validate::{Report, Resource, Rule, Set, Stack};

pub(super) const RULES: [Rule; 1] = [Rule::new(
    "deployment-rights",
    "A role that deploys a stack may create and delete each of its resource types",
    deployment_rights,
)];

const PIPELINE: &str = "AWS::CodePipeline::Pipeline";

fn deployment_rights(set: &Set<'_>, report: &mut Report<'_>) {
    let has_pipelines = set.all(PIPELINE).next().is_some();
    let deployments = if has_pipelines { by_pipelines(set) } else { by_the_only_role(set) };
    for (role, stack) in deployments {
        let Some(statements) = grants::statements(set, &role) else { continue };
        for (kind, resources) in by_kind(stack) {
            let Some(kind) = kinds::schema(kind) else { continue };
            let mut missing = needed(kind, &resources);
            missing.retain(|action| !statements.iter().any(|statement| grants::may_allow(statement, action)));
            if !missing.is_empty() {
                report_missing(&role, stack, kind, &missing, report);
            }
        }
    }
}

fn report_missing(
    role: &Resource<'_>,
    stack: &Stack<'_>,
    kind: &ResourceType,
    missing: &BTreeSet<&str>,
    report: &mut Report<'_>,
) {
    let message = format!(
        "creating or deleting the `{}` of stack `{}` can be refused: the role may not {}",
        kind.name,
        stack.name,
        listed(missing.iter().copied())
    );
    report.add(role, message).help("allow these actions, which CloudFormation's handlers of the type ask for");
}

/// A role, and a stack that it deploys.
type Deployment<'s> = (Resource<'s>, &'s Stack<'s>);

/// The roles that pipelines hand to CloudFormation. Several pipelines may hand over the same.
fn by_pipelines<'s>(set: &'s Set<'_>) -> Vec<Deployment<'s>> {
    let actions = action::all(set);
    let deployments = actions.iter().filter_map(|action| deployment(set, action));
    let distinct = deployments.map(|(role, stack)| ((role.reference(), stack.name), (role, stack)));
    distinct.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn deployment<'s>(set: &'s Set<'_>, action: &Action<'s>) -> Option<Deployment<'s>> {
    let role = set.target(&action.setting("RoleArn")).filter(|target| target.kind == "AWS::IAM::Role")?;
    Some((role, action.template(set)?))
}

/// Without pipelines: the role that CloudFormation assumes, if there is one only, and the stacks after its own.
/// Files have no order.
fn by_the_only_role<'s>(set: &'s Set<'_>) -> Vec<Deployment<'s>> {
    if !set.is_closed() {
        return Vec::new();
    }
    let roles: Vec<Resource<'s>> = set.all("AWS::IAM::Role").filter(is_for_cloudformation).collect();
    let [role] = &*roles else { return Vec::new() };
    let later = set.stacks().iter().skip_while(|stack| stack.name != role.stack.name).skip(1);
    later.map(|stack| (role.clone(), stack)).collect()
}

fn is_for_cloudformation(role: &Resource<'_>) -> bool {
    let trusts = allowing(&role.key("AssumeRolePolicyDocument"));
    let mut services = trusts.iter().flat_map(|trust| trust.get("Principal.Service").texts());
    services.any(|service| service.starts_with("cloudformation."))
}

fn by_kind<'s>(stack: &'s Stack<'_>) -> BTreeMap<&'s str, Vec<Resource<'s>>> {
    let mut kinds = BTreeMap::new();
    for resource in stack.resources() {
        kinds.entry(resource.kind).or_insert_with(Vec::new).push(resource);
    }
    kinds
}

/// What the handlers of a resource type ask for, as far as one of these resources needs it.
fn needed<'t>(kind: &'t ResourceType, resources: &[Resource<'_>]) -> BTreeSet<&'t str> {
    let handlers = [Operation::Create, Operation::Delete];
    let actions = handlers.into_iter().flat_map(|operation| kind.permissions(operation)).map(String::as_str);
    actions.filter(|action| resources.iter().any(|resource| handlers::needs(resource, action))).collect()
}
