//! Values that are known already when a template is synthesized.

use crate::template::{Function, Intrinsic, Mapping, Node};

/// The text that `node` will have, if that follows from `values`: literals, and parameters that have a value.
pub(super) fn text(node: &Node, values: &Mapping) -> Option<String> {
    match node {
        Node::Function(function) => function_text(function, values),
        node => node.scalar_text(),
    }
}

fn function_text(function: &Function, values: &Mapping) -> Option<String> {
    match (function.name(), function.argument()) {
        // A parameter's value is a literal: it never refers to others, or to itself.
        (Intrinsic::Ref, Node::String(id)) => values.get(id)?.scalar_text(),
        (Intrinsic::Sub, Node::String(template)) => substituted(template, values),
        _ => None,
    }
}

fn substituted(mut template: &str, values: &Mapping) -> Option<String> {
    let mut result = String::new();
    while let Some((before, rest)) = template.split_once("${") {
        let (name, after) = rest.split_once('}')?;
        result.push_str(before);
        match name.strip_prefix('!') {
            Some(literal) => result.extend(["${", literal, "}"]),
            None => result.push_str(&values.get(name)?.scalar_text()?),
        }
        template = after;
    }
    result.push_str(template);
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(template: &'static str) -> Option<String> {
        let values = Mapping::from_iter([("App", "tracker".into()), ("Port", 8080.into())]);
        text(&Function::new(Intrinsic::Sub, template.into()).into(), &values)
    }

    #[test]
    fn parameters_are_substituted() {
        assert_eq!(evaluated("${App}:${Port}/x").as_deref(), Some("tracker:8080/x"));
    }

    #[test]
    fn escaped_placeholders_stay() {
        assert_eq!(evaluated("${!App}-${App}").as_deref(), Some("${App}-tracker"));
    }

    #[test]
    fn what_only_aws_knows_is_not_known() {
        assert_eq!(evaluated("${App}-${AWS::Region}"), None);
    }
}
