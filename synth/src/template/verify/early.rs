//! What CloudFormation reads before it makes any resource: parameters are literal, and conditions, rules and mappings
//! know nothing of resources. And numbers, everywhere, must be such that a template can hold them.

use std::collections::HashSet;

use super::Finding;
use super::walk::{self, Path};
use crate::template::document::Template;
use crate::template::{Function, Intrinsic, Node};

/// The sections that are evaluated before there are resources.
const EARLY: [&str; 3] = ["Rules", "Mappings", "Conditions"];

pub(super) fn findings(template: &Template) -> Vec<Finding> {
    let resources: HashSet<&str> = template.resources().map(|(id, _)| id).collect();
    let mut findings = Vec::new();
    for (section, node) in template.root().iter() {
        let path = Path::Key(&Path::Root, section);
        numbers(node, &path, &mut findings);
        let early = EARLY.contains(&section);
        if section == "Parameters" || early {
            walk::functions(node, &path, &mut |function, path| {
                findings.extend(if early {
                    resource(function, &resources, path)
                } else {
                    Some(not_literal(function, path))
                });
            });
        }
    }
    findings
}

fn not_literal(function: &Function, path: &Path<'_>) -> Finding {
    let message = format!("{} stands in a parameter, which takes literals only", function.name().key());
    Finding::new(path, message)
}

fn resource(function: &Function, resources: &HashSet<&str>, path: &Path<'_>) -> Option<Finding> {
    if function.name() == Intrinsic::GetAtt {
        return Some(too_early("an attribute of a resource", path));
    }
    let mut wrong = None;
    // A placeholder that cannot be read is found where references are.
    let _ = walk::names(function, |id, _| wrong = wrong.or(resources.contains(id).then_some(id)));
    wrong.map(|id| too_early(&format!("the resource `{id}`"), path))
}

fn too_early(what: &str, path: &Path<'_>) -> Finding {
    let message = format!("{what} is referred to where there are no resources yet");
    Finding::new(path, message).help("refer to a parameter".to_owned())
}

fn numbers(node: &Node, path: &Path<'_>, findings: &mut Vec<Finding>) {
    match node {
        Node::Float(number) if !number.is_finite() => {
            let message = format!("{number} is not a number that a template can hold");
            findings.push(Finding::new(path, message));
        }
        Node::List(items) => {
            for (index, item) in items.iter().enumerate() {
                numbers(item, &Path::Index(path, index), findings);
            }
        }
        Node::Map(map) => {
            for (key, value) in map.iter() {
                numbers(value, &Path::Key(path, key), findings);
            }
        }
        Node::Function(function) => numbers(function.argument(), path, findings),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Mapping;

    fn found(section: &'static str, node: Node) -> Vec<String> {
        let resources = Node::map([("Vpc", Node::map([("Type", "AWS::EC2::VPC".into())]))]);
        let template =
            Template::new(Mapping::from_iter([(section, Node::map([("X", node)])), ("Resources", resources)]));
        findings(&template).into_iter().map(|finding| format!("{}: {}", finding.path, finding.message)).collect()
    }

    fn reference(id: &'static str) -> Node {
        Function::new(Intrinsic::Ref, id.into()).into()
    }

    #[test]
    fn a_parameter_takes_literals_only() {
        let parameter = Node::map([("Default", reference("AWS::Region"))]);
        assert_eq!(
            found("Parameters", parameter),
            ["Parameters.X.Default: Ref stands in a parameter, which takes literals only"]
        );
    }

    #[test]
    fn a_condition_knows_parameters_but_no_resources() {
        assert_eq!(found("Conditions", reference("AWS::Region")), Vec::<String>::new());
        assert_eq!(
            found("Conditions", reference("Vpc")),
            ["Conditions.X: the resource `Vpc` is referred to where there are no resources yet"]
        );
    }

    #[test]
    fn a_template_holds_no_infinite_number() {
        assert_eq!(
            found("Metadata", Node::list([Node::Float(f64::INFINITY), Node::Float(0.5)])),
            ["Metadata.X[0]: inf is not a number that a template can hold"]
        );
    }
}
