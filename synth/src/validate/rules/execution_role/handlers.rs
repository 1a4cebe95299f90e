//! What handlers of resource types list, and do not need for every resource.
//!
//! A handler lists each action that it may ever call. Those here are called for some resources only.

use crate::template::Node;
use crate::validate::Resource;
use crate::validate::policy::covers;

/// Actions that serve one feature.
struct Feature {
    /// The resource type, `*` for all.
    kind: &'static str,
    /// The actions, with `*` for several.
    actions: &'static str,
    /// A part of the name of the property that asks for it, at any depth.
    property: &'static str,
}

const fn feature(kind: &'static str, actions: &'static str, property: &'static str) -> Feature {
    Feature { kind, actions, property }
}

/// Keys of AWS's own, and roles that are linked to a service, need no rights of the caller's.
const FEATURES: &[Feature] = &[
    feature("*", "iam:GetRole", "Role"),
    feature("*", "iam:PassRole", "Credentials"),
    feature("*", "iam:PassRole", "Role"),
    feature("*", "kms:*", "KMS"),
    feature("*", "kms:*", "Kms"),
    feature("AWS::ApiGatewayV2::Api", "apigateway:PUT", "Body"),
    feature("AWS::ApiGatewayV2::Api", "s3:*", "BodyS3Location"),
    feature("AWS::ApplicationAutoScaling::ScalableTarget", "*:DeleteScheduledAction", "ScheduledActions"),
    feature("AWS::ApplicationAutoScaling::ScalableTarget", "*:PutScheduledAction", "ScheduledActions"),
    feature("AWS::ApplicationAutoScaling::ScalingPolicy", "cloudwatch:GetMetricData", "PredictiveScaling"),
    feature("AWS::EC2::Route", "ec2:DescribeNetworkInterfaces", "NetworkInterfaceId"),
    feature("AWS::EC2::VPC", "ec2:*EncryptionControl", "EncryptionControl"),
    feature("AWS::EC2::VPCEndpoint", "vpc-lattice:*", "ResourceConfigurationArn"),
    feature("AWS::EC2::VPCEndpoint", "vpc-lattice:*", "ServiceNetworkArn"),
    feature("AWS::EC2::VPCEndpoint", "vpce:AllowMultiRegion", "ServiceRegion"),
    feature("AWS::EC2::VPCGatewayAttachment", "ec2:*InternetGateway*", "InternetGatewayId"),
    feature("AWS::EC2::VPCGatewayAttachment", "ec2:*VpnGateway*", "VpnGatewayId"),
    feature("AWS::EFS::FileSystem", "elasticfilesystem:*ReplicationConfiguration", "ReplicationConfiguration"),
    feature("AWS::EFS::FileSystem", "elasticfilesystem:PutBackupPolicy", "BackupPolicy"),
    feature("AWS::EFS::FileSystem", "elasticfilesystem:PutFileSystemPolicy", "FileSystemPolicy"),
    feature("AWS::EFS::FileSystem", "elasticfilesystem:PutLifecycleConfiguration", "LifecyclePolicies"),
    feature("AWS::EFS::FileSystem", "elasticfilesystem:UpdateFileSystemProtection", "FileSystemProtection"),
    feature("AWS::IAM::Role", "iam:AttachRolePolicy", "ManagedPolicyArns"),
    feature("AWS::IAM::Role", "iam:DetachRolePolicy", "ManagedPolicyArns"),
    feature("AWS::Lambda::Function", "ec2:*", "VpcConfig"),
    feature("AWS::Lambda::Function", "elasticfilesystem:*", "FileSystemConfigs"),
    feature("AWS::Lambda::Function", "lambda:PutRuntimeManagementConfig", "RuntimeManagementConfig"),
    feature("AWS::Lambda::Function", "lambda:GetCodeSigningConfig", "CodeSigningConfigArn"),
    feature("AWS::Lambda::Function", "lambda:GetLayerVersion", "Layers"),
    feature("AWS::Lambda::Function", "lambda:PassCapacityProvider", "CapacityProviderConfig"),
    feature("AWS::Lambda::Function", "lambda:PutFunctionConcurrency", "ReservedConcurrentExecutions"),
    feature("AWS::Lambda::Function", "lambda:PutFunctionRecursionConfig", "RecursiveLoop"),
    feature("AWS::Lambda::Function", "lambda:PutFunctionScalingConfig", "FunctionScalingConfig"),
    feature("AWS::Lambda::Function", "s3:GetObject", "S3Bucket"),
    feature("AWS::Lambda::Function", "s3:GetObjectVersion", "S3ObjectVersion"),
    feature("AWS::Logs::LogGroup", "logs:DeleteDataProtectionPolicy", "DataProtectionPolicy"),
    feature("AWS::Logs::LogGroup", "logs:DescribeResourcePolicies", "ResourcePolicyDocument"),
    feature("AWS::Logs::LogGroup", "logs:PutBearerTokenAuthentication", "BearerTokenAuthenticationEnabled"),
    feature("AWS::Logs::LogGroup", "logs:PutDataProtectionPolicy", "DataProtectionPolicy"),
    feature("AWS::Logs::LogGroup", "logs:PutIndexPolicy", "FieldIndexPolicies"),
    feature("AWS::Logs::LogGroup", "logs:PutResourcePolicy", "ResourcePolicyDocument"),
    feature("AWS::Logs::LogGroup", "logs:PutRetentionPolicy", "RetentionInDays"),
    feature("AWS::RDS::DBInstance", "iam:ListRoles", "AssociatedRoles"),
    feature("AWS::RDS::DBInstance", "kms:DescribeKey", "ManageMasterUserPassword"),
    feature("AWS::RDS::DBInstance", "rds:AddRoleToDBInstance", "AssociatedRoles"),
    feature("AWS::RDS::DBInstance", "rds:CreateDBInstanceReadReplica", "SourceDB"),
    feature("AWS::RDS::DBInstance", "rds:DescribeDBClusterSnapshots", "DBClusterSnapshotIdentifier"),
    feature("AWS::RDS::DBInstance", "rds:DescribeDBClusters", "DBClusterIdentifier"),
    feature("AWS::RDS::DBInstance", "rds:DescribeDBInstanceAutomatedBackups", "AutomatedBackup"),
    feature("AWS::RDS::DBInstance", "rds:DescribeDBInstanceAutomatedBackups", "AutomaticBackup"),
    feature("AWS::RDS::DBInstance", "rds:DescribeDBSnapshots", "SnapshotIdentifier"),
    feature("AWS::RDS::DBInstance", "rds:RestoreDBInstanceFromDBSnapshot", "SnapshotIdentifier"),
    feature("AWS::RDS::DBInstance", "rds:RestoreDBInstanceToPointInTime", "Restor"),
    feature("AWS::RDS::DBInstance", "rds:StartDBInstanceAutomatedBackupsReplication", "AutomaticBackupReplication"),
    feature("AWS::RDS::DBInstance", "secretsmanager:*", "ManageMasterUserPassword"),
    feature("AWS::SecretsManager::Secret", "secretsmanager:GetRandomPassword", "GenerateSecretString"),
    feature("AWS::SecretsManager::Secret", "secretsmanager:RemoveRegionsFromReplication", "ReplicaRegions"),
    feature("AWS::SecretsManager::Secret", "secretsmanager:ReplicateSecretToRegions", "ReplicaRegions"),
    feature("AWS::ServiceDiscovery::Service", "servicediscovery:UpdateServiceAttributes", "ServiceAttributes"),
];

/// What handlers list although no resource needs it from the caller: names that IAM does not know, and calls that only
/// clean up after the service. By resource type and action.
const NEVER: &[(&str, &str)] = &[
    ("*", "apigateway:TagResource"),
    ("AWS::ApiGatewayV2::VpcLink", "iam:DeleteServiceLinkedRole"),
    ("AWS::ApiGatewayV2::VpcLink", "iam:GetServiceLinkedRoleDeletionStatus"),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "lambda:*"),
    ("AWS::EC2::VPCEndpoint", "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation"),
    ("AWS::Lambda::Function", "lambda:AssociateRuntimeAlias"),
    ("AWS::Lambda::Function", "s3files:ListMountTargets"),
    ("AWS::Logs::LogGroup", "firehose:TagDeliveryStream"),
    ("AWS::Logs::LogGroup", "logs:CreateLogDelivery"),
    ("AWS::Logs::LogGroup", "s3:REST.PUT.OBJECT"),
];

/// Whether a resource needs an action that the handlers of its type list.
pub(super) fn needs(resource: &Resource<'_>, action: &str) -> bool {
    let is_meant = |kind: &str, actions: &str| covers(kind, resource.kind) && covers(actions, action);
    let is_asked = |feature: &&Feature| resource.node().is_some_and(|properties| has(properties, feature.property));
    let features: Vec<&Feature> = FEATURES.iter().filter(|feature| is_meant(feature.kind, feature.actions)).collect();
    let never = NEVER.iter().any(|(kind, actions)| is_meant(kind, actions));
    !never && (features.is_empty() || features.iter().any(is_asked))
}

/// Whether a property with this in its name is there and not off, at any depth.
fn has(node: &Node, property: &str) -> bool {
    match node {
        Node::Map(map) => {
            map.iter().any(|(name, node)| (name.contains(property) && is_on(node)) || has(node, property))
        }
        Node::List(items) => items.iter().any(|item| has(item, property)),
        _ => false,
    }
}

fn is_on(node: &Node) -> bool {
    !matches!(node, Node::Function(_) | Node::Bool(false))
}
