//! What each expression is written as.

use synth::prelude::*;
use synth::template::{
    Condition, If, IntoValue, Lookup, Map, Node, Scalar, Tags, Test, Value, find_in_map_or, get_azs_of,
    get_stack_output, length, map, read, to_json_string, transform, write,
};

use super::resource::Thing;

fn written<T>(value: impl IntoValue<T>) -> serde_json::Value {
    serde_json::to_value(Value::<T>::new(value).node()).unwrap()
}

fn text(value: impl IntoValue<String>) -> serde_json::Value {
    written::<String>(value)
}

fn tested(test: impl Into<Test>) -> serde_json::Value {
    serde_json::to_value(test.into().into_inner()).unwrap()
}

fn production() -> Condition {
    Condition::named("IsProduction")
}

/// Both sides of each line, and that the result reads back from YAML and from JSON.
macro_rules! written {
    ($($value:expr => $expected:tt,)*) => {$(
        let (value, expected) = ($value, json!($expected));
        assert_eq!(value, expected, "{}", stringify!($value));
        reads_back(&expected);
    )*};
}

fn reads_back(value: &serde_json::Value) {
    let node = Value::<Json>::new(json!({"Value": value})).into_inner();
    for text in [write::yaml(&node), write::json(&node)] {
        assert_eq!(read::document(&text, "text").unwrap().node(), &node, "{text}");
    }
}

#[test]
fn every_function_is_written_in_its_full_form() {
    written! {
        text(join("-", ["a", "b"])) => {"Fn::Join": ["-", ["a", "b"]]},
        text(join("-", split("/", "a/b"))) => {"Fn::Join": ["-", {"Fn::Split": ["/", "a/b"]}]},
        text(select(1, ["a", "b"])) => {"Fn::Select": [1, ["a", "b"]]},
        written::<List<String>>(split(",", import_value("Ids"))) => {"Fn::Split": [",", {"Fn::ImportValue": "Ids"}]},
        written::<List<String>>(cidr("10.0.0.0/16", 4, 8)) => {"Fn::Cidr": ["10.0.0.0/16", 4, 8]},
        written::<List<String>>(get_azs()) => {"Fn::GetAZs": ""},
        written::<List<String>>(get_azs_of(pseudo::REGION)) => {"Fn::GetAZs": {"Ref": "AWS::Region"}},
        text(base64(sub!["#!/bin/sh\n", pseudo::REGION])) => {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\n${AWS::Region}"}},
        text(import_value(sub![pseudo::STACK_NAME, ":Id"])) => {"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}:Id"}},
        text(get_stack_output("network", "VpcId")) => {"Fn::GetStackOutput": {"StackName": "network", "OutputName": "VpcId"}},
        text(find_in_map("Sizes", pseudo::REGION, "Cpu")) => {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Cpu"]},
        text(find_in_map_or("Sizes", "a", "Cpu", 256.to_string())) => {"Fn::FindInMap": ["Sizes", "a", "Cpu", {"DefaultValue": "256"}]},
        text(transform("AWS::Include", [("Location", Node::from("s3://a/b"))])) => {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}},
        text(to_json_string(json!({"a": [1, true]}))) => {"Fn::ToJsonString": {"a": [1, true]}},
        written::<i64>(length(["a", "b"])) => {"Fn::Length": ["a", "b"]},
        tested(equals(pseudo::REGION, "eu-west-1")) => {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        tested(not(equals("a", "b"))) => {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]},
        tested(and([equals("a", "b"), equals("c", "d")])) => {"Fn::And": [{"Fn::Equals": ["a", "b"]}, {"Fn::Equals": ["c", "d"]}]},
        tested(or([&production(), &production()])) => {"Fn::Or": [{"Condition": "IsProduction"}, {"Condition": "IsProduction"}]},
        tested(not(&production())) => {"Fn::Not": [{"Condition": "IsProduction"}]},
    }
}

#[test]
fn every_pseudo_parameter_is_a_reference() {
    for (value, name) in [
        (text(pseudo::ACCOUNT_ID), "AWS::AccountId"),
        (text(pseudo::PARTITION), "AWS::Partition"),
        (text(pseudo::REGION), "AWS::Region"),
        (text(pseudo::STACK_ID), "AWS::StackId"),
        (text(pseudo::STACK_NAME), "AWS::StackName"),
        (text(pseudo::URL_SUFFIX), "AWS::URLSuffix"),
        (written::<List<String>>(pseudo::NOTIFICATION_ARNS), "AWS::NotificationARNs"),
        (text(NO_VALUE), "AWS::NoValue"),
    ] {
        assert_eq!(value, json!({"Ref": name}));
    }
}

#[test]
fn sub_puts_references_into_the_text_and_other_values_beside_it() {
    let mut stack = Stack::new("any");
    let name = stack.parameter("Name", Parameter::string());
    let count = stack.parameter("Count", Parameter::integer());
    let thing = stack.add("Thing", Thing::new());
    written! {
        text(sub!["a-", &name]) => {"Fn::Sub": "a-${Name}"},
        text(sub!["n", &count]) => {"Fn::Sub": "n${Count}"},
        text(sub![thing.arn(), "/*"]) => {"Fn::Sub": "${Thing.Arn}/*"},
        text(sub![thing.reference(), thing.reference()]) => {"Fn::Sub": "${Thing}${Thing}"},
        text(sub!["a", import_value("B"), "c", join("", ["d"])]) => {"Fn::Sub": ["a${Value1}c${Value2}", {"Value1": {"Fn::ImportValue": "B"}, "Value2": {"Fn::Join": ["", ["d"]]}}]},
        text(sub!["a", import_value("B"), &name]) => {"Fn::Sub": ["a${Value1}${Name}", {"Value1": {"Fn::ImportValue": "B"}}]},
        text(sub!["a", if_(&production(), "b", "c")]) => {"Fn::Sub": ["a${Value1}", {"Value1": {"Fn::If": ["IsProduction", "b", "c"]}}]},
    }
}

#[test]
fn sub_is_no_function_where_nothing_is_substituted() {
    let name = Stack::new("any").parameter("Name", Parameter::string());
    written! {
        text(sub![]) => "",
        text(sub!["a", "b"]) => "ab",
        text(sub!["${a}"]) => "${a}",
        text(sub!["${!a}"]) => "${!a}",
        text(sub![&name]) => {"Ref": "Name"},
        text(sub![import_value("A")]) => {"Fn::ImportValue": "A"},
        text(sub!["a", None::<&str>]) => "a",
    }
}

#[test]
fn sub_escapes_what_only_looks_like_a_name() {
    let name = Stack::new("any").parameter("Name", Parameter::string());
    written! {
        text(sub!["${Name}", &name]) => {"Fn::Sub": "${!Name}${Name}"},
        text(sub!["a$", &name]) => {"Fn::Sub": "a$${Name}"},
        text(sub!["$", "{Name}", &name]) => {"Fn::Sub": "${!Name}${Name}"},
        text(sub!["$", sub!["{Name}", &name]]) => {"Fn::Sub": ["$${Value1}", {"Value1": {"Fn::Sub": "{Name}${Name}"}}]},
        text(sub![sub![&name, "$"], "{Name}"]) => {"Fn::Sub": ["${Name}$${Value1}", {"Value1": "{Name}"}]},
        text(sub!["${", &name, "}"]) => {"Fn::Sub": ["${Value1}${Name}}", {"Value1": "${"}]},
        text(sub![&name, "${a"]) => {"Fn::Sub": ["${Name}${Value1}", {"Value1": "${a"}]},
    }
}

#[test]
fn sub_does_not_take_a_parameter_for_a_value_of_its_own() {
    let name = Stack::new("any").parameter("Value1", Parameter::string());
    written! {
        text(sub![&name, import_value("A")]) => {"Fn::Sub": ["${Value1}${Value2}", {"Value2": {"Fn::ImportValue": "A"}}]},
        text(sub![import_value("A"), &name]) => {"Fn::Sub": ["${Value1}${Value2}", {"Value1": {"Fn::ImportValue": "A"}, "Value2": {"Ref": "Value1"}}]},
    }
}

#[test]
fn sub_in_sub_is_one_text() {
    let name = Stack::new("any").parameter("Name", Parameter::string());
    let inner = sub!["${literal}-", &name];
    let several = sub!["x", import_value("A")];
    written! {
        text(sub!["a", &inner, "b"]) => {"Fn::Sub": "a${!literal}-${Name}b"},
        text(sub![sub!["a", "b"], &name]) => {"Fn::Sub": "ab${Name}"},
        text(sub!["a", &several]) => {"Fn::Sub": ["ax${Value1}", {"Value1": {"Fn::ImportValue": "A"}}]},
        text(sub![import_value("B"), &several, &name]) => {"Fn::Sub": ["${Value1}x${Value2}${Name}", {"Value1": {"Fn::ImportValue": "B"}, "Value2": {"Fn::ImportValue": "A"}}]},
    }
}

#[test]
fn both_arms_of_if_are_written_whatever_they_are() {
    let nested: If<_, _> = if_(&production(), if_(&production(), 1, 2), NO_VALUE);
    let lookup: Lookup = find_in_map("M", "a", "b");
    written! {
        written::<i64>(if_(&production(), 365, 7)) => {"Fn::If": ["IsProduction", 365, 7]},
        written::<i64>(nested) => {"Fn::If": ["IsProduction", {"Fn::If": ["IsProduction", 1, 2]}, {"Ref": "AWS::NoValue"}]},
        written::<bool>(if_(&production(), true, lookup)) => {"Fn::If": ["IsProduction", true, {"Fn::FindInMap": ["M", "a", "b"]}]},
        text(if_(&production(), None::<&str>, Some("a"))) => {"Fn::If": ["IsProduction", {"Ref": "AWS::NoValue"}, "a"]},
        written::<List<String>>(if_(&production(), ["a"], get_azs())) => {"Fn::If": ["IsProduction", ["a"], {"Fn::GetAZs": ""}]},
    }
}

#[test]
fn nothing_is_left_out_of_lists_and_maps() {
    written! {
        written::<List<String>>([Some("a"), None, Some("b")]) => ["a", "b"],
        written::<List<String>>(list!["a", None::<&str>]) => ["a"],
        written::<Map<String>>([("a", Some("b")), ("c", None)]) => {"a": "b"},
        written::<Map<String>>(map! { "a" => "b", "c" => None::<&str> }) => {"a": "b"},
        written::<Tags>([("a", Some("b")), ("c", None)]) => [{"Key": "a", "Value": "b"}],
        text(None::<&str>) => {"Ref": "AWS::NoValue"},
    }
}

#[test]
fn lists_and_maps_mix_what_is_of_one_kind() {
    let region: Value<String> = pseudo::REGION.into();
    written! {
        written::<List<String>>(list!["a", &region, String::from("b"), if_(&production(), "c", NO_VALUE)]) => ["a", {"Ref": "AWS::Region"}, "b", {"Fn::If": ["IsProduction", "c", {"Ref": "AWS::NoValue"}]}],
        written::<List<List<String>>>(list![["a"], get_azs()]) => [["a"], {"Fn::GetAZs": ""}],
        written::<Map<Scalar>>(map! { "a" => "b", "c" => 1, "d" => true, "e" => 0.5 }) => {"a": "b", "c": 1, "d": true, "e": 0.5},
        written::<Tags>(map! { "a" => "b", "c" => &region }) => [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": {"Ref": "AWS::Region"}}],
    }
}

#[test]
fn a_key_that_is_there_twice_has_the_last_value() {
    assert_eq!(written::<Map<String>>([("a", "b"), ("c", "d"), ("a", "e")]), json!({"a": "e", "c": "d"}));
}

#[test]
fn json_with_functions_in_it_has_the_functions() {
    let value = Value::<Json>::new(json!({"A": {"Ref": "B"}, "C": [{"Fn::GetAtt": "D.E.F"}], "Condition": {"G": "H"}}));
    let node = value.node().as_map().unwrap();
    assert!(node.get("A").unwrap().as_function().is_some());
    let attribute = node.get("C").unwrap().as_list().unwrap()[0].as_function().unwrap();
    assert_eq!(attribute.argument(), &Node::list(["D".into(), "E.F".into()]));
    assert!(node.get("Condition").unwrap().as_map().is_some());
}

#[test]
fn values_stand_inside_json() {
    let arn = Stack::new("any").add("Thing", Thing::new()).arn();
    assert_eq!(written::<Json>(json!({"Resource": arn})), json!({"Resource": {"Fn::GetAtt": ["Thing", "Arn"]}}));
}

#[test]
fn a_property_by_name_takes_any_json_and_overwrites() {
    let mut thing = Thing::new()
        .property("A", json!({"On": true}))
        .property("B", "b")
        .property("A", list())
        .property("C", None::<&str>);
    let fields = std::mem::take(thing.fields()).into_map();
    assert_eq!(serde_json::to_string(&Node::Map(fields)).unwrap(), r#"{"A":{"Fn::GetAZs":""},"B":"b"}"#);
}

fn list() -> Value<List<String>> {
    get_azs()
}
