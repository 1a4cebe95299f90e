//! What is written is what is read, by every reader.

use proptest::prelude::*;
use serde_json::Value;
use synth::template::{Node, read, write};

use super::model::{ODD, any_template};
use super::readers;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_template_reads_back_from_yaml(template in any_template()) {
        let yaml = write::yaml(&template);
        let back = read::document(&yaml, "yaml").map_err(|error| TestCaseError::fail(format!("{error}\n{yaml}")))?;
        prop_assert_eq!(back.node(), &template, "{}", yaml);
        prop_assert_eq!(write::yaml(back.node()), yaml);
    }

    #[test]
    fn any_template_reads_back_from_json(template in any_template()) {
        let json = write::json(&template);
        let back = read::document(&json, "json").map_err(|error| TestCaseError::fail(format!("{error}\n{json}")))?;
        prop_assert_eq!(back.node(), &template, "{}", json);
        prop_assert_eq!(write::json(back.node()), json);
    }

    #[test]
    fn lines_end_without_spaces(template in any_template()) {
        for text in [write::yaml(&template), write::json(&template)] {
            prop_assert!(text.ends_with('\n'));
            prop_assert!(text.split('\n').all(|line| !line.ends_with([' ', '\t', '\r'])), "{}", text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn other_readers_agree_with_the_json(template in any_template()) {
        agree(&template).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn other_readers_take_odd_text_for_text() {
    for text in ODD {
        let list = Node::list([(*text).into(), "b".into()]);
        let equals = Node::map([("Fn::Equals", list.clone())]);
        let sub = Node::map([("Fn::Sub", (*text).into())]);
        agree(&Node::map([("Value", (*text).into()), ("List", list), ("Equals", equals), ("Sub", sub)])).unwrap();
        agree(&Node::map([(*text, "value".into()), ("Last", "one".into())])).unwrap();
    }
}

#[test]
fn other_readers_take_the_longest_key_for_a_key() {
    for length in [999, 1000, 1001, 1024, 5000] {
        let template = Node::map([("k".repeat(length), Node::map([("k".repeat(length), "value".into())]))]);
        agree(&template).unwrap();
        assert_eq!(read::document(&write::yaml(&template), "yaml").unwrap().into_node(), template);
    }
}

fn agree(template: &Node) -> Result<(), String> {
    let yaml = write::yaml(template);
    let json: Value = serde_json::from_str(&write::json(template)).map_err(|error| error.to_string())?;
    let answers = readers::read(&yaml);
    assert_eq!(answers.len(), 3);
    match answers.iter().find(|(_, answer)| answer.get("value") != Some(&json)) {
        Some((reader, answer)) => Err(format!("{reader} reads\n{answer}\nfor\n{yaml}\nwhich is\n{json}")),
        None => Ok(()),
    }
}
