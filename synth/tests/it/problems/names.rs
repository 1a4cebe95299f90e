//! In one stack.

use synth::prelude::*;
use synth::template::{Condition, IntoValue, Intrinsic, Node, find_in_map_or, length, to_json_string};

use super::super::resource::{Bare, Thing};
use super::{function, problem, told};

/// What is told of a thing whose property `Size` is `value`. The stack has a parameter `Environment`, the condition
/// `IsProduction`, the mapping `Sizes` and another thing, `Storage`.
fn of_property(value: impl IntoValue<Json>) -> (String, Option<String>) {
    let mut stack = Stack::new("any");
    let environment = stack.parameter("Environment", Parameter::string());
    stack.condition("IsProduction", equals(&environment, "prod"));
    stack.mapping("Sizes", json!({"a": {"b": "c"}}));
    stack.add("Storage", Thing::new());
    stack.add("Thing", Bare::new().property("Size", value));
    let expected = line!() - 1;
    let (told, line) = problem(stack);
    assert_eq!((told.stack.as_str(), line), ("any", expected));
    assert!(told.path.starts_with("Resources.Thing.Properties.Size"), "{}", told.path);
    (told.message, told.help)
}

#[test]
fn a_name_that_is_not_there_is_told_with_the_one_that_was_meant() {
    let help = |name: &str| Some(format!("did you mean `{name}`?"));
    let sub = |text: &'static str| function(Intrinsic::Sub, text);
    for (value, message, wanted) in [
        (
            function(Intrinsic::Ref, "Storag"),
            "`Storag` is referred to, and no parameter or resource has this name",
            help("Storage"),
        ),
        (
            function(Intrinsic::Ref, "Enviroment"),
            "`Enviroment` is referred to, and no parameter or resource has this name",
            help("Environment"),
        ),
        (
            function(Intrinsic::Ref, "AWS::Regoin"),
            "`AWS::Regoin` is referred to, and no parameter or resource has this name",
            help("AWS::Region"),
        ),
        (function(Intrinsic::Ref, "Qqqq"), "`Qqqq` is referred to, and no parameter or resource has this name", None),
        (
            function(Intrinsic::GetAtt, "Storag.Arn"),
            "`Storag.Arn` is referred to, and no resource is named `Storag`",
            help("Storage"),
        ),
        (
            function(Intrinsic::GetAtt, "Environment.Arn"),
            "`Environment.Arn` is referred to, and no resource is named `Environment`",
            None,
        ),
        (sub("a-${Storag}"), "`Storag` is referred to, and no parameter or resource has this name", help("Storage")),
        (sub("a-${Storag.Arn}-b"), "`Storag.Arn` is referred to, and no resource is named `Storag`", help("Storage")),
        (sub("a-${Storage}-${Storage"), "`${Storage` has no closing `}`", None),
        (find("Size"), "`Size` is looked up, and no mapping has this name", help("Sizes")),
        (condition("IsProducton"), "`IsProducton` is tested, and no condition has this name", help("IsProduction")),
    ] {
        assert_eq!(of_property(value), (message.to_owned(), wanted));
    }
}

fn find(name: &'static str) -> Value<String> {
    Value::new(find_in_map(name, "a", "b"))
}

fn condition(name: &'static str) -> Value<String> {
    Value::new(if_(&Condition::named(name), "a", "b"))
}

#[test]
fn names_that_are_there_are_no_problem() {
    let mut stack = Stack::new("any");
    let name = stack.parameter("Name", Parameter::string());
    let is = stack.condition("Is", equals(&name, "a"));
    stack.condition("IsToo", and([not(&is), equals(pseudo::REGION, &name)]));
    stack.mapping("Sizes", json!({"a": {"b": "c"}}));
    let thing = stack.add("Thing", Thing::new());
    let text = function(
        Intrinsic::Sub,
        Node::list(["${!Nobody}-${Own}-${Thing.A.B}".into(), Node::map([("Own", Node::from("x"))])]),
    );
    stack.add(
        "Other",
        Thing::new().property("A", text).property("B", find("Sizes")).property("C", if_(&is, "a", thing.arn())),
    );
    stack.output("Out", thing.reference()).condition(&is);
    let mut app = App::new("app");
    app.add(stack);
    assert_eq!(app.synthesize().unwrap().len(), 1);
}

#[test]
fn the_path_leads_into_lists_and_maps_and_the_arguments_of_functions() {
    let wrong = function(Intrinsic::Ref, "Nobody");
    for (value, path) in [
        (json!([1, {"A": wrong}]), "Resources.Thing.Properties.P[1].A"),
        (json!({"Fn::Join": ["", ["a", wrong]]}), "Resources.Thing.Properties.P[1][1]"),
    ] {
        let mut stack = Stack::new("any");
        stack.add("Thing", Bare::new().property("P", value));
        assert_eq!(problem(stack).0.path, path);
    }
}

#[test]
fn what_is_declared_twice_is_told_with_both_lines() {
    let mut stack = Stack::new("any");
    stack.add("Thing", Thing::new());
    let first = line!() - 1;
    stack.add("Thing", Bare::new());
    let second = line!() - 1;
    let help = format!("the first is at {}:{first}:11; give one of them another name", file!());
    assert_eq!(
        problem(stack),
        (told("any", "Resources.Thing", "`Thing` is declared twice in Resources", Some(&help)), second)
    );
}

#[test]
fn every_section_refuses_a_name_that_is_there_twice() {
    type Declare = fn(&mut Stack);
    let declarations: [(&str, Declare); 5] = [
        ("Parameters", |stack| drop(stack.parameter("A", Parameter::string()))),
        ("Conditions", |stack| drop(stack.condition("A", equals("a", "a")))),
        ("Mappings", |stack| stack.mapping("A", json!({"a": {"b": "c"}}))),
        ("Rules", |stack| stack.rule("A", json!({"Assertions": []}))),
        ("Outputs", |stack| _ = stack.output("A", "a")),
    ];
    for (section, declare) in declarations {
        let mut stack = Stack::new("any");
        declare(&mut stack);
        declare(&mut stack);
        assert_eq!(problem(stack).0.message, format!("`A` is declared twice in {section}"));
    }
}

#[test]
fn a_resource_is_not_named_like_a_parameter() {
    let mut stack = Stack::new("any");
    stack.parameter("Thing", Parameter::string());
    stack.add("Thing", Thing::new());
    let line = line!() - 1;
    let message = "`Thing` is the name of a parameter too, so a reference to it has two meanings";
    assert_eq!(problem(stack), (told("any", "Resources.Thing", message, Some("rename one of them")), line));
}

#[test]
fn a_logical_id_has_letters_and_digits_only() {
    let long = "a".repeat(256);
    for (id, message) in [
        ("", "a logical id is empty".to_owned()),
        (
            "my-thing",
            "`my-thing` is no logical id: only the letters A-Z and a-z and the digits 0-9 are allowed".to_owned(),
        ),
        (
            "Ding\u{e4}",
            "`Ding\u{e4}` is no logical id: only the letters A-Z and a-z and the digits 0-9 are allowed".to_owned(),
        ),
        (&long, format!("`{long}` is 256 characters long, and a logical id has at most 255")),
    ] {
        let mut stack = Stack::new("any");
        stack.add(id.to_owned(), Thing::new());
        let line = line!() - 1;
        assert_eq!(problem(stack), (told("any", &format!("Resources.{id}"), &message, None), line));
    }
}

#[test]
fn what_a_resource_or_an_output_depends_on_must_be_there() {
    let mut stack = Stack::new("any");
    let thing = stack.add("Thing", Bare::new());
    let declared = line!() - 1;
    stack.resource(&thing).depends_on_id("Thang");
    let expected = told(
        "any",
        "Resources.Thing.DependsOn",
        "`Thing` depends on `Thang`, and no resource has this name",
        Some("did you mean `Thing`?"),
    );
    assert_eq!(problem(stack), (expected, declared));

    let mut stack = Stack::new("any");
    let thing = stack.add("Thing", Bare::new());
    let declared = line!() - 1;
    stack.resource(&thing).condition(&Condition::named("Never"));
    let message = "`Never` is tested, and no condition has this name";
    assert_eq!(problem(stack), (told("any", "Resources.Thing.Condition", message, None), declared));

    let mut stack = Stack::new("any");
    stack.output("Out", "a").condition(&Condition::named("Never"));
    let declared = line!() - 1;
    assert_eq!(problem(stack), (told("any", "Outputs.Out.Condition", message, None), declared));
}

#[test]
fn resources_that_wait_for_each_other_are_named_in_order() {
    let mut stack = Stack::new("any");
    stack.add("Alone", Bare::new());
    stack.add("One", Bare::new().property("Next", function(Intrinsic::Ref, "Two")));
    let line = line!() - 1;
    stack.add("Two", Bare::new().property("Next", function(Intrinsic::Sub, "${Three.Arn}")));
    let three = stack.add("Three", Bare::new());
    stack.resource(&three).depends_on_id("One");
    let help = "break the circle: a reference of one of them can move to a resource of its own, such as a rule of a security group";
    let message = "resources wait for each other: One -> Two -> Three -> One";
    assert_eq!(problem(stack), (told("any", "Resources.One", message, Some(help)), line));
}

#[test]
fn a_resource_does_not_wait_for_itself() {
    let mut stack = Stack::new("any");
    stack.add("One", Bare::new().property("Next", function(Intrinsic::GetAtt, "One.Arn")));
    assert_eq!(problem(stack).0.message, "resources wait for each other: One -> One");
}

#[test]
fn limits_are_told_by_name() {
    let full = |things: usize, parameters: usize, outputs: usize, mappings: usize| {
        let mut stack = Stack::new("any");
        (0..things).for_each(|index| drop(stack.add(format!("T{index}"), Bare::new())));
        (0..parameters).for_each(|index| drop(stack.parameter(format!("P{index}"), Parameter::string())));
        (0..outputs).for_each(|index| _ = stack.output(format!("O{index}"), "a"));
        (0..mappings).for_each(|index| stack.mapping(format!("M{index}"), json!({"a": {"b": "c"}})));
        stack
    };
    let mut app = App::new("app");
    app.add(full(500, 200, 200, 200));
    assert_eq!(app.synthesize().unwrap().len(), 1);
    let help = Some("move some of them to another stack");
    for (stack, path, message) in [
        (
            full(501, 0, 0, 0),
            "Resources",
            "501 entries in Resources are over CloudFormation's limit of 500 resources in a template",
        ),
        (
            full(1, 201, 0, 0),
            "Parameters",
            "201 entries in Parameters are over CloudFormation's limit of 200 parameters in a template",
        ),
        (
            full(1, 0, 201, 0),
            "Outputs",
            "201 entries in Outputs are over CloudFormation's limit of 200 outputs in a template",
        ),
        (
            full(1, 0, 0, 201),
            "Mappings",
            "201 entries in Mappings are over CloudFormation's limit of 200 mappings in a template",
        ),
    ] {
        assert_eq!(problem(stack).0, told("any", path, message, help));
    }
}

#[test]
fn functions_of_the_language_extensions_need_the_transform() {
    let help = Some("declare it: `stack.transform(\"AWS::LanguageExtensions\")`".to_owned());
    let message = |name: &str| format!("{name} needs the transform `AWS::LanguageExtensions`");
    let looked_up: Value<String> = Value::new(find_in_map_or("Sizes", "a", "b", "c"));
    assert_eq!(of_property(length(["a"])), (message("Fn::Length"), help.clone()));
    assert_eq!(of_property(to_json_string(json!({}))), (message("Fn::ToJsonString"), help.clone()));
    assert_eq!(of_property(looked_up), (message("Fn::FindInMap"), help));

    let mut stack = Stack::new("any");
    stack.transform("AWS::LanguageExtensions");
    stack.add("Thing", Bare::new().property("Size", length(["a"])));
    let mut app = App::new("app");
    app.add(stack);
    assert_eq!(app.synthesize().unwrap().len(), 1);
}

#[test]
fn a_loop_needs_the_transform() {
    let mut stack = Stack::new("any");
    stack.for_each("Things", "Name", ["A"], json!({"Thing${Name}": {"Type": "Test::Core::Bare"}}));
    let line = line!() - 1;
    let help = "declare it: `stack.transform(\"AWS::LanguageExtensions\")`";
    let message = "Fn::ForEach needs the transform `AWS::LanguageExtensions`";
    assert_eq!(problem(stack), (told("any", "Resources.Fn::ForEach::Things", message, Some(help)), line));
}
