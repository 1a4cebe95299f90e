//! What a stack declares, and how it stands in the template.

use serde_json::Value as Written;
use synth::aws::Untyped;
use synth::construct::{Asset, AssetSource, Binding, StoredAsset, Synthesized};
use synth::prelude::*;

use super::resource::{Bare, Shelf, Thing};

fn synthesized(stack: Stack) -> Synthesized {
    let mut app = App::new("app");
    app.add(stack);
    app.synthesize().unwrap().remove(0)
}

fn template(stack: Stack) -> Written {
    serde_json::to_value(synthesized(stack).template.into_node()).unwrap()
}

/// The keys of a mapping in the order of the template, which JSON values do not keep.
fn keys(stack: &Synthesized, path: &[&str]) -> Vec<String> {
    let mut map = stack.template.root();
    for step in path {
        map = map.get(step).unwrap().as_map().unwrap();
    }
    map.iter().map(|(key, _)| key.to_owned()).collect()
}

#[test]
fn parameters_of_every_kind_have_their_type() {
    let mut stack = Stack::new("any");
    stack.parameter("A", Parameter::string());
    stack.parameter("B", Parameter::integer());
    stack.parameter("C", Parameter::number());
    stack.parameter("D", Parameter::list());
    stack.parameter("E", Parameter::numbers());
    stack.parameter("F", Parameter::existing(Existing::Vpc));
    stack.parameter("G", Parameter::existing_list(Existing::Subnet));
    stack.parameter("H", Parameter::ssm_name());
    stack.parameter("I", Parameter::ssm_string());
    stack.parameter("J", Parameter::ssm_list());
    stack.parameter("K", Parameter::ssm_existing(Existing::Image));
    stack.parameter("L", Parameter::ssm_existing_list(Existing::SecurityGroup));
    let types: Vec<_> = synthesized(stack).parameters.into_iter().map(|parameter| parameter.kind).collect();
    assert_eq!(
        types,
        [
            "String",
            "Number",
            "Number",
            "CommaDelimitedList",
            "List<Number>",
            "AWS::EC2::VPC::Id",
            "List<AWS::EC2::Subnet::Id>",
            "AWS::SSM::Parameter::Name",
            "AWS::SSM::Parameter::Value<String>",
            "AWS::SSM::Parameter::Value<List<String>>",
            "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            "AWS::SSM::Parameter::Value<List<AWS::EC2::SecurityGroup::Id>>",
        ]
    );
}

#[test]
fn what_is_there_already_is_named_by_its_type() {
    for (existing, kind) in [
        (Existing::AvailabilityZone, "AWS::EC2::AvailabilityZone::Name"),
        (Existing::Image, "AWS::EC2::Image::Id"),
        (Existing::Instance, "AWS::EC2::Instance::Id"),
        (Existing::KeyPair, "AWS::EC2::KeyPair::KeyName"),
        (Existing::SecurityGroup, "AWS::EC2::SecurityGroup::Id"),
        (Existing::SecurityGroupName, "AWS::EC2::SecurityGroup::GroupName"),
        (Existing::Subnet, "AWS::EC2::Subnet::Id"),
        (Existing::Volume, "AWS::EC2::Volume::Id"),
        (Existing::Vpc, "AWS::EC2::VPC::Id"),
        (Existing::HostedZone, "AWS::Route53::HostedZone::Id"),
    ] {
        let mut stack = Stack::new("any");
        stack.parameter("A", Parameter::existing(existing));
        assert_eq!(template(stack)["Parameters"]["A"], json!({"Type": kind}));
    }
}

#[test]
fn a_parameter_says_everything_about_itself() {
    let mut stack = Stack::new("any");
    let text = Parameter::string().default("dev").description("What").allowed_values(["dev", "prod"]);
    stack.parameter("Text", text.pattern("^[a-z]+$").constraint("lower case").length(1, 8).no_echo());
    stack.parameter("Number", Parameter::integer().default(3).range(1, 9));
    assert_eq!(
        template(stack)["Parameters"],
        json!({
            "Text": {
                "Type": "String", "Default": "dev", "Description": "What", "AllowedValues": ["dev", "prod"],
                "AllowedPattern": "^[a-z]+$", "ConstraintDescription": "lower case",
                "MinLength": 1, "MaxLength": 8, "NoEcho": true,
            },
            "Number": {"Type": "Number", "Default": 3, "MinValue": 1, "MaxValue": 9},
        })
    );
}

#[test]
fn a_parameter_has_the_value_given_else_the_default_else_none() {
    let mut stack = Stack::new("any");
    stack.parameter("Given", Parameter::string().default("a").value("b"));
    stack.parameter("Default", Parameter::integer().default(3));
    stack.parameter("Nothing", Parameter::string());
    let values: Vec<_> = synthesized(stack).parameters.into_iter().map(|parameter| parameter.value).collect();
    assert_eq!(values, [Some("b".to_owned()), Some("3".to_owned()), None]);
}

#[test]
fn a_given_value_is_not_in_the_template() {
    let mut stack = Stack::new("any");
    stack.parameter("Given", Parameter::string().value("b"));
    assert_eq!(template(stack)["Parameters"]["Given"], json!({"Type": "String"}));
}

#[test]
fn sections_stand_in_one_order_whatever_came_first() {
    let mut stack = Stack::new("any").description("All of it");
    stack.output("Out", "a");
    stack.add("Thing", Thing::new());
    let condition = stack.condition("Yes", equals("a", "a"));
    stack.mapping("Map", json!({"a": {"b": "c"}}));
    stack.rule("Rule", json!({"Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}));
    stack.parameter("Parameter", Parameter::string());
    stack.metadata("Key", json!({"a": 1}));
    stack.transform("AWS::LanguageExtensions");
    stack.output("Conditional", "b").condition(&condition).description("Sometimes");
    let stack = synthesized(stack);
    assert_eq!(
        keys(&stack, &[]),
        [
            "AWSTemplateFormatVersion",
            "Description",
            "Transform",
            "Metadata",
            "Parameters",
            "Rules",
            "Mappings",
            "Conditions",
            "Resources",
            "Outputs",
        ]
    );
    let template = serde_json::to_value(stack.template.into_node()).unwrap();
    assert_eq!(template["AWSTemplateFormatVersion"], "2010-09-09");
    assert_eq!(template["Description"], "All of it");
    assert_eq!(template["Transform"], json!(["AWS::LanguageExtensions"]));
    assert_eq!(template["Metadata"], json!({"Key": {"a": 1}}));
    assert_eq!(template["Rules"], json!({"Rule": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}}));
    assert_eq!(template["Mappings"], json!({"Map": {"a": {"b": "c"}}}));
    assert_eq!(template["Conditions"], json!({"Yes": {"Fn::Equals": ["a", "a"]}}));
    assert_eq!(
        template["Outputs"]["Conditional"],
        json!({"Value": "b", "Condition": "Yes", "Description": "Sometimes"})
    );
}

#[test]
fn sections_that_are_empty_are_not_written() {
    let mut stack = Stack::new("any");
    stack.add("Thing", Thing::new());
    assert_eq!(keys(&synthesized(stack), &[]), ["AWSTemplateFormatVersion", "Resources"]);
}

#[test]
fn resources_keep_the_order_of_their_declaration() {
    let mut stack = Stack::new("any");
    for id in ["Zebra", "Ant", "Mole"] {
        stack.add(id, Thing::new());
    }
    assert_eq!(keys(&synthesized(stack), &["Resources"]), ["Zebra", "Ant", "Mole"]);
}

#[test]
fn resource_attributes_stand_before_the_properties_in_one_order() {
    let mut stack = Stack::new("any");
    let condition = stack.condition("Yes", equals("a", "a"));
    let first = stack.add("First", Bare::new());
    let second = stack.add("Second", Bare::new().property("Size", json!(1)));
    stack
        .resource(&second)
        .metadata("Why", "because")
        .metadata("How", json!({"a": 1}))
        .update_replace_policy(DeletionPolicy::Snapshot)
        .deletion_policy(DeletionPolicy::RetainExceptOnCreate)
        .update_policy(json!({"A": {"B": 1}}))
        .creation_policy(json!({"ResourceSignal": {"Count": 1}}))
        .depends_on(&first)
        .condition(&condition);
    let stack = synthesized(stack);
    assert_eq!(
        keys(&stack, &["Resources", "Second"]),
        [
            "Type",
            "Condition",
            "DependsOn",
            "CreationPolicy",
            "UpdatePolicy",
            "DeletionPolicy",
            "UpdateReplacePolicy",
            "Metadata",
            "Properties",
        ]
    );
    assert_eq!(
        serde_json::to_value(stack.template.into_node()).unwrap()["Resources"]["Second"],
        json!({
            "Type": "Test::Core::Bare", "Condition": "Yes", "DependsOn": "First",
            "CreationPolicy": {"ResourceSignal": {"Count": 1}}, "UpdatePolicy": {"A": {"B": 1}},
            "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Snapshot",
            "Metadata": {"Why": "because", "How": {"a": 1}}, "Properties": {"Size": 1},
        })
    );
}

#[test]
fn several_dependencies_are_a_list() {
    let mut stack = Stack::new("any");
    let [one, two, three] = ["One", "Two", "Three"].map(|id| stack.add(id, Bare::new()));
    stack.resource(&three).depends_on(&one).depends_on(&two).depends_on_id("One");
    assert_eq!(template(stack)["Resources"]["Three"]["DependsOn"], json!(["One", "Two", "One"]));
}

#[test]
fn deletion_policies_have_cloudformations_names() {
    for (policy, name) in [
        (DeletionPolicy::Delete, "Delete"),
        (DeletionPolicy::Retain, "Retain"),
        (DeletionPolicy::RetainExceptOnCreate, "RetainExceptOnCreate"),
        (DeletionPolicy::Snapshot, "Snapshot"),
    ] {
        let mut stack = Stack::new("any");
        let thing = stack.add("Thing", Bare::new());
        stack.resource(&thing).deletion_policy(policy);
        assert_eq!(template(stack)["Resources"]["Thing"]["DeletionPolicy"], name);
    }
}

#[test]
fn tags_of_the_stack_are_on_every_resource_in_the_form_of_its_type() {
    let mut stack = Stack::new("any");
    let app = stack.parameter("App", Parameter::string().value("tracker"));
    stack.tag("app", &app);
    stack.tag("team", "core");
    stack.add("Thing", Thing::new());
    stack.add("Shelf", Shelf::new());
    stack.add("Bare", Bare::new());
    let stack = synthesized(stack);
    let tags = [("app".to_owned(), "tracker".to_owned()), ("team".to_owned(), "core".to_owned())];
    assert_eq!(stack.tags, tags);
    let resources = serde_json::to_value(stack.template.into_node()).unwrap()["Resources"].clone();
    assert_eq!(
        resources["Thing"]["Properties"],
        json!({"Tags": [{"Key": "app", "Value": {"Ref": "App"}}, {"Key": "team", "Value": "core"}]})
    );
    assert_eq!(resources["Shelf"]["Properties"], json!({"ShelfTags": {"app": {"Ref": "App"}, "team": "core"}}));
    assert_eq!(resources["Bare"], json!({"Type": "Test::Core::Bare"}));
}

#[test]
fn a_tag_of_the_resource_itself_stays() {
    let mut stack = Stack::new("any");
    stack.tag("app", "tracker");
    stack.tag("team", "core");
    stack.add("Thing", Thing::new().property("Tags", json!([{"Key": "app", "Value": "own"}])));
    stack.add("Shelf", Shelf::new().property("ShelfTags", json!({"app": "own"})));
    stack.add("Looked", Thing::new().property("Tags", find_in_map("Tags", "a", "b")));
    stack.mapping("Tags", json!({"a": {"b": "c"}}));
    let resources = &template(stack)["Resources"];
    assert_eq!(
        resources["Thing"]["Properties"]["Tags"],
        json!([{"Key": "app", "Value": "own"}, {"Key": "team", "Value": "core"}])
    );
    assert_eq!(resources["Shelf"]["Properties"]["ShelfTags"], json!({"app": "own", "team": "core"}));
    assert_eq!(resources["Looked"]["Properties"]["Tags"], json!({"Fn::FindInMap": ["Tags", "a", "b"]}));
}

#[test]
fn a_stack_without_tags_adds_none() {
    let mut stack = Stack::new("any");
    stack.add("Thing", Thing::new());
    stack.add("Shelf", Shelf::new());
    let resources = &template(stack)["Resources"];
    assert_eq!(resources["Thing"], json!({"Type": "Test::Core::Thing"}));
    assert_eq!(resources["Shelf"], json!({"Type": "Test::Core::Shelf"}));
}

#[test]
fn a_loop_is_written_under_its_name() {
    let mut stack = Stack::new("any");
    stack.transform("AWS::LanguageExtensions");
    stack.add("Before", Bare::new());
    stack.for_each("Buckets", "Name", ["A", "B"], json!({"Bucket${Name}": {"Type": "AWS::S3::Bucket"}}));
    stack.output("Arn", Value::<String>::new(json_attribute()));
    assert_eq!(
        template(stack)["Resources"]["Fn::ForEach::Buckets"],
        json!(["Name", ["A", "B"], {"Bucket${Name}": {"Type": "AWS::S3::Bucket"}}])
    );
}

/// An attribute of what only the loop makes.
fn json_attribute() -> Value<String> {
    Value::from_node(synth::template::Function::new(synth::template::Intrinsic::GetAtt, "BucketA.Arn".into()).into())
}

#[test]
fn an_export_is_named_after_the_stack_and_imported_by_that_name() {
    let mut network = Stack::new("network").stack_name("app-dev-network");
    let thing = network.add("Thing", Thing::new());
    let arn = network.export("ThingArn", thing.arn());
    assert_eq!(serde_json::to_value(&arn).unwrap(), json!({"Fn::ImportValue": "app-dev-network:ThingArn"}));
    assert_eq!(
        template(network)["Outputs"]["ThingArn"],
        json!({"Value": {"Fn::GetAtt": ["Thing", "Arn"]}, "Export": {"Name": "app-dev-network:ThingArn"}})
    );
}

#[test]
fn an_export_prefix_of_parameters_is_known_to_both_stacks() {
    let stack = |name: &str| {
        let mut stack = Stack::new(name);
        let app = stack.parameter("App", Parameter::string().value("tracker"));
        stack.export_prefix(sub![&app, ":"]);
        stack
    };
    let (mut network, mut service) = (stack("network"), stack("service"));
    let thing = network.add("Thing", Thing::new());
    let parts = network.export("Parts", join(",", thing.parts()));
    service.add("User", Thing::new().property("Parts", parts));
    let mut app = App::new("app").environment("dev");
    assert_eq!((app.name(), app.environment_name()), ("app", Some("dev")));
    app.add(service);
    app.add(network);
    let stacks = app.synthesize().unwrap();
    assert_eq!([&*stacks[0].name, &*stacks[1].name], ["network", "service"]);
    assert_eq!((&*stacks[0].exports, &*stacks[0].imports), (&["tracker:Parts".to_owned()][..], &[][..]));
    assert_eq!(
        (&*stacks[1].imports, &*stacks[1].dependencies),
        (&["tracker:Parts".to_owned()][..], &["network".to_owned()][..])
    );
}

#[test]
fn stacks_come_after_what_they_wait_for_and_otherwise_as_added() {
    let order = |stacks: Vec<Stack>| {
        let mut app = App::new("app");
        for stack in stacks {
            app.add(stack);
        }
        app.synthesize().unwrap().into_iter().map(|stack| stack.name).collect::<Vec<_>>()
    };
    assert_eq!(order(["c", "a", "b"].map(Stack::new).into()), ["c", "a", "b"]);
    assert_eq!(order(vec![Stack::new("c").after("b"), Stack::new("a"), Stack::new("b")]), ["b", "c", "a"]);
    assert_eq!(
        order(vec![Stack::new("c").after("a").after("b"), Stack::new("b").after("a"), Stack::new("a")]),
        ["a", "b", "c"]
    );
}

#[test]
fn a_stack_keeps_what_is_said_of_it_and_the_lines_that_declared_its_resources() {
    let mut stack = Stack::new("any")
        .stack_name("app-dev-any")
        .region("eu-west-1")
        .account("123456789012")
        .termination_protection();
    stack.parameter("Image", Parameter::string());
    let asset = Asset::new("service", "Image", AssetSource::Folder("service".into()));
    stack.asset(asset.clone(), "bucket");
    stack.add("Thing", Thing::new());
    let line = line!() - 1;
    let stack = synthesized(stack);
    assert_eq!((&*stack.name, &*stack.stack_name), ("any", "app-dev-any"));
    assert_eq!((stack.region.as_deref(), stack.account.as_deref()), (Some("eu-west-1"), Some("123456789012")));
    assert!(stack.termination_protection);
    assert_eq!(stack.assets, [StoredAsset { asset, store: Binding::Literal("bucket".to_owned()) }]);
    assert_eq!(stack.sources().collect::<Vec<_>>(), [("Thing", format!("synth/tests/it/declarations.rs:{line}"))]);
}

#[test]
fn a_resource_of_any_type_is_named_and_read_by_text() {
    let mut stack = Stack::new("mail");
    let domain = stack.add("Domain", Untyped::new("Custom::MailDomain").property("Name", "example.com"));
    stack.output("Token", domain.attribute("Token"));
    let template = template(stack);
    assert_eq!(
        template["Resources"],
        json!({"Domain": {"Type": "Custom::MailDomain", "Properties": {"Name": "example.com"}}})
    );
    assert_eq!(template["Outputs"]["Token"]["Value"], json!({"Fn::GetAtt": ["Domain", "Token"]}));
}
