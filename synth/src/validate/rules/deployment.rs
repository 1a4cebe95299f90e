//! Actions of pipelines that deploy stacks: their order, their role, and what they tell CloudFormation.

use serde_json::{Map, Value};

use super::action::{self, Action};
use crate::validate::{Report, Rule, Set, Stack, View};

pub(super) const RULES: [Rule; 5] = [
    Rule::new("change-set-order", "A change set is made before it is executed", change_set_order),
    Rule::new("deployment-order", "A stack is deployed after those that it imports from", deployment_order),
    Rule::new("deployment-role", "A stack is always deployed with the same role", deployment_role),
    Rule::new("parameter-overrides", "A deployment gives its template the parameters that it has", parameter_overrides),
    Rule::new("unknown-capability", "A deployment acknowledges capabilities that there are", unknown_capability),
];

/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html)
const CAPABILITIES: [&str; 3] = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];

fn change_set_order(set: &Set<'_>, report: &mut Report<'_>) {
    for actions in action::by_pipeline(set) {
        for execution in actions.iter().filter(|action| action.has_mode(&["CHANGE_SET_EXECUTE"])) {
            let mut preparations: Vec<&Action<'_>> =
                actions.iter().filter(|action| action.is_for_stack_of(execution)).collect();
            preparations.retain(|action| action.has_mode(&["CHANGE_SET_REPLACE"]));
            if !preparations.is_empty() && !preparations.iter().any(|action| action.may_precede(execution)) {
                report
                    .add(&execution.key("RunOrder"), "the change set is executed before it is made")
                    .help("give the execution a RunOrder above that of CHANGE_SET_REPLACE");
            }
        }
    }
}

fn deployment_order(set: &Set<'_>, report: &mut Report<'_>) {
    for actions in action::by_pipeline(set) {
        for later in actions.iter().filter(|action| action.prepares()) {
            let Some(stack) = later.template(set) else { continue };
            for first in actions.iter().filter(|action| action.finishes() && !action.may_precede(later)) {
                let Some(needed) = deployed(set, &actions, first).filter(|other| set.waits_for(stack, other)) else {
                    continue;
                };
                report
                    .add(
                        &later.key("RunOrder"),
                        format!(
                            "the changes of `{}` are computed before `{}` is there, which it needs",
                            stack.name, needed.name
                        ),
                    )
                    .help(format!("prepare it after the action `{}`", first.name()));
            }
        }
    }
}

/// The stack of the set that an action deploys. An execution does not name the template, but its change set does.
fn deployed<'s>(set: &'s Set<'_>, actions: &[Action<'_>], action: &Action<'_>) -> Option<&'s Stack<'s>> {
    actions.iter().filter(|other| other.is_for_stack_of(action)).find_map(|other| other.template(set))
}

/// CloudFormation remembers the role, and uses it for everything that it does with the stack from then on.
fn deployment_role(set: &Set<'_>, report: &mut Report<'_>) {
    let actions = action::all(set);
    for (number, action) in actions.iter().enumerate().filter(|(_, action)| action.is_by("CloudFormation")) {
        let role = action.setting("RoleArn");
        let mut before = actions[..number].iter().filter(|other| other.is_for_stack_of(action));
        if before.any(|other| is_other(set, &other.setting("RoleArn"), &role)) {
            report
                .add(&role, "another action deploys this stack with another role, and the last one used is the one that must be able to change and delete everything in it")
                .help("deploy a stack with one role");
        }
    }
}

/// Whether two values certainly name different roles. One that is written out may be one that is referred to.
fn is_other(set: &Set<'_>, one: &View<'_>, other: &View<'_>) -> bool {
    match (set.target(one), set.target(other)) {
        (Some(one), Some(other)) => !one.is_same(&other),
        (None, None) => is_written_out(one) && is_written_out(other) && one.text() != other.text(),
        _ => false,
    }
}

fn is_written_out(value: &View<'_>) -> bool {
    value.text().is_some_and(|text| !text.replace("${AWS::", "").contains("${"))
}

fn unknown_capability(set: &Set<'_>, report: &mut Report<'_>) {
    for action in action::all(set).iter().filter(|action| action.is_by("CloudFormation")) {
        let capabilities = action.setting("Capabilities");
        let names = capabilities.text().into_iter().flat_map(|names| names.split(',')).map(str::trim);
        for name in names.filter(|name| !CAPABILITIES.contains(name) && !name.contains("${")) {
            report
                .add(&capabilities, format!("CloudFormation has no capability `{name}`, and the deployment fails"))
                .help(format!("the capabilities are {}", CAPABILITIES.join(", ")));
        }
    }
}

fn parameter_overrides(set: &Set<'_>, report: &mut Report<'_>) {
    for action in action::all(set).iter().filter(|action| action.prepares()) {
        let overrides = action.setting("ParameterOverrides");
        let Some(text) = (if overrides.exists() { overrides.text() } else { Some("{}") }) else { continue };
        match serde_json::from_str(text) {
            Ok(given) => unfit_overrides(set, action, &given, report),
            // Whoever deploys may give the whole text.
            Err(_) if overrides.may_be("{}") => {}
            Err(_) => report
                .add(&overrides, "CodePipeline reads the overrides as a JSON object, and they are none")
                .help("write `{\"Name\": \"value\"}`"),
        }
    }
}

fn unfit_overrides(set: &Set<'_>, action: &Action<'_>, given: &Map<String, Value>, report: &mut Report<'_>) {
    let Some(stack) = action.template(set) else { return };
    let overrides = action.setting("ParameterOverrides");
    let parameters = stack.view("Parameters").entries();
    for name in given.keys().filter(|name| !parameters.iter().any(|(own, _)| own == name)) {
        report
            .add(&overrides, format!("`{}` has no parameter `{name}`, and its deployment fails", stack.name))
            .help("override a parameter that it has");
    }
    for (name, parameter) in parameters.iter().filter(|(name, _)| !given.contains_key(*name)) {
        if needs_override(set, action, stack, name, parameter) {
            report
                .add(
                    &overrides,
                    format!("nothing gives `{}` its parameter `{name}`, and its deployment fails", stack.name),
                )
                .help("override it, or give it a default");
        }
    }
}

/// Whether only an override can give a parameter its value. What is in a file of values is known for an app alone.
fn needs_override(set: &Set<'_>, action: &Action<'_>, stack: &Stack<'_>, name: &str, parameter: &View<'_>) -> bool {
    if parameter.key("Default").exists() {
        return false;
    }
    let is_in_store = parameter.key("Type").text().is_some_and(|kind| kind.starts_with("AWS::SSM::"));
    let may_be_in_file = !set.is_closed() || stack.has_value(name) || is_in_store;
    !(action.setting("TemplateConfiguration").exists() && may_be_in_file)
}
