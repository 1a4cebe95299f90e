//! Every way to set a property of each kind.

use std::borrow::Cow;

use serde_json::Value as Written;
use synth::aws::ec2;
use synth::aws::ecs::{self, service::LaunchType, task_definition};
use synth::aws::typed::{Handle, Resource};
use synth::aws::{iam, lambda, logs, s3, sqs, ssm, stepfunctions};
use synth::prelude::*;
use synth::template::{Condition, find_in_map_or, get_stack_output, length, map};

/// The property `name` of a resource, as the template has it.
fn property<R: Resource>(mut resource: R, name: &str) -> Written {
    let properties = std::mem::take(resource.fields()).into_map();
    properties.get(name).map_or(Written::Null, |node| serde_json::to_value(node).unwrap())
}

fn is_production() -> Condition {
    Condition::named("IsProduction")
}

fn added<R: Resource>(id: &'static str, resource: R) -> Handle<R> {
    Stack::new("any").add(id, resource)
}

/// The property of each resource and what is to be written.
macro_rules! written {
    ($name:literal: $($resource:expr => $expected:tt,)*) => {$(
        assert_eq!(property($resource, $name), json!($expected), "{}", stringify!($resource));
    )*};
}

#[test]
fn text_takes_every_form_of_text() {
    let vpc = || ec2::Vpc::new();
    let owned = String::from("10.0.0.0/16");
    let mut stack = Stack::new("any");
    let parameter = stack.parameter("Block", Parameter::string());
    let number = stack.parameter("Number", Parameter::integer());
    written! { "CidrBlock":
        vpc().cidr_block("10.0.0.0/16") => "10.0.0.0/16",
        vpc().cidr_block(&owned) => "10.0.0.0/16",
        vpc().cidr_block(owned.clone()) => "10.0.0.0/16",
        vpc().cidr_block(Cow::Borrowed("10.0.0.0/16")) => "10.0.0.0/16",
        vpc().cidr_block(format!("10.{}.0.0/16", 1)) => "10.1.0.0/16",
        vpc().cidr_block(&parameter) => {"Ref": "Block"},
        vpc().cidr_block(parameter.clone()) => {"Ref": "Block"},
        vpc().cidr_block(&number) => {"Ref": "Number"},
        vpc().cidr_block(pseudo::REGION) => {"Ref": "AWS::Region"},
        vpc().cidr_block(sub![&parameter, "/16"]) => {"Fn::Sub": "${Block}/16"},
        vpc().cidr_block(join("/", list!["10.0.0.0", &number])) => {"Fn::Join": ["/", ["10.0.0.0", {"Ref": "Number"}]]},
        vpc().cidr_block(select(0, split(",", &parameter))) => {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Block"}]}]},
        vpc().cidr_block(import_value("Block")) => {"Fn::ImportValue": "Block"},
        vpc().cidr_block(base64("a")) => {"Fn::Base64": "a"},
        vpc().cidr_block(find_in_map("Blocks", pseudo::REGION, "Vpc")) => {"Fn::FindInMap": ["Blocks", {"Ref": "AWS::Region"}, "Vpc"]},
        vpc().cidr_block(find_in_map_or("Blocks", "a", "b", "c")) => {"Fn::FindInMap": ["Blocks", "a", "b", {"DefaultValue": "c"}]},
        vpc().cidr_block(get_stack_output("other", "Block")) => {"Fn::GetStackOutput": {"StackName": "other", "OutputName": "Block"}},
    }
}

#[test]
fn every_kind_takes_a_choice_nothing_and_no_value() {
    let vpc = added("Vpc", ec2::Vpc::new());
    written! { "VpcId":
        ec2::Subnet::new(if_(&is_production(), &vpc, "vpc-1")) => {"Fn::If": ["IsProduction", {"Ref": "Vpc"}, "vpc-1"]},
        ec2::Subnet::new(if_(&is_production(), vpc.clone(), NO_VALUE)) => {"Fn::If": ["IsProduction", {"Ref": "Vpc"}, {"Ref": "AWS::NoValue"}]},
        ec2::Subnet::new(Some(&vpc)) => {"Ref": "Vpc"},
    }
    written! { "RetentionInDays":
        logs::LogGroup::new().retention_in_days(if_(&is_production(), 365, 7)) => {"Fn::If": ["IsProduction", 365, 7]},
        logs::LogGroup::new().retention_in_days(None::<i64>) => null,
        logs::LogGroup::new().retention_in_days(if_(&is_production(), None::<i64>, 7)) => {"Fn::If": ["IsProduction", {"Ref": "AWS::NoValue"}, 7]},
        logs::LogGroup::new().retention_in_days(NO_VALUE) => {"Ref": "AWS::NoValue"},
        logs::LogGroup::new().retention_in_days(find_in_map("Days", "a", "b")) => {"Fn::FindInMap": ["Days", "a", "b"]},
    }
    written! { "LaunchType":
        ecs::Service::new().launch_type(if_(&is_production(), LaunchType::FARGATE, LaunchType::EC2)) => {"Fn::If": ["IsProduction", "FARGATE", "EC2"]},
        ecs::Service::new().launch_type(Some(LaunchType::EC2)) => "EC2",
    }
    written! { "Tags":
        ec2::Vpc::new().tags(if_(&is_production(), [("app", "shop")], NO_VALUE)) => {"Fn::If": ["IsProduction", [{"Key": "app", "Value": "shop"}], {"Ref": "AWS::NoValue"}]},
    }
}

#[test]
fn numbers_and_booleans_take_literals_and_values() {
    let mut stack = Stack::new("any");
    let days = stack.parameter("Days", Parameter::integer());
    let list = stack.parameter("List", Parameter::list());
    written! { "RetentionInDays":
        logs::LogGroup::new().retention_in_days(7) => 7,
        logs::LogGroup::new().retention_in_days(7_i64) => 7,
        logs::LogGroup::new().retention_in_days(7_u8) => 7,
        logs::LogGroup::new().retention_in_days(7_u32) => 7,
        logs::LogGroup::new().retention_in_days(&days) => {"Ref": "Days"},
        logs::LogGroup::new().retention_in_days(length(&list)) => {"Fn::Length": {"Ref": "List"}},
    }
    written! { "EnableDnsSupport":
        ec2::Vpc::new().enable_dns_support(true) => true,
        ec2::Vpc::new().enable_dns_support(if_(&is_production(), true, false)) => {"Fn::If": ["IsProduction", true, false]},
    }
    let range = || ecs::capacity_provider::MemoryGibPerVcpuRequest::new();
    let minimum = |range: ecs::capacity_provider::MemoryGibPerVcpuRequest| {
        serde_json::to_value(Value::<Json>::new(range).node()).unwrap()
    };
    assert_eq!(minimum(range().min(0.5)), json!({"Min": 0.5}));
    assert_eq!(minimum(range().min(2)), json!({"Min": 2}));
    assert_eq!(minimum(range().min(&days)), json!({"Min": {"Ref": "Days"}}));
}

#[test]
fn lists_take_arrays_vectors_slices_and_lists() {
    let mut stack = Stack::new("any");
    let names = stack.parameter("Names", Parameter::list());
    let table = || ssm::Association::new("Document");
    let vector = vec!["a".to_owned(), "b".to_owned()];
    written! { "CalendarNames":
        table().calendar_names(["a", "b"]) => ["a", "b"],
        table().calendar_names(vec!["a", "b"]) => ["a", "b"],
        table().calendar_names(&vector) => ["a", "b"],
        table().calendar_names(&vector[..1]) => ["a"],
        table().calendar_names([Some("a"), None]) => ["a"],
        table().calendar_names(list!["a", pseudo::REGION, vector[1].clone()]) => ["a", {"Ref": "AWS::Region"}, "b"],
        table().calendar_names(&names) => {"Ref": "Names"},
        table().calendar_names(split(",", "a,b")) => {"Fn::Split": [",", "a,b"]},
        table().calendar_names(get_azs()) => {"Fn::GetAZs": ""},
        table().calendar_names(cidr("10.0.0.0/16", 4, 8)) => {"Fn::Cidr": ["10.0.0.0/16", 4, 8]},
        table().calendar_names(pseudo::NOTIFICATION_ARNS) => {"Ref": "AWS::NotificationARNs"},
        table().calendar_names(if_(&is_production(), ["a"], &names)) => {"Fn::If": ["IsProduction", ["a"], {"Ref": "Names"}]},
        table().calendar_names([if_(&is_production(), "a", NO_VALUE)]) => [{"Fn::If": ["IsProduction", "a", {"Ref": "AWS::NoValue"}]}],
    }
}

#[test]
fn references_take_handles_text_and_values() {
    let vpc = added("Vpc", ec2::Vpc::new());
    let role = added("Role", iam::Role::new(json!({})));
    let (one, two) = (added("One", ec2::Subnet::new(&vpc)), added("Two", ec2::Subnet::new(&vpc)));
    let subnets = [one.clone(), two.clone()];
    let existing = Stack::new("any").parameter("Subnets", Parameter::existing_list(Existing::Subnet));
    written! { "VpcId":
        ec2::Subnet::new(&vpc) => {"Ref": "Vpc"},
        ec2::Subnet::new(vpc.clone()) => {"Ref": "Vpc"},
        ec2::Subnet::new("vpc-0123") => "vpc-0123",
        ec2::Subnet::new(vpc.reference()) => {"Ref": "Vpc"},
        ec2::Subnet::new(import_value("VpcId")) => {"Fn::ImportValue": "VpcId"},
    }
    written! { "Role":
        lambda::Function::new(lambda::function::Code::new(), &role) => {"Fn::GetAtt": ["Role", "Arn"]},
        lambda::Function::new(lambda::function::Code::new(), role.arn()) => {"Fn::GetAtt": ["Role", "Arn"]},
    }
    let network = |configuration| {
        ecs::Service::new()
            .network_configuration(ecs::service::NetworkConfiguration::new().awsvpc_configuration(configuration))
    };
    let configuration = ecs::service::AwsVpcConfiguration::new;
    let expected = |subnets: Written| json!({"AwsvpcConfiguration": {"Subnets": subnets}});
    for (resource, subnets) in [
        (network(configuration().subnets(&subnets[..])), json!([{"Ref": "One"}, {"Ref": "Two"}])),
        (network(configuration().subnets([&one, &two])), json!([{"Ref": "One"}, {"Ref": "Two"}])),
        (
            network(configuration().subnets(list![&one, "subnet-2", two.reference()])),
            json!([{"Ref": "One"}, "subnet-2", {"Ref": "Two"}]),
        ),
        (network(configuration().subnets(&existing)), json!({"Ref": "Subnets"})),
        (
            network(configuration().subnets(split(",", import_value("Ids")))),
            json!({"Fn::Split": [",", {"Fn::ImportValue": "Ids"}]}),
        ),
    ] {
        assert_eq!(property(resource, "NetworkConfiguration"), expected(subnets));
    }
}

#[test]
fn enumerations_take_constants_and_any_other_value_by_name() {
    let mut stack = Stack::new("any");
    let parameter = stack.parameter("Launch", Parameter::string());
    written! { "LaunchType":
        ecs::Service::new().launch_type(LaunchType::FARGATE) => "FARGATE",
        ecs::Service::new().launch_type(LaunchType::from("NEWER")) => "NEWER",
        ecs::Service::new().launch_type(&parameter) => {"Ref": "Launch"},
        ecs::Service::new().launch_type(find_in_map("Types", "a", "b")) => {"Fn::FindInMap": ["Types", "a", "b"]},
    }
    written! { "Architectures":
        lambda::Function::new(lambda::function::Code::new(), "role").architectures([lambda::function::Architecture::ARM64]) => ["arm64"],
        lambda::Function::new(lambda::function::Code::new(), "role").architectures(split(",", &parameter)) => {"Fn::Split": [",", {"Ref": "Launch"}]},
    }
}

#[test]
fn tags_take_pairs_and_maps_and_have_the_form_of_their_type() {
    let name = sub![pseudo::STACK_NAME, "-vpc"];
    written! { "Tags":
        ec2::Vpc::new().tags([("app", "shop")]) => [{"Key": "app", "Value": "shop"}],
        ec2::Vpc::new().tags(vec![("app".to_owned(), name.clone())]) => [{"Key": "app", "Value": {"Fn::Sub": "${AWS::StackName}-vpc"}}],
        ec2::Vpc::new().tags(map! { "app" => "shop", "Name" => &name }) => [{"Key": "app", "Value": "shop"}, {"Key": "Name", "Value": {"Fn::Sub": "${AWS::StackName}-vpc"}}],
        ssm::Parameter::new(ssm::parameter::Type::STRING, "a").tags([("app", "shop")]) => {"app": "shop"},
        ssm::Parameter::new(ssm::parameter::Type::STRING, "a").tags(map! { "app" => &name }) => {"app": {"Fn::Sub": "${AWS::StackName}-vpc"}},
    }
}

#[test]
fn maps_take_pairs_and_maps_of_their_values_kind() {
    written! { "Parameters":
        ssm::Association::new("Document").parameters([("commands", ["ls", "pwd"])]) => {"commands": ["ls", "pwd"]},
        ssm::Association::new("Document").parameters(map! { "commands" => ["ls"], "zones" => get_azs() }) => {"commands": ["ls"], "zones": {"Fn::GetAZs": ""}},
    }
}

#[test]
fn documents_take_json_typed_documents_and_text() {
    let bucket = added("Bucket", s3::Bucket::new());
    let document = iam::PolicyDocument::new([iam::Statement::allow(["s3:GetObject"]).on([sub![bucket.arn(), "/*"]])]);
    let written = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}}]});
    assert_eq!(property(iam::Role::new(document), "AssumeRolePolicyDocument"), written);
    written! { "AssumeRolePolicyDocument":
        iam::Role::new(json!({"Statement": [{"Resource": bucket.arn()}]})) => {"Statement": [{"Resource": {"Fn::GetAtt": ["Bucket", "Arn"]}}]},
        iam::Role::new(json!({"Version": 1})) => {"Version": 1},
        iam::Role::new("{}") => "{}",
        iam::Role::new(find_in_map("Documents", "a", "b")) => {"Fn::FindInMap": ["Documents", "a", "b"]},
    }
}

#[test]
fn what_takes_several_kinds_takes_each() {
    let machine = || stepfunctions::StateMachine::new("role");
    written! { "DefinitionSubstitutions":
        machine().definition_substitutions(map! { "text" => "a", "number" => 1, "truth" => true, "value" => pseudo::REGION }) => {"text": "a", "number": 1, "truth": true, "value": {"Ref": "AWS::Region"}},
    }
    written! { "RedrivePolicy":
        sqs::Queue::new().redrive_policy(sqs::queue::RedrivePolicy::new().max_receive_count(3)) => {"maxReceiveCount": 3},
        sqs::Queue::new().redrive_policy("{}") => "{}",
        sqs::Queue::new().redrive_policy(to_text()) => {"Fn::ImportValue": "Policy"},
    }
}

fn to_text() -> Value<String> {
    import_value("Policy")
}

#[test]
fn any_property_is_set_by_name_and_overwrites() {
    written! { "NewerProperty":
        ec2::Vpc::new().property("NewerProperty", json!({"On": true})) => {"On": true},
        ec2::Vpc::new().property("NewerProperty", "text") => "text",
        ec2::Vpc::new().property("NewerProperty", pseudo_region()) => {"Ref": "AWS::Region"},
        ec2::Vpc::new().property("NewerProperty", task_definition::PortMapping::new().container_port(80)) => {"ContainerPort": 80},
    }
    written! { "CidrBlock":
        ec2::Vpc::new().cidr_block("10.0.0.0/16").property("CidrBlock", "10.1.0.0/16") => "10.1.0.0/16",
        ec2::Vpc::new().property("CidrBlock", "10.1.0.0/16").cidr_block("10.2.0.0/16") => "10.2.0.0/16",
    }
    let nested = task_definition::PortMapping::new().container_port(80).property("Newer", json!([1]));
    assert_eq!(
        serde_json::to_value(Value::<Json>::new(nested).node()).unwrap(),
        json!({"ContainerPort": 80, "Newer": [1]})
    );
}

fn pseudo_region() -> Value<String> {
    pseudo::REGION.into()
}

#[test]
fn attributes_have_their_own_kind() {
    let vpc = added("Vpc", ec2::Vpc::new());
    let block: Value<String> = vpc.default_security_group();
    let blocks: Value<List<String>> = vpc.cidr_block_associations();
    let template = added("Template", ec2::LaunchTemplate::new(ec2::launch_template::LaunchTemplateData::new()));
    let dotted: Value<String> = added("Layer", s3::Bucket::new()).arn();
    for (node, expected) in [
        (block.node(), json!({"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]})),
        (blocks.node(), json!({"Fn::GetAtt": ["Vpc", "CidrBlockAssociations"]})),
        (template.latest_version_number().node(), json!({"Fn::GetAtt": ["Template", "LatestVersionNumber"]})),
        (dotted.node(), json!({"Fn::GetAtt": ["Layer", "Arn"]})),
        (vpc.reference().node(), json!({"Ref": "Vpc"})),
    ] {
        assert_eq!(serde_json::to_value(node).unwrap(), expected);
    }
    assert_eq!(vpc.logical_id(), "Vpc");
    assert_eq!(format!("{vpc:?}"), "AWS::EC2::VPC Vpc");
}

#[test]
fn properties_are_written_in_the_order_of_the_author_with_what_is_required_first() {
    let mut subnet = ec2::Subnet::new("vpc-0123")
        .map_public_ip_on_launch(true)
        .cidr_block("10.0.0.0/24")
        .map_public_ip_on_launch(false);
    let names: Vec<String> =
        std::mem::take(subnet.fields()).into_map().iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["VpcId", "MapPublicIpOnLaunch", "CidrBlock"]);
}
