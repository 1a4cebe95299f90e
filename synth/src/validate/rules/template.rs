//! Templates as a whole: the names in them, their size, and what stays of the data that they hold.

mod shape;

use std::collections::{HashMap, HashSet};

use crate::kinds;
use crate::template::verify::walk::{self, Path};
use crate::template::{Node, Template, verify, write};
use crate::validate::{Place, Report, Rule, Set, Stack, View};

pub(super) const RULES: [Rule; 6] = [
    Rule::new(
        "template-structure",
        "Sections and names are known, nothing waits for itself, and no section is too long",
        structure,
    ),
    Rule::new("template-size", "A template is small enough for CloudFormation", size),
    Rule::new("unused-parameter", "Every parameter is used", unused_parameter),
    Rule::new("export-name", "The names of exports have the characters that CloudFormation takes", export_name),
    Rule::new("duplicate-export", "Every export has a name of its own", duplicate_export),
    Rule::new("removal-policy", "What holds data says what becomes of it when it is deleted or replaced", removal),
];

/// The largest template that CloudFormation takes, from S3. In bytes.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)
const MAXIMUM_BYTES: usize = 1_000_000;

/// AWS's own transforms, which use parameters only where the template refers to them.
const PLAIN_TRANSFORMS: [&str; 2] = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"];

fn structure(set: &Set<'_>, report: &mut Report<'_>) {
    for stack in set.stacks() {
        if !has_macro(stack) {
            shape::check(stack, report);
        }
        for found in verify::template(stack.template) {
            let place = Place::new(stack.name, found.steps);
            report.add_at(place, found.message).help = found.help;
        }
    }
}

fn size(set: &Set<'_>, report: &mut Report<'_>) {
    for stack in set.stacks() {
        let bytes = write::yaml(&stack.template.clone().into_node()).len();
        if bytes > MAXIMUM_BYTES {
            report
                .add(&stack.root(), format!("the template has {bytes} bytes, and CloudFormation takes {MAXIMUM_BYTES}"))
                .help("move some of the resources to another stack");
        }
    }
}

fn unused_parameter(set: &Set<'_>, report: &mut Report<'_>) {
    for stack in set.stacks().iter().filter(|stack| !has_macro(stack)) {
        let used = used_names(stack.template);
        for (name, parameter) in stack.view("Parameters").entries() {
            if !used.contains(name) {
                report
                    .add(&parameter, format!("`{name}` changes nothing: whoever sets it waits for an effect in vain"))
                    .help("use it, or remove it");
            }
        }
    }
}

/// A macro is given all parameters.
fn has_macro(stack: &Stack<'_>) -> bool {
    let is_plain = |name: &View<'_>| name.text().is_some_and(|name| PLAIN_TRANSFORMS.contains(&name));
    !stack.written("Transform").items().iter().all(is_plain)
}

fn used_names(template: &Template) -> HashSet<&str> {
    let mut used = HashSet::new();
    for (_, node) in template.root().iter() {
        walk::functions(node, &Path::Root, &mut |function, _| {
            // A placeholder that cannot be read is found by `template-structure`.
            let _ = walk::names(function, |name, _| {
                used.insert(name);
            });
        });
    }
    for (_, rule) in template.section("Rules") {
        used_in_rule(template, rule, &mut used);
    }
    used
}

/// Adds what the functions use that only rules have: a parameter's attributes, and all parameters of a type.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html)
fn used_in_rule<'t>(template: &'t Template, node: &'t Node, used: &mut HashSet<&'t str>) {
    match node {
        Node::List(items) => items.iter().for_each(|item| used_in_rule(template, item, used)),
        Node::Function(function) => used_in_rule(template, function.argument(), used),
        Node::Map(map) => {
            for (key, argument) in map.iter() {
                let first = argument.as_list().and_then(<[Node]>::first).unwrap_or(argument).as_str();
                match key {
                    "Fn::ValueOf" => used.extend(first),
                    "Fn::ValueOfAll" | "Fn::RefAll" => {
                        used.extend(first.into_iter().flat_map(|kind| of_type(template, kind)));
                    }
                    _ => used_in_rule(template, argument, used),
                }
            }
        }
        _ => {}
    }
}

fn of_type<'t>(template: &'t Template, kind: &str) -> impl Iterator<Item = &'t str> {
    let has_type = move |parameter: &Node| parameter.as_map()?.get("Type")?.as_str().map(|own| own == kind);
    template.section("Parameters").filter(move |(_, node)| has_type(node) == Some(true)).map(|(id, _)| id)
}

/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html)
fn export_name(set: &Set<'_>, report: &mut Report<'_>) {
    for name in set.stacks().iter().flat_map(exports) {
        let refused = name.text().and_then(|text| known_parts(text).chars().find(|next| !is_in_export(*next)));
        if let Some(refused) = refused {
            report
                .add(&name, format!("CloudFormation refuses the name of this export for its `{refused}`"))
                .help("letters, digits, colons and hyphens are allowed");
        }
    }
}

fn is_in_export(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, ':' | '-')
}

fn duplicate_export(set: &Set<'_>, report: &mut Report<'_>) {
    let mut exporters = HashMap::new();
    for stack in set.stacks() {
        for name in exports(stack) {
            let Some(text) = name.text().filter(|text| is_same_everywhere(text)) else { continue };
            if let Some(first) = exporters.insert(text, stack.name) {
                report
                    .add(
                        &name,
                        format!("`{text}` is exported by `{first}` already, and CloudFormation refuses it here"),
                    )
                    .help("give one of them another name");
            }
        }
    }
}

/// The names of a stack's exports. An output with a condition may not be there.
fn exports<'s>(stack: &'s Stack<'_>) -> Vec<View<'s>> {
    let mut outputs = stack.view("Outputs").entries();
    outputs.retain(|(_, output)| !output.key("Condition").exists());
    outputs.iter().map(|(_, output)| output.get("Export.Name")).collect()
}

/// Each stack has a name and an id of its own.
fn is_same_everywhere(text: &str) -> bool {
    !text.contains("${AWS::StackName}") && !text.contains("${AWS::StackId}")
}

/// The text without what only AWS knows.
fn known_parts(text: &str) -> String {
    let mut parts = text.split("${");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once('}')).fold(first, |known, (_, rest)| known + rest)
}

fn removal(set: &Set<'_>, report: &mut Report<'_>) {
    for resource in set.resources().filter(|resource| kinds::holds_data(resource.kind)) {
        // The data of an instance in a cluster is the cluster's.
        if resource.key("DBClusterIdentifier").exists() {
            continue;
        }
        for (attribute, event) in
            [("DeletionPolicy", "it is deleted"), ("UpdateReplacePolicy", "an update replaces it")]
        {
            let policy = resource.attribute(attribute);
            if !policy.exists() {
                report
                    .add(
                        &policy,
                        format!("nothing says what becomes of the data when {event}, and most types lose it then"),
                    )
                    .help(format!("set {attribute}: `Retain`, or `Delete` where losing the data is meant"));
            }
        }
    }
}
