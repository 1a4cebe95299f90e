//! Pipelines: that each action has what it uses of others.

use super::action::{self, Action};
use super::build;
use crate::validate::{Report, Resource, Rule, Set, Stack, View};

pub(super) const RULES: [Rule; 6] = [
    Rule::new("artifact-order", "An artifact is made before it is used", artifact_order),
    Rule::new("build-variable", "A variable of an action is exported, and before it is used", build_variable),
    Rule::new("detect-changes", "Whether a source detects changes is said as text", detect_changes),
    Rule::new("template-path", "A deployment has the template of a stack of the app", template_path),
    Rule::new("template-configuration", "A deployment has the values of its own stack", template_configuration),
    Rule::new("missing-capability", "A deployment acknowledges what its template makes in IAM", missing_capability),
];

/// The namespaces that CodePipeline itself fills.
///
/// [AWS documentation](https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html)
const OWN_NAMESPACES: [&str; 2] = ["codepipeline", "variables"];

/// The resources that a deployment must acknowledge, with the property that names one, which it must acknowledge more
/// ([AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html)).
const ACKNOWLEDGED: [(&str, Option<&str>); 8] = [
    ("AWS::IAM::AccessKey", None),
    ("AWS::IAM::Group", Some("GroupName")),
    ("AWS::IAM::InstanceProfile", Some("InstanceProfileName")),
    ("AWS::IAM::ManagedPolicy", Some("ManagedPolicyName")),
    ("AWS::IAM::Policy", None),
    ("AWS::IAM::Role", Some("RoleName")),
    ("AWS::IAM::User", Some("UserName")),
    ("AWS::IAM::UserToGroupAddition", None),
];

fn artifact_order(set: &Set<'_>, report: &mut Report<'_>) {
    for actions in action::by_pipeline(set) {
        for user in &actions {
            for input in user.key("InputArtifacts").items() {
                let name = input.key("Name");
                let Some(name) = name.text().filter(|_| !set.cannot_tell(&name)) else { continue };
                if !actions.iter().any(|action| action.may_make(name) && action.may_precede(user)) {
                    report
                        .add(&input, format!("no action before `{}` makes the artifact `{name}`", user.name()))
                        .help("give the action that makes it an earlier stage, or a lower RunOrder");
                }
            }
        }
    }
}

fn build_variable(set: &Set<'_>, report: &mut Report<'_>) {
    for actions in action::by_pipeline(set) {
        for user in &actions {
            for text in user.key("Configuration").all_texts() {
                for variable in variables(text.text().unwrap_or_default()) {
                    if let Some(reason) = why_unset(set, &actions, user, &variable) {
                        let Variable { namespace, name } = variable;
                        report
                            .add(&text, format!("`#{{{namespace}.{name}}}` has no value here: {reason}"))
                            .help("name what an earlier action exports");
                    }
                }
            }
        }
    }
}

/// What an action tells later ones: `#{namespace.name}`.
struct Variable<'t> {
    namespace: &'t str,
    name: &'t str,
}

fn variables(text: &str) -> impl Iterator<Item = Variable<'_>> {
    let inner = text.split("#{").skip(1).filter_map(|rest| rest.split_once('}')?.0.split_once('.'));
    let variables = inner.map(|(namespace, name)| Variable { namespace, name });
    variables.filter(|variable| !OWN_NAMESPACES.contains(&variable.namespace))
}

fn why_unset(set: &Set<'_>, actions: &[Action<'_>], user: &Action<'_>, variable: &Variable<'_>) -> Option<String> {
    let Variable { namespace, name } = variable;
    let mut sources: Vec<_> = actions.iter().filter(|action| action.key("Namespace").may_be(namespace)).collect();
    if sources.is_empty() {
        return Some(format!("no action has the namespace `{namespace}`"));
    }
    sources.retain(|source| source.may_precede(user));
    if sources.is_empty() {
        return Some(format!("the action with the namespace `{namespace}` is not done before"));
    }
    let lacks = |names: Vec<String>| !names.iter().any(|own| own == name);
    let unset = sources.iter().all(|source| build::exported(set, source).is_some_and(lacks));
    unset.then(|| format!("the build's `exported-variables` do not have `{name}`"))
}

fn detect_changes(set: &Set<'_>, report: &mut Report<'_>) {
    for action in action::all(set) {
        let detects = action.setting("DetectChanges");
        if detects.exists() && !detects.may_be("true") && !detects.may_be("false") {
            report
                .add(
                    &detects,
                    "the configuration of an action is text, and CodePipeline knows the texts `true` and `false` here",
                )
                .help("put the value in quotes");
        }
    }
}

fn template_path(set: &Set<'_>, report: &mut Report<'_>) {
    for action in deployments(set) {
        let path = action.setting("TemplatePath");
        if is_written_out(&path) && action.template(set).is_none() {
            let stacks: Vec<&str> = set.stacks().iter().map(|stack| stack.name).collect();
            report
                .add(&path, "no stack of the app has this template, so there is nothing to deploy")
                .help(format!("name `<artifact>::<stack>.template.yaml`; the stacks are {}", stacks.join(", ")));
        }
    }
}

fn template_configuration(set: &Set<'_>, report: &mut Report<'_>) {
    for action in deployments(set) {
        let (Some(stack), values) = (action.template(set), action.setting("TemplateConfiguration")) else { continue };
        let file = values.text().and_then(|path| path.rsplit([':', '/']).next());
        let own = format!("{}.parameters.json", stack.name);
        if is_written_out(&values) && file != Some(&*own) {
            report
                .add(&values, format!("this file is not the one with the values of `{}`", stack.name))
                .help(format!("name `<artifact>::{own}`"));
        }
    }
}

fn missing_capability(set: &Set<'_>, report: &mut Report<'_>) {
    for action in deployments(set) {
        let (Some(stack), given) = (action.template(set), action.setting("Capabilities")) else { continue };
        let names: Vec<&str> = given.text().into_iter().flat_map(|names| names.split(',')).map(str::trim).collect();
        let Some((resource, capability)) = needed_capability(stack) else { continue };
        let is_given = names.contains(&capability) || names.contains(&"CAPABILITY_NAMED_IAM");
        if !is_given && (!given.exists() || is_written_out(&given)) {
            report
                .add(&given, format!("CloudFormation refuses to deploy `{}`, which has `{}`", stack.name, resource.id))
                .help(format!("add {capability}"));
        }
    }
}

/// What a stack needs at most, and the resource that it is for. One under a condition may not be made.
fn needed_capability<'s>(stack: &'s Stack<'_>) -> Option<(Resource<'s>, &'static str)> {
    let resources = stack.resources().filter(|resource| !resource.is_conditional());
    let needed = resources.filter_map(|resource| {
        let (_, name) = ACKNOWLEDGED.iter().find(|(kind, _)| *kind == resource.kind)?;
        let is_named = name.is_some_and(|name| resource.key(name).is_known());
        Some((resource, if is_named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" }))
    });
    needed.max_by_key(|(_, capability)| capability.len())
}

/// The actions that deploy templates; of an app, as only then all stacks are known.
fn deployments<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Action<'s>> {
    let is_closed = set.is_closed();
    action::all(set).into_iter().filter(move |action| is_closed && action.prepares())
}

/// Whether nobody fills in a part of a text later.
fn is_written_out(value: &View<'_>) -> bool {
    value.literal().is_some_and(|text| !text.contains("#{"))
}
