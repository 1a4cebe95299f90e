//! Each program in `ui` is refused, with the message beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The programs whose message's first line is this library's: what it says of the property, and of what it takes.
const SHAPED: [(&str, &str, &str); 26] = [
    ("array_element_of_wrong_type", "`ecs::property::subnets`", "`To<Ec2Subnet>`"),
    ("attribute_of_wrong_type", "`ec2::property::cidr_block`", "`std::string::String`"),
    ("function_argument_of_wrong_type", "`argument`", "`std::string::String`"),
    ("function_result_of_wrong_type", "`ec2::property::availability_zone_id`", "`std::string::String`"),
    ("handle_for_text", "`s3::property::bucket_name`", "`std::string::String`"),
    ("handle_in_sub", "`argument`", "`std::string::String`"),
    ("handle_of_wrong_type", "`ec2::property::vpc_id`", "`Ec2Vpc`"),
    ("handle_of_wrong_type_in_a_list", "`ecs::property::subnets`", "`Ec2Subnet`"),
    ("handle_of_wrong_type_in_if", "`ec2::property::vpc_id`", "`Ec2Vpc`"),
    ("handle_of_wrong_type_in_list_macro", "`ecs::property::security_groups`", "`Ec2SecurityGroup`"),
    ("if_arm_of_wrong_type", "`logs::property::log_group_name`", "`std::string::String`"),
    ("list_element_of_wrong_type", "`ecs::property::subnets`", "`To<Ec2Subnet>`"),
    ("list_function_for_text", "`ec2::property::availability_zone`", "`std::string::String`"),
    ("map_macro_value_of_wrong_type", "`ec2::property::tags`", "`std::string::String`"),
    ("map_value_of_wrong_type", "`ec2::property::tags`", "`std::string::String`"),
    ("number_for_text", "`ecs::property::cpu`", "`std::string::String`"),
    ("object_added_as_resource", "`PortMapping`", "resource"),
    ("object_for_text", "`ecs::property::environment`", "`synth::aws::ecs::task_definition::KeyValuePair`"),
    ("object_property_of_wrong_type", "`ecs::property::container_port`", "`i64`"),
    ("parameter_of_wrong_type", "`ec2::property::enable_dns_support`", "`bool`"),
    ("required_field_of_wrong_type", "`ec2::property::rule_number`", "`i64`"),
    ("scalar_for_document", "iam::property::assume_role_policy_document`", "`synth::prelude::Json`"),
    ("scalar_of_wrong_type", "`ec2::property::cidr_block`", "`std::string::String`"),
    ("text_for_enumeration", "`ecs::property::launch_type`", "`synth::aws::ecs::service::LaunchType`"),
    ("text_function_for_number", "`ecs::property::container_port`", "`i64`"),
    ("wrong_item_of_rust_list", "`ecs::property::subnets`", "`To<Ec2Subnet>`"),
];

/// The programs whose message is the compiler's own: what it says, somewhere, of what is missing or misspelt.
const FIXED: [(&str, &str, &str); 7] = [
    ("misspelt_attribute", "`default_securitygroup`", "there is a method `default_security_group` with a similar name"),
    ("misspelt_setter", "`cidr_blok`", "there is a method `cidr_block` with a similar name"),
    ("required_argument_missing", "argument #1 is missing", "ec2::Subnet::new(/* vpc_id */)"),
    ("required_arguments_missing", "argument #2 is missing", ", /* role */)"),
    ("required_field_missing", "missing field `rule_number`", "`NetworkAclEntryRequired"),
    ("unknown_attribute", "no method named `arn`", "`Handle<synth::aws::ec2::Vpc>`"),
    ("unknown_constant", "`FARGAT`", "LaunchType::FARGATE"),
];

#[test]
fn misuse_is_refused_with_the_message_beside_it() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn the_first_line_names_the_property_and_the_wanted_type() {
    for (program, property, wanted) in SHAPED {
        let message = message(program);
        let first = message.lines().next().unwrap();
        assert!(first.starts_with("error[E0277]: "), "{program}: {first}");
        assert!(first.contains(property) && first.contains(wanted), "{program}: {first}");
    }
}

#[test]
fn what_is_missing_or_misspelt_is_named() {
    for (program, what, help) in FIXED {
        let message = message(program);
        assert!(message.contains(what) && message.contains(help), "{program}: {message}");
    }
}

#[test]
fn every_program_is_in_a_table() {
    let tables: BTreeSet<String> = SHAPED.iter().chain(&FIXED).map(|(program, ..)| format!("{program}.rs")).collect();
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        names.filter(|name| Path::new(name).extension() == Some("rs".as_ref())).collect::<BTreeSet<_>>(),
        tables
    );
}

fn message(program: &str) -> String {
    fs::read_to_string(folder().join(program).with_extension("stderr")).unwrap()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui"))
}
