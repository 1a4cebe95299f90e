use serde_json::{Value, json};
use synth_codegen::generate::{ledger::Ledger, services::Services};

use crate::{generated, resource_type};

fn till(properties: &Value, required: &[&str]) -> synth_schema::ResourceType {
    resource_type("AWS::Shop::Till", json!({"properties": properties, "required": required}))
}

/// The ledger's lines after types were generated with what was published before.
fn after(published: &str, resource: &synth_schema::ResourceType) -> String {
    let ledger = Ledger::read(published).unwrap();
    let services = Services::among(&[resource], &ledger);
    let text = ledger.with(&services.published).text(&services.published);
    text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn arguments_keep_the_order_they_were_published_in() {
    let text = json!({"type": "string"});
    let resource = till(&json!({"A": text, "B": text}), &["A", "B"]);
    let published = "AWS::Shop::Till\n . Till B A\n";
    let generated = generated(&[&resource], &Ledger::read(published).unwrap());
    assert!(generated.find("b: String").unwrap() < generated.find("a: String").unwrap(), "{generated}");
    assert_eq!(after(published, &resource), published);
}

#[test]
fn what_is_required_now_stays_a_setter_and_is_noted() {
    let text = json!({"type": "string"});
    let resource = till(&json!({"A": text, "B": text}), &["A", "B"]);
    let published = "AWS::Shop::Till\n . Till A\n";
    let generated = generated(&[&resource], &Ledger::read(published).unwrap());
    assert!(generated.contains("        )\n        /// `B`.\n        b: String"), "{generated}");
    let noted = "AWS::Shop::Till\n . Till A +B\n";
    assert_eq!(after(published, &resource), noted);
    assert_eq!(after(noted, &resource), noted);
}

#[test]
fn what_is_required_no_more_stays_an_argument_and_is_noted() {
    let text = json!({"type": "string"});
    let resource = till(&json!({"A": text, "B": text}), &["A"]);
    let noted = "AWS::Shop::Till\n . Till A -B\n";
    assert_eq!(after("AWS::Shop::Till\n . Till A B\n", &resource), noted);
    assert_eq!(after(noted, &resource), noted);
}

#[test]
fn types_keep_their_name_whatever_comes_before_them() {
    let holder = |name: &str| json!({"type": "object", "properties": {"Hinge": {"type": "object", "properties": {name: {"type": "string"}}}}});
    let resource = till(&json!({"Box": holder("A"), "Lid": holder("B")}), &[]);
    let published = "AWS::Shop::Till\n . Till\n /Lid Lid\n /Lid/Hinge Hinge\n";
    let expected = "AWS::Shop::Till\n . Till\n /Box Box\n /Box/Hinge BoxHinge\n /Lid Lid\n /Lid/Hinge Hinge\n";
    assert_eq!(after(published, &resource), expected);
}

#[test]
fn types_that_are_gone_keep_their_line() {
    let resource = till(&json!({}), &[]);
    let published = "AWS::Shop::Till\n . Till\n #Lid Lid Hinge\n";
    assert_eq!(after(published, &resource), "AWS::Shop::Till\n . Till\n #Lid Lid Hinge gone\n");
}

#[test]
fn line_without_a_resource_is_refused() {
    let error = Ledger::read("# about\n . Till\n").unwrap_err();
    assert_eq!(error.to_string(), "line 2 of synth/schema/ledger.txt is none of a ledger:  . Till");
}
