//! What has to be known of types of resources, beside their builders.

use std::sync::LazyLock;

use synth_schema::{Catalogue, ResourceType};

/// The catalogue is in this program, and a test of its crate reads all of it.
static CATALOGUE: LazyLock<Option<Catalogue>> = LazyLock::new(|| Catalogue::bundled().ok());

/// The types whose resources hold data.
const STATEFUL: [&str; 9] = [
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
];

/// Types that say who may do what, or what can be reached from where: these, all of IAM, and all policies.
#[cfg(feature = "cloud")]
const RIGHTS: [&str; 16] = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Route",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
];

/// What AWS says of a type, if it is known here.
pub(crate) fn schema(kind: &str) -> Option<&'static ResourceType> {
    CATALOGUE.as_ref()?.get(kind).ok().flatten()
}

/// Whether its resources hold data.
pub fn holds_data(kind: &str) -> bool {
    STATEFUL.contains(&kind)
}

/// Whether its resources say who may do what, or what can be reached from where.
#[cfg(feature = "cloud")]
pub(crate) fn is_about_rights(kind: &str) -> bool {
    kind.starts_with("AWS::IAM::") || kind.ends_with("Policy") || RIGHTS.contains(&kind)
}
