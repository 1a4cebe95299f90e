use std::collections::BTreeMap;

use serde_json::json;
use synth_codegen::generate::{
    ledger::Ledger, model::Expression, reference_names, references::References, render, services::Services,
};
use synth_schema::ResourceType;

use crate::{ALL, CATALOGUE, resource_type};

const REF: &str = "Ref";

/// What the documentation of AWS says that `Ref` returns, or which attribute has it, for the types that are referred to
/// most; checked by hand.
const BY_HAND: [(&str, &str, &str); 62] = [
    ("AWS::ACMPCA::CertificateAuthority", "Arn", REF),
    ("AWS::ApiGateway::Deployment", "DeploymentId", REF),
    ("AWS::ApiGateway::Resource", "ResourceId", REF),
    ("AWS::ApiGateway::RestApi", "RestApiId", REF),
    ("AWS::ApiGateway::Stage", "StageName", REF),
    ("AWS::ApiGatewayV2::Api", "ApiId", REF),
    ("AWS::ApiGatewayV2::Authorizer", "AuthorizerId", REF),
    ("AWS::ApiGatewayV2::Integration", "IntegrationId", REF),
    ("AWS::ApiGatewayV2::VpcLink", "VpcLinkId", REF),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName", REF),
    ("AWS::CertificateManager::Certificate", "Arn", REF),
    ("AWS::CloudFront::Distribution", "Id", REF),
    ("AWS::CloudWatch::Alarm", "Arn", "Arn"),
    ("AWS::CodeBuild::Project", "Name", REF),
    ("AWS::Cognito::UserPool", "Arn", "Arn"),
    ("AWS::Cognito::UserPool", "UserPoolId", REF),
    ("AWS::Cognito::UserPoolClient", "ClientId", REF),
    ("AWS::DynamoDB::Table", "Arn", "Arn"),
    ("AWS::DynamoDB::Table", "TableName", REF),
    ("AWS::EC2::EIP", "AllocationId", "AllocationId"),
    ("AWS::EC2::EIP", "PublicIp", REF),
    ("AWS::EC2::Instance", "InstanceId", REF),
    ("AWS::EC2::InternetGateway", "InternetGatewayId", REF),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateId", REF),
    ("AWS::EC2::NatGateway", "NatGatewayId", REF),
    ("AWS::EC2::NetworkInterface", "Id", REF),
    ("AWS::EC2::RouteTable", "RouteTableId", REF),
    ("AWS::EC2::SecurityGroup", "GroupId", "GroupId"),
    ("AWS::EC2::SecurityGroup", "Id", "GroupId"),
    ("AWS::EC2::Subnet", "SubnetId", REF),
    ("AWS::EC2::TransitGateway", "Id", REF),
    ("AWS::EC2::VPC", "VpcId", REF),
    ("AWS::EC2::VPCEndpoint", "Id", REF),
    ("AWS::EC2::VPNGateway", "VPNGatewayId", REF),
    ("AWS::ECR::Repository", "RepositoryName", REF),
    ("AWS::ECS::Cluster", "Arn", "Arn"),
    ("AWS::ECS::Cluster", "ClusterName", REF),
    ("AWS::ECS::TaskDefinition", "TaskDefinitionArn", REF),
    ("AWS::EFS::AccessPoint", "AccessPointId", REF),
    ("AWS::EFS::FileSystem", "FileSystemId", REF),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerArn", REF),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn", REF),
    ("AWS::Events::EventBus", "Arn", "Arn"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName", REF),
    ("AWS::IAM::ManagedPolicy", "PolicyArn", REF),
    ("AWS::IAM::Role", "Arn", "Arn"),
    ("AWS::IAM::Role", "RoleName", REF),
    ("AWS::KMS::Alias", "AliasName", REF),
    ("AWS::KMS::Key", "Arn", "Arn"),
    ("AWS::KMS::Key", "Id", REF),
    ("AWS::Kinesis::Stream", "Arn", "Arn"),
    ("AWS::Lambda::Alias", "Id", REF),
    ("AWS::Lambda::Function", "Arn", "Arn"),
    ("AWS::Lambda::Function", "FunctionName", REF),
    ("AWS::Lambda::Version", "FunctionArn", REF),
    ("AWS::Logs::LogGroup", "Arn", "Arn"),
    ("AWS::Logs::LogGroup", "LogGroupName", REF),
    ("AWS::S3::Bucket", "Arn", "Arn"),
    ("AWS::S3::Bucket", "BucketName", REF),
    ("AWS::SNS::Topic", "TopicArn", REF),
    ("AWS::SQS::Queue", "Arn", "Arn"),
    ("AWS::SecretsManager::Secret", "Id", REF),
];

#[test]
fn expressions_of_the_most_used_targets_are_those_of_the_documentation() {
    let types: Vec<&ResourceType> = CATALOGUE.iter().collect::<Result<_, _>>().unwrap();
    let references = References::among(&types);
    for (type_name, attribute, by_hand) in BY_HAND {
        let expected = if by_hand == REF { Expression::Ref } else { Expression::GetAtt(by_hand.to_owned()) };
        assert_eq!(references.expression(type_name, attribute), Some(expected), "{type_name}.{attribute}");
    }
}

#[test]
fn names_of_references_are_short_and_their_own() {
    let names: Vec<String> = ALL.references.iter().map(reference_names::name).collect();
    let long: Vec<&String> = names.iter().filter(|name| name.len() > 72).collect();
    assert_eq!(long, Vec::<&String>::new(), "add a name to MANY");
    for expected in ["Ec2Vpc", "Ec2SecurityGroup", "IamRoleArn", "KmsAliasOrKeyArn", "BackupPlan"] {
        assert!(names.iter().any(|name| name == expected), "{expected}");
    }
}

#[test]
fn each_reference_has_a_target_for_each_of_its_types() {
    let targets: usize = ALL.resources().map(|resource| resource.targets.len()).sum();
    assert_eq!(targets, ALL.references.iter().map(BTreeMap::len).sum::<usize>());
}

/// Two types, of which the first has a property with these relations.
fn setter(relations: &[serde_json::Value]) -> String {
    let text = json!({"type": "string"});
    let till = json!({"properties": {"ShopId": {"type": "string", "relations": relations}}});
    let till = resource_type("AWS::Shop::Till", till);
    let shop = resource_type(
        "AWS::Shop::Shop",
        json!({
            "properties": {"Id": text, "Arn": text, "Street": text, "Owner": text},
            "readOnlyProperties": ["/properties/Id", "/properties/Arn", "/properties/Street"],
        }),
    );
    let bank = resource_type("AWS::Bank::Bank", json!({"properties": {"Id": text}}));
    let services = Services::among(&[&till, &shop, &bank], &Ledger::default());
    let service = services.services.iter().find(|service| service.module == "shop").unwrap();
    let file = render::service(service);
    file.lines().find(|line| line.contains("shop_id: ")).unwrap().trim().to_owned()
}

fn relation(type_name: &str, property: &str) -> serde_json::Value {
    json!({"type": type_name, "property": property})
}

#[test]
fn arn_is_preferred_to_what_ref_returns() {
    let relations = [relation("AWS::Shop::Shop", "Id"), relation("AWS::Shop::Shop", "Arn")];
    assert_eq!(setter(&relations), "shop_id: To<refs::ShopArn> = \"ShopId\",");
}

#[test]
fn attribute_that_identifies_nothing_counts_only_alone() {
    let street = relation("AWS::Shop::Shop", "Street");
    assert_eq!(setter(std::slice::from_ref(&street)), "shop_id: To<refs::ShopStreet> = \"ShopId\",");
    assert_eq!(setter(&[street, relation("AWS::Bank::Bank", "Id")]), "shop_id: To<refs::Bank> = \"ShopId\",");
}

#[test]
fn attribute_that_cannot_be_read_leaves_text() {
    assert_eq!(setter(&[relation("AWS::Shop::Shop", "Owner")]), "shop_id: String = \"ShopId\",");
    assert_eq!(setter(&[relation("AWS::Gone::Type", "Id")]), "shop_id: String = \"ShopId\",");
}
