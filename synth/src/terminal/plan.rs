//! What a deployment would do, in words. What is lost stands out.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::cloud::{Action, PropertyChange, Replacement};
use crate::deploy::{Computed, Consequence, Planned, Right, Step};

/// How much of a value is shown.
const LONGEST: usize = 60;

/// What would happen with a stack; nothing where nothing would.
pub(super) fn text(planned: &Planned) -> Option<String> {
    let Planned { stack, step, .. } = planned;
    Some(match step {
        Step::Nothing => return None,
        Step::Protect => format!("{stack}: is protected from being deleted"),
        Step::Execute(computed) if computed.creates => {
            let rights = match computed.rights.len() {
                0 => String::new(),
                count => format!(", with {}", counted(count, "statement of rights", "statements of rights")),
            };
            format!("{stack}: is made, {}{rights}", resources(computed.changes.len()))
        }
        Step::Execute(Computed { changes, rights, .. }) => {
            let mut text = format!("{stack}: changes, {}", resources(changes.len()));
            let (following, own): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.follows());
            for change in own {
                write_change(&mut text, change);
            }
            write_following(&mut text, &following);
            for right in rights {
                write_right(&mut text, right);
            }
            text
        }
        Step::Later { creates, needs, resources: count } => {
            let verb = if *creates { "is made" } else { "may change" };
            format!("{stack}: {verb} after {}, {}", needs.join(", "), resources(*count))
        }
        Step::MakeAgain { resources: count, .. } => {
            let count = resources(*count);
            format!("{stack}: is deleted, as its making failed, and made again, {count}")
        }
    })
}

fn resources(count: usize) -> String {
    counted(count, "resource", "resources")
}

pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn write_change(text: &mut String, consequence: &Consequence) {
    let change = &consequence.change;
    let (sign, what, style) = match (change.action, change.replacement) {
        (Action::Add, _) => ("+", "", AnsiColor::Green.on_default()),
        (Action::Import, _) => ("+", " is taken over", AnsiColor::Green.on_default()),
        (Action::Remove, _) if change.policy.as_deref() == Some("Retain") => {
            ("-", " is let go, and stays", AnsiColor::Yellow.on_default())
        }
        (Action::Remove, _) => ("-", " IS DELETED", AnsiColor::Red.on_default()),
        (_, Replacement::Yes) => ("!", " IS REPLACED", AnsiColor::Red.on_default()),
        (_, Replacement::Perhaps) => ("!", " may be replaced", AnsiColor::Yellow.on_default()),
        (Action::Modify | Action::Dynamic, Replacement::No) => ("~", "", Style::new()),
    };
    let style = if consequence.loses_data() { style.bold() } else { style };
    let data = if consequence.loses_data() { ", WITH ITS DATA" } else { "" };
    let rights = if change.changes_rights() { " (rights)" } else { "" };
    let (kind, id, doubt) = (&change.kind, &change.id, doubt(consequence));
    _ = write!(text, "\n  {style}{sign} {kind} {id}{what}{data}{style:#}{rights}{doubt}");
    for property in &change.properties {
        write_property(text, property);
    }
}

/// Where the change set and the documentation of the type do not say the same of it.
fn doubt(Consequence { change, documented, .. }: &Consequence) -> &'static str {
    match (change.replacement, documented) {
        (Replacement::Perhaps | Replacement::Yes, Some(Replacement::No)) => "; its documentation says no",
        (Replacement::Perhaps, Some(Replacement::Yes)) => "; its documentation says yes",
        (Replacement::No, Some(Replacement::Yes)) => "; its documentation says that it is replaced",
        _ => "",
    }
}

fn write_property(text: &mut String, PropertyChange { path, before, after, .. }: &PropertyChange) {
    _ = match (before, after) {
        (None, None) => write!(text, "\n      {path}"),
        (None, Some(after)) => write!(text, "\n      {path}: {} (new)", short(after)),
        (Some(before), None) => write!(text, "\n      {path}: {} (goes)", short(before)),
        (Some(before), Some(after)) => write!(text, "\n      {path}: {} -> {}", short(before), short(after)),
    };
}

/// What changes only if something else is replaced, which is not to be expected.
fn write_following(text: &mut String, following: &[&Consequence]) {
    if following.is_empty() {
        return;
    }
    let what = counted(following.len(), "resource refers", "resources refer");
    _ = write!(text, "\n  ? {what} to what may be replaced; the documentation says no");
}

fn write_right(text: &mut String, Right { resource, text: right }: &Right) {
    let style = AnsiColor::Yellow.on_default();
    _ = write!(text, "\n  {style}* {resource} {right}{style:#}");
}

/// The beginning of a value, on one line.
fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Change;

    fn change(kind: &str, id: &str, action: Action, replacement: Replacement, path: &str) -> Change {
        let property = |path: &str| PropertyChange {
            path: path.to_owned(),
            before: Some("a\n  b".to_owned()),
            after: Some("c".repeat(70)),
            because_of: None,
        };
        Change {
            id: id.to_owned(),
            kind: kind.to_owned(),
            action,
            replacement,
            policy: None,
            properties: Some(path).filter(|path| !path.is_empty()).map(property).into_iter().collect(),
        }
    }

    /// It changes only because of another.
    fn following(kind: &str, id: &str, path: &str, cause: &str) -> Change {
        let mut change = change(kind, id, Action::Modify, Replacement::Perhaps, path);
        for property in &mut change.properties {
            (property.before, property.after, property.because_of) = (None, None, Some(cause.to_owned()));
        }
        change
    }

    fn shown(changes: Vec<Change>, rights: Vec<Right>) -> String {
        let step = Step::Execute(Computed::of(Consequence::of_all(changes), rights));
        let planned = Planned { stack: "app".to_owned(), stack_name: "app-dev".to_owned(), step };
        anstream::adapter::strip_str(&text(&planned).unwrap_or_default()).to_string()
    }

    #[test]
    fn what_is_lost_stands_out() {
        let changes = vec![
            change("AWS::S3::Bucket", "Data", Action::Remove, Replacement::No, ""),
            change("AWS::ECS::Cluster", "Cluster", Action::Modify, Replacement::Yes, "ClusterName"),
            change("AWS::SQS::Queue", "Queue", Action::Modify, Replacement::Perhaps, "DelaySeconds"),
            change("AWS::SQS::Queue", "Other", Action::Modify, Replacement::No, "Tags.0.Value"),
            change("AWS::SQS::Queue", "New", Action::Add, Replacement::No, ""),
        ];
        let rights = vec![Right { resource: "Role".to_owned(), text: "allows s3:* on *".to_owned() }];
        let long = format!("a b -> {}...", "c".repeat(60));
        assert_eq!(
            shown(changes, rights).lines().collect::<Vec<_>>(),
            [
                "app: changes, 5 resources",
                "  - AWS::S3::Bucket Data IS DELETED, WITH ITS DATA (rights)",
                "  ! AWS::ECS::Cluster Cluster IS REPLACED",
                &format!("      ClusterName: {long}"),
                "  ! AWS::SQS::Queue Queue may be replaced; its documentation says no",
                &format!("      DelaySeconds: {long}"),
                "  ~ AWS::SQS::Queue Other",
                &format!("      Tags.0.Value: {long}"),
                "  + AWS::SQS::Queue New",
                "  * Role allows s3:* on *",
            ]
        );
    }

    #[test]
    fn what_the_change_set_does_not_expect_is_said() {
        let shown = shown(
            vec![
                change("AWS::SQS::Queue", "A", Action::Modify, Replacement::No, "QueueName"),
                change("AWS::SQS::Queue", "B", Action::Modify, Replacement::Yes, "DelaySeconds"),
                change("AWS::SQS::Queue", "C", Action::Modify, Replacement::Perhaps, "QueueName"),
                change("Custom::Thing", "D", Action::Modify, Replacement::Perhaps, "QueueName"),
            ],
            Vec::new(),
        );
        for expected in [
            "~ AWS::SQS::Queue A; its documentation says that it is replaced\n",
            "! AWS::SQS::Queue B IS REPLACED; its documentation says no\n",
            "! AWS::SQS::Queue C may be replaced; its documentation says yes\n",
            "! Custom::Thing D may be replaced\n",
        ] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
    }

    /// A reference to something that stays changes nothing, whatever the change set fears.
    #[test]
    fn what_only_follows_is_counted() {
        let api = |path| change("AWS::ApiGatewayV2::Api", "Api", Action::Modify, Replacement::Perhaps, path);
        let route = || following("AWS::ApiGatewayV2::Route", "Route", "ApiId", "Api");
        let stage = || following("AWS::ApiGatewayV2::Stage", "Stage", "ApiId", "Api");
        let far = || following("AWS::ApiGatewayV2::Deployment", "Far", "StageName", "Stage");
        let quiet = shown(vec![api("CorsConfiguration"), route(), stage(), far()], Vec::new());
        let expected = "  ? 3 resources refer to what may be replaced; the documentation says no";
        assert!(quiet.contains(expected) && !quiet.contains("Route"), "{quiet}");
        // Another protocol is another API, and all that is in it.
        let loud = shown(vec![api("ProtocolType"), route()], Vec::new());
        assert!(loud.contains("Route may be replaced (rights); its documentation says yes"), "{loud}");
    }
}
