//! Whether a template has the sections and the resources that one has.

use crate::error::similar;
use crate::validate::{Report, Stack, View};

/// The sections that CloudFormation knows.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html)
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Includes what is in another file, which may be anything.
const INCLUDE: &str = "Fn::Transform";

/// Of a template that no macro makes another one of.
pub(super) fn check(stack: &Stack<'_>, report: &mut Report<'_>) {
    sections(stack, report);
    let resources = stack.written("Resources");
    let entries = resources.entries();
    if entries.is_empty() && !resources.is_unknown() && stack.template.root().get(INCLUDE).is_none() {
        report
            .add(&resources, "the template has no resources, and CloudFormation takes none without")
            .help("declare one in `Resources`, or leave the file out if it is no template");
    }
    for (_, resource) in entries.iter().filter(|(id, _)| !id.starts_with("Fn::")) {
        shape(resource, report);
    }
}

fn sections(stack: &Stack<'_>, report: &mut Report<'_>) {
    let has_transform = stack.written("Transform").exists();
    for (section, value) in stack.root().entries() {
        let is_known = SECTIONS.contains(&section) || section == INCLUDE || section == "Globals" && has_transform;
        if !is_known {
            report.add(&value, format!("a template has no section `{section}`")).help =
                similar(section, SECTIONS).map(|name| format!("did you mean `{name}`?"));
        }
    }
}

fn shape(resource: &View<'_>, report: &mut Report<'_>) {
    let kind = resource.key("Type");
    if resource.is_unknown() {
        // `Fn::Transform` includes it.
    } else if resource.node().is_none_or(|node| node.as_map().is_none()) {
        report.add(resource, "a resource is a mapping with a `Type`, and this is none");
    } else if kind.text().is_none_or(str::is_empty) {
        report.add(&kind, "the resource has no type").help("say in `Type` what it is, such as `AWS::S3::Bucket`");
    }
}
