//! Each rule has a template that breaks it, and it alone.
//!
//! A family has a file of templates in which nothing is wrong, and a table of what breaks them.

mod container;
mod discovery;
mod endpoint;
mod exchange;
mod execution_role;
mod fine;
mod function;
mod gateway;
mod guards;
mod literal;
mod logs;
mod network;
mod permission;
mod pipeline;
mod resolve;
mod security_group;
mod storage;
mod task_deployment;
mod task_role;
mod task_storage;
mod template;
mod traffic;
mod zone;

use std::collections::BTreeSet;

use synth::template::{Template, read};
use synth::validate::{self, Finding, Set};

/// Templates without a finding, and the ways to break them.
struct Family {
    /// The file, with several templates: each begins with `# stack: NAME`.
    templates: &'static str,
    breaks: &'static [Break],
}

/// One text in the place of another breaks one rule.
struct Break {
    rule: &'static str,
    /// Occurs once in the file.
    old: &'static str,
    new: &'static str,
}

const FAMILIES: &[&Family] = &[
    &container::FAMILY,
    &discovery::FAMILY,
    &endpoint::FAMILY,
    &exchange::FAMILY,
    &execution_role::FAMILY,
    &execution_role::PIPELINE,
    &function::FAMILY,
    &gateway::FAMILY,
    &literal::FAMILY,
    &logs::FAMILY,
    &network::FAMILY,
    &permission::FAMILY,
    &pipeline::FAMILY,
    &security_group::FAMILY,
    &storage::FAMILY,
    &task_deployment::FAMILY,
    &task_role::FAMILY,
    &task_storage::FAMILY,
    &template::FAMILY,
    &traffic::FAMILY,
    &zone::FAMILY,
];

#[test]
fn good_templates_have_no_finding() {
    for family in FAMILIES {
        assert_eq!(found(family.templates), []);
    }
}

/// What stands in a template that is not in the set may be as it should.
#[test]
fn good_templates_have_no_finding_alone() {
    for family in FAMILIES {
        for part in family.templates.split("# stack: ").skip(1) {
            assert_eq!(found(&format!("# stack: {part}")), [], "{part}");
        }
    }
}

#[test]
fn each_break_is_found_by_its_rule_alone() {
    let mut wrong = Vec::new();
    for family in FAMILIES {
        for Break { rule, old, new } in family.breaks {
            assert_eq!(family.templates.matches(old).count(), 1, "{rule}: `{old}`");
            let findings = found(&family.templates.replace(old, new));
            let rules: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
            if rules != BTreeSet::from([*rule]) {
                wrong.push(format!("{rule}: `{old}` -> `{new}`: {findings:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_broken_once() {
    let breaks = FAMILIES.iter().flat_map(|family| family.breaks).chain(pipeline::IN_APP);
    let broken: BTreeSet<&str> = breaks.map(|each| each.rule).collect();
    let rules: BTreeSet<&str> = validate::rules().map(|rule| rule.id).collect();
    assert_eq!(broken, rules);
}

#[test]
fn rules_have_names_of_their_own_and_say_what_must_hold() {
    let ids: Vec<&str> = validate::rules().map(|rule| rule.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for rule in validate::rules() {
        assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
        assert!(rule.summary.starts_with(char::is_uppercase) && !rule.summary.ends_with('.'), "{}", rule.summary);
    }
}

/// What is found in templates that belong together.
fn found(text: &str) -> Vec<Finding> {
    let templates: Vec<(&str, Template)> = templates(text).collect();
    validate::findings(&Set::of_templates(templates.iter().map(|(name, template)| (*name, template))), &[])
}

fn templates(text: &str) -> impl Iterator<Item = (&str, Template)> {
    let parts = text.split("# stack: ").skip(1).map(|part| part.split_once('\n').unwrap());
    parts.map(|(name, text)| (name, template(name, text)))
}

fn template(name: &str, text: &str) -> Template {
    Template::from_node(read::document(text, name).unwrap().into_node()).unwrap()
}
