//! Between stacks.

use synth::error::Error;
use synth::prelude::*;
use synth::template::{Intrinsic, Text};

use super::super::resource::{Bare, Thing};
use super::{Told, function, line, problem, problems, told};

#[test]
fn a_handle_of_another_stack_is_told_with_its_stack() {
    let (mut network, mut service) = (Stack::new("network"), Stack::new("service"));
    let vpc = network.add("Vpc", Thing::new());
    service.add("Vpc", Thing::new());
    service.add("User", Thing::new().property("Vpc", vpc.reference()));
    let first = line!() - 1;
    service.output("Arn", sub!["x", vpc.arn()]);
    let second = line!() - 1;
    let help = Some("export the value there, and use the result of `export` here");
    let problems = problems([network, service]);
    assert_eq!(
        Told::from(&problems[0]),
        told("service", "Resources.User.Properties.Vpc", "Ref \"Vpc\" belongs to stack `network`", help)
    );
    assert_eq!(
        Told::from(&problems[1]),
        told("service", "Outputs.Arn.Value", "Fn::Sub \"x${Vpc.Arn}\" belongs to stack `network`", help)
    );
    assert_eq!((problems.len(), line(&problems[0]), line(&problems[1])), (2, first, second));
}

#[test]
fn parameters_and_conditions_of_another_stack_are_told_too() {
    let (mut other, mut stack) = (Stack::new("other"), Stack::new("any"));
    let parameter = other.parameter("A", Parameter::string());
    let is = other.condition("Is", equals(&parameter, "a"));
    stack.parameter("A", Parameter::string());
    stack.condition("Is", equals("a", "b"));
    stack.add("Thing", Bare::new().property("P", sub![&parameter, "x"]).property("Q", if_(&is, "a", "b")));
    let messages: Vec<_> = problems([stack, other]).into_iter().map(|problem| problem.message).collect();
    assert_eq!(
        messages,
        ["Fn::Sub \"${A}x\" belongs to stack `other`", "Fn::If [\"Is\",\"a\",\"b\"] belongs to stack `other`"]
    );
}

#[test]
fn a_handle_of_a_stack_that_is_not_in_the_app_is_told() {
    let (mut lost, mut stack) = (Stack::new("lost"), Stack::new("any"));
    stack.add("Thing", Bare::new());
    let handle = lost.add("Thing", Bare::new());
    stack.output("Out", handle.reference());
    assert_eq!(problem(stack).0.message, "Ref \"Thing\" belongs to a stack that is not in the app");
}

#[test]
fn what_is_said_of_a_resource_of_another_stack_is_told() {
    let (mut other, mut stack) = (Stack::new("other"), Stack::new("any"));
    stack.add("Thing", Bare::new());
    let handle = other.add("Thing", Bare::new());
    stack.resource(&handle).deletion_policy(DeletionPolicy::Retain);
    let declared = line!() - 1;
    let message = "`Thing` is not a resource of this stack; its handle is of another one";
    let problems = problems([stack, other]);
    assert_eq!(
        problems.iter().map(Told::from).collect::<Vec<_>>(),
        [told("any", "", message, Some("this stack is stack `any`"))]
    );
    assert_eq!(line(&problems[0]), declared);
}

#[test]
fn two_stacks_of_one_name_are_told_with_both_lines() {
    let first = Stack::new("network");
    let first_line = line!() - 1;
    let second = Stack::new("network");
    let second_line = line!() - 1;
    let problems = problems([first, second]);
    let help = format!("the first is at {}:{first_line}:17", file!());
    assert_eq!(
        problems.iter().map(Told::from).collect::<Vec<_>>(),
        [told("network", "", "two stacks are named `network`", Some(&help))]
    );
    assert_eq!(line(&problems[0]), second_line);
}

#[test]
fn stacks_that_wait_for_each_other_are_named_in_order() {
    let stacks = [Stack::new("a").after("b"), Stack::new("b").after("c"), Stack::new("c").after("a")];
    let message = "stacks wait for each other: a -> b -> c -> a";
    let help = "one of them must not import from the next: pass the value as a parameter, or move the resource";
    assert_eq!(problems(stacks).iter().map(Told::from).collect::<Vec<_>>(), [told("a", "", message, Some(help))]);
}

#[test]
fn a_stack_comes_after_one_that_is_there() {
    let problems = problems([Stack::new("network"), Stack::new("service").after("netwrok")]);
    let message = "stack `service` comes after `netwrok`, and the app has no such stack";
    assert_eq!(
        problems.iter().map(Told::from).collect::<Vec<_>>(),
        [told("service", "", message, Some("did you mean `network`?"))]
    );
}

fn exporter(name: &str, prefix: &'static str) -> (Stack, Value<String>) {
    let mut stack = Stack::new(name);
    stack.export_prefix(prefix);
    let thing = stack.add("Thing", Thing::new());
    let import = stack.export("Arn", thing.arn());
    (stack, import)
}

#[test]
fn two_stacks_do_not_export_one_name() {
    let problems = problems([exporter("one", "app:").0, exporter("two", "app:").0]);
    let expected = told(
        "two",
        "Outputs.Arn.Export.Name",
        "`app:Arn` is exported by stack `one` already",
        Some("give one of them another name"),
    );
    assert_eq!(problems.iter().map(Told::from).collect::<Vec<_>>(), [expected]);
}

/// An export is known in its own region only: there it may have a name that it has elsewhere too.
#[test]
fn an_export_is_not_imported_in_another_region() {
    let far = exporter("far", "app:").0.region("us-east-1");
    let (near, import) = exporter("near", "app:");
    let mut user = Stack::new("user").region("eu-west-1");
    user.add("User", Bare::new().property("Arn", import.clone()));
    let mut app = App::new("app");
    for stack in [far, near.region("eu-west-1"), user] {
        app.add(stack);
    }
    let stacks = app.synthesize().unwrap();
    assert_eq!(stacks.iter().find(|stack| stack.name == "user").unwrap().dependencies, ["near"]);

    let mut user = Stack::new("user").region("eu-west-1");
    user.add("User", Bare::new().property("Arn", import));
    let problems = problems([exporter("far", "app:").0.region("us-east-1"), user]);
    let expected = told(
        "user",
        "Resources.User.Properties.Arn",
        "`app:Arn` is exported by stack `far` in us-east-1, and imported in eu-west-1",
        Some("an export is known in its own region only: pass the value as a parameter"),
    );
    assert_eq!(problems.iter().map(Told::from).collect::<Vec<_>>(), [expected]);
}

#[test]
fn exports_with_the_names_of_their_stacks_do_not_collide() {
    let mut app = App::new("app");
    for name in ["one", "two"] {
        let mut stack = Stack::new(name);
        let thing = stack.add("Thing", Thing::new());
        stack.export("Arn", thing.arn());
        app.add(stack);
    }
    assert_eq!(app.synthesize().unwrap().len(), 2);
}

#[test]
fn a_stack_does_not_import_what_it_exports() {
    let (mut stack, import) = exporter("one", "app:");
    stack.add("User", Bare::new().property("Arn", import));
    let line = line!() - 1;
    let help = "use the value itself; the result of `export` is for other stacks";
    let message = "`app:Arn` is imported by the stack that exports it";
    assert_eq!(problem(stack), (told("one", "Resources.User.Properties.Arn", message, Some(help)), line));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut stack = Stack::new("any");
    for id in ["a-b", "c-d"] {
        stack.add(Text::Borrowed(id), Bare::new().property("Next", function(Intrinsic::Ref, "Nobody")));
    }
    assert_eq!(problems([stack, Stack::new("any").after("nobody")]).len(), 6);
}

#[test]
fn a_problem_is_printed_with_its_line_its_path_and_the_help() {
    let mut stack = Stack::new("any");
    stack.add("Storage", Bare::new());
    stack.output("Out", function(Intrinsic::Ref, "Storag"));
    let line = line!() - 1;
    let mut app = App::new("app");
    app.add(stack);
    let error: Error = app.synthesize().unwrap_err();
    let expected = format!(
        "`Storag` is referred to, and no parameter or resource has this name\n  \
         at {}:{line}:11, stack `any`, Outputs.Out.Value\n  \
         help: did you mean `Storage`?",
        file!()
    );
    assert_eq!(error.to_string(), expected);
    assert!(!error.is_usage());
}

#[test]
fn a_stack_is_named_as_aws_allows_and_never_as_a_path() {
    for name in ["", "../up", "a_b", "1st", "zoë", &"a".repeat(129)] {
        let problem = problem(Stack::new(name));
        assert_eq!(problem.0.message, format!("`{name}` is no name for a stack"));
        let problem = self::problem(Stack::new("fine").stack_name(name));
        assert_eq!(problem.0.message, format!("`{name}` is no name for a stack"));
    }
}

#[test]
fn waiting_for_a_resource_of_another_stack_is_told_though_this_one_has_the_name_too() {
    let (mut other, mut stack) = (Stack::new("other"), Stack::new("any"));
    let foreign = other.add("Thing", Bare::new());
    let is = other.condition("Is", equals("a", "a"));
    stack.add("Thing", Bare::new());
    stack.condition("Is", equals("a", "b"));
    let waiting = stack.add("Waiting", Bare::new());
    stack.resource(&waiting).depends_on(&foreign);
    let first = line!() - 1;
    stack.output("Out", "a").condition(&is);
    let problems = problems([other, stack]);
    let messages: Vec<_> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(messages, ["`Thing` belongs to stack `other`", "`Is` belongs to stack `other`"]);
    assert_eq!(line(&problems[0]), first);
}

#[test]
fn two_stacks_of_one_name_in_aws_are_told_unless_they_are_in_two_regions() {
    let stack = |name: &'static str, region: &'static str| Stack::new(name).stack_name("tracker").region(region);
    let problems = problems([stack("one", "eu-west-1"), stack("two", "eu-west-1"), stack("three", "us-east-1")]);
    let messages: Vec<_> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(messages, ["the stack is named `tracker` in AWS, as stack `one` is"]);
}
