//! Rights that a change of a template gives: the statements of its policies that were not there before.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::template::{Mapping, Node, Template, write};

/// What a policy of a resource allows, and did not before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Right {
    /// The logical id of the resource that the policy stands in.
    pub resource: String,
    /// In words: `allows s3:GetObject on !GetAtt Bucket.Arn`.
    pub text: String,
}

/// A statement without its actions: the resource, the effect, and all that limits it.
type Scope = (String, Effect, String);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Allow,
    AllowAllBut,
    Deny,
    DenyAllBut,
}

/// The rights that `after` gives and `before` does not. What was denied and no longer is, is a right.
pub(super) fn gained(before: Option<&Template>, after: &Template) -> Vec<Right> {
    let (gave, limited) = before.map(others).unwrap_or_default();
    let (gives, limits) = others(after);
    let wholes = gives.difference(&gave).chain(limited.difference(&limits)).cloned();
    let (before, after) = (before.map(statements).unwrap_or_default(), statements(after));
    let is_denial = |(_, effect, _): &Scope| matches!(effect, Effect::Deny | Effect::DenyAllBut);
    let allowed = after.iter().filter(|(scope, _)| !is_denial(scope));
    let new = allowed.filter_map(|entry| right(entry, before.get(entry.0), ""));
    let denied = before.iter().filter(|(scope, _)| is_denial(scope));
    let freed = denied.filter_map(|entry| right(entry, after.get(entry.0), "no longer "));
    new.chain(freed).chain(wholes).collect()
}

/// What else gives rights beside statements: whole policies, boundaries that go, and who may invoke a function.
fn others(template: &Template) -> (BTreeSet<Right>, BTreeSet<Right>) {
    let (mut gives, mut limits) = (BTreeSet::new(), BTreeSet::new());
    for (id, resource) in template.resources() {
        let property = |name: &str| resource.properties().find(|(own, _)| *own == name).map(|(_, node)| texts(node));
        let right = |text| Right { resource: id.to_owned(), text };
        let policies = property("ManagedPolicyArns").unwrap_or_default();
        gives.extend(policies.into_iter().map(|policy| right(format!("has the policy {policy}"))));
        let boundaries = property("PermissionsBoundary").unwrap_or_default();
        limits.extend(boundaries.into_iter().map(|boundary| right(format!("no longer has the boundary {boundary}"))));
        if resource.kind() == "AWS::Lambda::Permission" {
            let part = |name: &str| property(name).unwrap_or_default().join(", ");
            let source = property("SourceArn").map_or(String::new(), |source| format!(" from {}", source.join(", ")));
            let (who, what, of) = (part("Principal"), part("Action"), part("FunctionName"));
            gives.insert(right(format!("allows {what} on {of} to {who}{source}")));
        }
    }
    (gives, limits)
}

/// The actions of a statement that are not among the other's.
fn right(
    ((resource, effect, rest), actions): (&Scope, &BTreeSet<String>),
    other: Option<&BTreeSet<String>>,
    verb: &str,
) -> Option<Right> {
    let new: Vec<&str> = actions
        .iter()
        .filter(|action| !other.is_some_and(|other| other.contains(*action)))
        .map(|text| &**text)
        .collect();
    if new.is_empty() {
        return None;
    }
    let (word, but) = match effect {
        Effect::Allow => ("allows", ""),
        Effect::AllowAllBut => ("allows", "everything but "),
        Effect::Deny => ("denies", ""),
        Effect::DenyAllBut => ("denies", "everything but "),
    };
    Some(Right { resource: resource.clone(), text: format!("{verb}{word} {but}{}{rest}", new.join(", ")) })
}

fn statements(template: &Template) -> BTreeMap<Scope, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (id, node) in template.section("Resources") {
        walk(id, node, &mut found);
    }
    found
}

/// A statement is whatever has an effect and actions, in whatever resource it is.
fn walk(id: &str, node: &Node, found: &mut BTreeMap<Scope, BTreeSet<String>>) {
    match node {
        Node::Map(map) => match statement(map) {
            Some((effect, actions)) => {
                found.entry((id.to_owned(), effect, limits(map))).or_default().extend(texts(actions));
            }
            None => map.iter().for_each(|(_, value)| walk(id, value, found)),
        },
        Node::List(items) => items.iter().for_each(|item| walk(id, item, found)),
        Node::Function(function) => walk(id, function.argument(), found),
        _ => {}
    }
}

fn statement(map: &Mapping) -> Option<(Effect, &Node)> {
    let is_denied = map.get("Effect")?.as_str() == Some("Deny");
    match (map.get("Action"), map.get("NotAction")) {
        (Some(actions), _) => Some((if is_denied { Effect::Deny } else { Effect::Allow }, actions)),
        (None, Some(actions)) => Some((if is_denied { Effect::DenyAllBut } else { Effect::AllowAllBut }, actions)),
        (None, None) => None,
    }
}

/// On what, for whom, and when.
fn limits(map: &Mapping) -> String {
    let parts = [
        ("Resource", " on "),
        ("NotResource", " on everything but "),
        ("Principal", " to "),
        ("NotPrincipal", " to everybody but "),
        ("Condition", " if "),
    ];
    let part = |(key, word): (&str, &str)| Some(format!("{word}{}", texts(map.get(key)?).join(", ")));
    parts.into_iter().filter_map(part).collect()
}

/// Every item of a list, or the only one, on a line.
fn texts(node: &Node) -> Vec<String> {
    match node {
        Node::List(items) => items.iter().flat_map(texts).collect(),
        Node::Map(map) => map.iter().map(|(key, value)| format!("{key}: {}", texts(value).join(", "))).collect(),
        Node::String(text) => vec![text.clone().into_owned()],
        other => vec![write::yaml(other).split_whitespace().collect::<Vec<_>>().join(" ")],
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::template::read;

    fn template(statements: &str) -> Template {
        let text = format!(
            "Resources: {{Role: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyDocument: {{Statement: \
             {statements}}}}}]}}}}}}"
        );
        Template::from_node(read::document(&text, "test").unwrap().into_node()).unwrap()
    }

    fn texts(before: Option<&str>, after: &str) -> Vec<String> {
        let before = before.map(template);
        gained(before.as_ref(), &template(after)).into_iter().map(|right| right.text).collect()
    }

    #[test]
    fn what_is_new_is_told_and_nothing_else() {
        let before = "[{Effect: Allow, Action: s3:GetObject, Resource: !GetAtt Bucket.Arn}]";
        let after = "[{Sid: Other, Effect: Allow, Action: [s3:GetObject, s3:PutObject], Resource: !GetAtt Bucket.Arn}]";
        assert_eq!(texts(Some(before), after), ["allows s3:PutObject on !GetAtt Bucket.Arn"]);
        assert_eq!(texts(Some(after), before), [""; 0]);
        assert_eq!(texts(None, before), ["allows s3:GetObject on !GetAtt Bucket.Arn"]);
    }

    #[test]
    fn what_limits_a_statement_belongs_to_it() {
        let limited = "[{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {aws:RequestTag/a: b}}}]";
        let open = "[{Effect: Allow, Action: '*', Resource: '*'}]";
        assert_eq!(texts(Some(limited), open), ["allows * on *"]);
        assert_eq!(texts(None, limited), ["allows * on * if StringEquals: aws:RequestTag/a: b"]);
        let trust = "[{Effect: Allow, NotAction: 'iam:*', Principal: {AWS: ['1', '2']}}]";
        assert_eq!(texts(None, trust), ["allows everything but iam:* to AWS: 1, 2"]);
    }

    #[test]
    fn whole_policies_boundaries_and_permissions_count() {
        let role = |rest: &str| {
            let text = format!("Resources: {{Role: {{Type: AWS::IAM::Role, Properties: {{{rest}}}}}}}");
            Template::from_node(read::document(&text, "test").unwrap().into_node()).unwrap()
        };
        let (wide, narrow) =
            (role("ManagedPolicyArns: [a, b]"), role("ManagedPolicyArns: [a], PermissionsBoundary: c"));
        let gained = |before, after| gained(before, after).into_iter().map(|right| right.text).collect::<Vec<_>>();
        assert_eq!(gained(Some(&narrow), &wide), ["has the policy b", "no longer has the boundary c"]);
        assert_eq!(gained(Some(&wide), &narrow), [""; 0]);
        let text = "Resources: {P: {Type: AWS::Lambda::Permission, Properties: {Action: lambda:InvokeFunction, \
                    FunctionName: !Ref F, Principal: apigateway.amazonaws.com, SourceArn: x}}}";
        let permission = Template::from_node(read::document(text, "test").unwrap().into_node()).unwrap();
        let expected = "allows lambda:InvokeFunction on !Ref F to apigateway.amazonaws.com from x";
        assert_eq!(gained(None, &permission), [expected]);
    }

    #[test]
    fn a_denial_that_goes_is_a_right() {
        let denied = "[{Effect: Deny, Action: [a:B, a:C], Resource: '*'}]";
        assert_eq!(texts(Some(denied), "[{Effect: Deny, Action: a:B, Resource: '*'}]"), ["no longer denies a:C on *"]);
        assert_eq!(texts(None, denied), [""; 0]);
    }
}
