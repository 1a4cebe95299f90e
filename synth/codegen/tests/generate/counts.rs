use synth_codegen::generate::model::{AttributeKind, Definition, Kind, Tagging};

use crate::ALL;

/// Properties that are free-form by nature, in the services that the stacks use.
const FREE_FORM: [(&str, &str); 29] = [
    ("AWS::ApiGatewayV2::Api Body", "an OpenAPI document"),
    ("AWS::ApiGatewayV2::Model Schema", "a JSON schema"),
    ("AWS::CodePipeline::Pipeline ActionDeclaration.Configuration", "its keys depend on the action's provider"),
    ("AWS::CodePipeline::Pipeline RuleDeclaration.Configuration", "its keys depend on the rule's provider"),
    ("AWS::EC2::VPCEndpoint PolicyDocument", "a policy document"),
    ("AWS::ECR::PublicRepository RepositoryPolicyText", "a policy document"),
    ("AWS::ECR::RegistryPolicy PolicyText", "a policy document"),
    ("AWS::ECR::Repository RepositoryPolicyText", "a policy document"),
    ("AWS::ECS::Service DeploymentLifecycleHook.HookDetails", "the hook's own parameters"),
    ("AWS::EFS::FileSystem FileSystemPolicy", "a policy document"),
    ("AWS::IAM::Group Policy.PolicyDocument", "a policy document"),
    ("AWS::IAM::GroupPolicy PolicyDocument", "a policy document"),
    ("AWS::IAM::ManagedPolicy PolicyDocument", "a policy document"),
    ("AWS::IAM::Policy PolicyDocument", "a policy document"),
    ("AWS::IAM::Role AssumeRolePolicyDocument", "a policy document"),
    ("AWS::IAM::Role Policy.PolicyDocument", "a policy document"),
    ("AWS::IAM::RolePolicy PolicyDocument", "a policy document"),
    ("AWS::IAM::User Policy.PolicyDocument", "a policy document"),
    ("AWS::IAM::UserPolicy PolicyDocument", "a policy document"),
    ("AWS::Lambda::ResourcePolicy PolicyDocument", "a policy document"),
    ("AWS::Logs::DeliveryDestination DestinationPolicy.DeliveryDestinationPolicy", "a policy document"),
    ("AWS::Logs::LogGroup DataProtectionPolicy", "a document with a grammar of its own"),
    ("AWS::Logs::LogGroup FieldIndexPolicies", "documents with a grammar of their own"),
    ("AWS::Logs::LogGroup ResourcePolicyDocument", "a policy document"),
    ("AWS::Logs::ResourcePolicy PolicyDocument", "a policy document"),
    ("AWS::S3::AccessPoint Policy", "a policy document"),
    ("AWS::S3::BucketPolicy PolicyDocument", "a policy document"),
    ("AWS::S3::MultiRegionAccessPointPolicy Policy", "a policy document"),
    ("AWS::SecretsManager::ResourcePolicy ResourcePolicy", "a policy document"),
];

/// The services that the stacks use.
const USED: [&str; 16] = [
    "apigatewayv2",
    "applicationautoscaling",
    "codebuild",
    "codeconnections",
    "codepipeline",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "iam",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "servicediscovery",
];

/// How many properties there are for which this holds.
fn properties(holds: impl Fn(&Kind) -> bool) -> usize {
    let properties = ALL.objects().flat_map(|(_, object)| object.properties());
    properties.filter(|property| holds(property.kind.innermost())).count()
}

fn attributes(kind: AttributeKind) -> usize {
    ALL.resources().flat_map(|resource| &resource.attributes).filter(|attribute| attribute.kind == kind).count()
}

fn tagged(holds: impl Fn(&Tagging) -> bool) -> usize {
    ALL.resources().filter(|resource| holds(&resource.tags)).count()
}

#[test]
fn counts_are_those_of_the_catalogue() {
    let choices: Vec<usize> = ALL
        .resources()
        .flat_map(|resource| &resource.definitions)
        .filter_map(|definition| match definition {
            Definition::Choices(choices) => Some(choices.values.len()),
            Definition::Object(_) => None,
        })
        .collect();
    let counts = [
        ("services", ALL.services.len()),
        ("types", ALL.resources().count()),
        ("objects", ALL.objects().count()),
        ("properties", properties(|_| true)),
        ("arguments", ALL.objects().map(|(_, object)| object.required.len()).sum()),
        ("choices", choices.len()),
        ("constants", choices.iter().sum()),
        ("properties that refer", properties(|kind| matches!(kind, Kind::To(_)))),
        ("sets of references", ALL.references.len()),
        ("raw properties", properties(|kind| *kind == Kind::Json)),
        ("text attributes", attributes(AttributeKind::String)),
        ("integer attributes", attributes(AttributeKind::Integer)),
        ("number attributes", attributes(AttributeKind::Number)),
        ("boolean attributes", attributes(AttributeKind::Boolean)),
        ("attributes with lists", attributes(AttributeKind::Strings)),
        ("types with a list of tags", tagged(|tags| matches!(tags, Tagging::List(_)))),
        ("types with a map of tags", tagged(|tags| matches!(tags, Tagging::Map(_)))),
    ];
    let expected = [
        ("services", 308),
        ("types", 1854),
        ("objects", 11312),
        ("properties", 41161),
        ("arguments", 11619),
        ("choices", 3693),
        ("constants", 17050),
        ("properties that refer", 1722),
        ("sets of references", 261),
        ("raw properties", 283),
        ("text attributes", 4854),
        ("integer attributes", 183),
        ("number attributes", 61),
        ("boolean attributes", 66),
        ("attributes with lists", 127),
        ("types with a list of tags", 1117),
        ("types with a map of tags", 118),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn at_most_one_property_in_a_hundred_is_raw() {
    let raw = properties(|kind| *kind == Kind::Json);
    let all = properties(|_| true);
    assert!(raw * 100 <= all, "{raw} of {all} properties are raw JSON");
}

#[test]
fn services_of_the_stacks_leave_only_documents_raw() {
    let mut raw: Vec<String> = Vec::new();
    for service in ALL.services.iter().filter(|service| USED.contains(&&*service.module)) {
        for resource in &service.resources {
            for object in resource.objects() {
                let holder =
                    if object.name == resource.object.name { String::new() } else { format!("{}.", object.name) };
                let found = object.properties().filter(|property| *property.kind.innermost() == Kind::Json);
                raw.extend(found.map(|property| format!("{} {holder}{}", resource.type_name, property.name)));
            }
        }
    }
    raw.sort();
    assert_eq!(raw, FREE_FORM.map(|(property, _)| property));
}
