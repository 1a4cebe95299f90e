//! What CloudFormation may do when it deploys the application's stacks.
//!
//! The role has a fixed name, and rights only to what the application's names begin with, where AWS lets a right be
//! narrowed at all. It never has rights to itself.

use synth::aws::iam::{PolicyDocument, Statement};
use synth::aws::s3;
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::environment::{Environment, Keys, Storage};
use crate::naming::Names;

/// The policy of the deployment role.
pub(crate) fn policy(names: &Names, environment: &Environment, bucket: &Handle<s3::Bucket>) -> PolicyDocument {
    let arns = Arns { names };
    let mut statements = vec![change_network(), see_network()];
    statements.extend(discovery());
    statements.extend(cluster(&arns));
    statements.extend(functions(&arns, bucket));
    statements.push(gateway());
    statements.extend(logs(&arns));
    statements.extend(secrets(&arns, environment.keys));
    statements.extend(roles(&arns));
    statements.extend(match environment.storage() {
        Storage::Ephemeral => Vec::new(),
        Storage::Efs => file_system(),
        Storage::Postgres => database(&arns),
    });
    statements.into_iter().collect()
}

/// ARNs in the stack's partition, region and account.
struct Arns<'n> {
    names: &'n Names,
}

impl Arns<'_> {
    /// An ARN of `service`, whose resource part begins with `kind` and then the application's names.
    fn named(&self, service: &'static str, kind: &'static str, rest: &'static str) -> Value<String> {
        sub![Self::any(service, kind), self.names.prefixed(rest)]
    }

    /// An ARN of `service` with this resource part.
    fn any(service: &'static str, resource: &'static str) -> Value<String> {
        sub!["arn:", pseudo::PARTITION, ":", service, ":", pseudo::REGION, ":", pseudo::ACCOUNT_ID, ":", resource]
    }

    /// The roles that the application's stacks make.
    fn roles(&self) -> Value<String> {
        let account = sub!["arn:", pseudo::PARTITION, ":iam::", pseudo::ACCOUNT_ID, ":role/app/"];
        sub![account, self.names.prefixed("/*")]
    }
}

fn change_network() -> Statement {
    Statement::allow([
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateInternetGateway",
        "ec2:CreateRoute",
        "ec2:CreateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateTags",
        "ec2:CreateVpc",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DetachInternetGateway",
        "ec2:DisassociateRouteTable",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReplaceRoute",
        "ec2:ReplaceRouteTableAssociation",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ])
    .sid("ChangeNetwork")
    .on([Arns::any("ec2", "*")])
}

/// Actions without resource types. With `DescribeNetworkInterfaces` CloudFormation waits for the interfaces of a function
/// that it deletes; without it the security group is deleted too early, and that fails.
fn see_network() -> Statement {
    Statement::allow([
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRegions",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
    ])
    .sid("SeeNetwork")
    .on_everything()
}

/// Cloud Map makes the hosted zone of a namespace with the caller's rights. Neither has a name to narrow by.
fn discovery() -> Vec<Statement> {
    let map = Statement::allow([
        "servicediscovery:CreatePrivateDnsNamespace",
        "servicediscovery:CreateService",
        "servicediscovery:DeleteNamespace",
        "servicediscovery:DeleteService",
        "servicediscovery:GetNamespace",
        "servicediscovery:GetOperation",
        "servicediscovery:GetService",
        "servicediscovery:GetServiceAttributes",
        "servicediscovery:ListInstances",
        "servicediscovery:ListNamespaces",
        "servicediscovery:ListServices",
        "servicediscovery:ListTagsForResource",
        "servicediscovery:TagResource",
        "servicediscovery:UntagResource",
        "servicediscovery:UpdatePrivateDnsNamespace",
        "servicediscovery:UpdateService",
    ]);
    let zone = Statement::allow([
        "route53:AssociateVPCWithHostedZone",
        "route53:ChangeResourceRecordSets",
        "route53:CreateHostedZone",
        "route53:DeleteHostedZone",
        "route53:GetHostedZone",
        "route53:ListHostedZonesByName",
    ]);
    vec![map.sid("Discovery").on_everything(), zone.sid("DiscoveryZone").on_everything()]
}

fn cluster(arns: &Arns<'_>) -> Vec<Statement> {
    let named = Statement::allow([
        "ecs:CreateCluster",
        "ecs:CreateService",
        "ecs:DeleteCluster",
        "ecs:DeleteService",
        "ecs:DescribeClusters",
        "ecs:DescribeServiceDeployments",
        "ecs:DescribeServices",
        "ecs:ListServiceDeployments",
        "ecs:ListTagsForResource",
        "ecs:PutClusterCapacityProviders",
        "ecs:StopServiceDeployment",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateCluster",
        "ecs:UpdateClusterSettings",
        "ecs:UpdateService",
    ]);
    // Of task definitions only the tags can be narrowed; the other actions have no resource types.
    let definitions =
        Statement::allow(["ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"]);
    vec![
        named.sid("Cluster").on([
            arns.named("ecs", "cluster/", "*"),
            arns.named("ecs", "service/", "*"),
            arns.named("ecs", "service-deployment/", "*"),
            arns.named("ecs", "task-definition/", "*"),
        ]),
        definitions.sid("TaskDefinitions").on_everything(),
    ]
}

fn functions(arns: &Arns<'_>, bucket: &Handle<s3::Bucket>) -> Vec<Statement> {
    let function = Statement::allow([
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConfiguration",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetPolicy",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags",
        "lambda:PutFunctionConcurrency",
        "lambda:RemovePermission",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ]);
    let code = Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]);
    vec![
        function.sid("Functions").on([arns.named("lambda", "function:", "-*")]),
        code.sid("FunctionCode").on([sub![bucket.arn(), "/lambda/*"]]),
    ]
}

/// API Gateway's ids are its own, so its ARNs can be narrowed to kinds only.
fn gateway() -> Statement {
    let kind = |path: &'static str| sub!["arn:", pseudo::PARTITION, ":apigateway:", pseudo::REGION, "::", path];
    Statement::allow(["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"])
        .sid("Gateway")
        .on([kind("/apis"), kind("/apis/*"), kind("/vpclinks"), kind("/vpclinks/*"), kind("/tags/*")])
}

fn logs(arns: &Arns<'_>) -> Vec<Statement> {
    let groups = Statement::allow([
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:DescribeIndexPolicies",
        "logs:GetDataProtectionPolicy",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    ]);
    // Access logs of an HTTP API are delivered, and the actions for that have no resource types.
    let delivery = Statement::allow([
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ]);
    vec![
        groups.sid("LogGroups").on([
            arns.named("logs", "log-group:/ecs/", "*"),
            arns.named("logs", "log-group:/aws/lambda/", "-*"),
            arns.named("logs", "log-group:/aws/vendedlogs/apis/", "*"),
        ]),
        delivery.sid("LogDelivery").on_everything(),
    ]
}

fn secrets(arns: &Arns<'_>, keys: Keys) -> Vec<Statement> {
    match keys {
        Keys::SecretsManager => {
            let secrets = Statement::allow([
                "secretsmanager:CreateSecret",
                "secretsmanager:DeleteSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:TagResource",
                "secretsmanager:UntagResource",
                "secretsmanager:UpdateSecret",
            ]);
            // Making a password has no resource.
            let password = Statement::allow(["secretsmanager:GetRandomPassword"]);
            vec![
                secrets.sid("Secrets").on([arns.named("secretsmanager", "secret:", "/*")]),
                password.sid("Passwords").on_everything(),
            ]
        }
        Keys::Ssm => {
            let parameters = sub![Arns::any("ssm", "parameter/"), &arns.names.app, "/", &arns.names.env, "/*"];
            vec![Statement::allow(["ssm:GetParameters"]).sid("Parameters").on([parameters])]
        }
    }
}

fn roles(arns: &Arns<'_>) -> Vec<Statement> {
    let manage = Statement::allow([
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
    ]);
    let services = ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"];
    let pass = Statement::allow(["iam:PassRole"]).condition_any("StringEquals", "iam:PassedToService", services);
    let linked = sub!["arn:", pseudo::PARTITION, ":iam::", pseudo::ACCOUNT_ID, ":role/aws-service-role/*"];
    let link = Statement::allow(["iam:CreateServiceLinkedRole"]).condition_any(
        "StringEquals",
        "iam:AWSServiceName",
        [
            "ecs.amazonaws.com",
            "ecs.application-autoscaling.amazonaws.com",
            "elasticfilesystem.amazonaws.com",
            "ops.apigateway.amazonaws.com",
            "rds.amazonaws.com",
        ],
    );
    vec![
        manage.sid("Roles").on([arns.roles()]),
        pass.sid("PassRoles").on([arns.roles()]),
        link.sid("ServiceRoles").on([linked]),
    ]
}

fn file_system() -> Vec<Statement> {
    let file_system = Statement::allow([
        "elasticfilesystem:CreateAccessPoint",
        "elasticfilesystem:CreateMountTarget",
        "elasticfilesystem:DeleteAccessPoint",
        "elasticfilesystem:DeleteFileSystem",
        "elasticfilesystem:DeleteFileSystemPolicy",
        "elasticfilesystem:DeleteMountTarget",
        "elasticfilesystem:DescribeAccessPoints",
        "elasticfilesystem:DescribeBackupPolicy",
        "elasticfilesystem:DescribeFileSystemPolicy",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeLifecycleConfiguration",
        "elasticfilesystem:DescribeMountTargets",
        "elasticfilesystem:DescribeMountTargetSecurityGroups",
        "elasticfilesystem:DescribeReplicationConfigurations",
        "elasticfilesystem:ListTagsForResource",
        "elasticfilesystem:ModifyMountTargetSecurityGroups",
        "elasticfilesystem:PutBackupPolicy",
        "elasticfilesystem:PutFileSystemPolicy",
        "elasticfilesystem:PutLifecycleConfiguration",
        "elasticfilesystem:TagResource",
        "elasticfilesystem:UntagResource",
        "elasticfilesystem:UpdateFileSystem",
        "elasticfilesystem:UpdateFileSystemProtection",
    ]);
    // A file system that is not there yet has no resource.
    let create = Statement::allow(["elasticfilesystem:CreateFileSystem"]);
    // A mount target is a network interface, made with the caller's rights.
    let interface = Statement::allow(["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]);
    vec![
        file_system
            .sid("FileSystem")
            .on([Arns::any("elasticfilesystem", "file-system/*"), Arns::any("elasticfilesystem", "access-point/*")]),
        create.sid("CreateFileSystem").on_everything(),
        interface.sid("MountTargets").on([Arns::any("ec2", "*")]),
    ]
}

fn database(arns: &Arns<'_>) -> Vec<Statement> {
    let database = Statement::allow([
        "rds:AddTagsToResource",
        "rds:CreateDBInstance",
        "rds:CreateDBParameterGroup",
        "rds:CreateDBSnapshot",
        "rds:CreateDBSubnetGroup",
        "rds:DeleteDBInstance",
        "rds:DeleteDBParameterGroup",
        "rds:DeleteDBSubnetGroup",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBSubnetGroups",
        "rds:ListTagsForResource",
        "rds:ModifyDBInstance",
        "rds:ModifyDBParameterGroup",
        "rds:ModifyDBSubnetGroup",
        "rds:RebootDBInstance",
        "rds:RemoveTagsFromResource",
    ]);
    let see_events = Statement::allow(["rds:DescribeEvents"]);
    let scaling = Statement::allow([
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:ListTagsForResource",
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource",
        "application-autoscaling:UntagResource",
    ]);
    let see_scaling = Statement::allow([
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
    ]);
    vec![
        database.sid("Database").on([
            arns.named("rds", "db:", "*"),
            arns.named("rds", "pg:", "*"),
            arns.named("rds", "snapshot:", "*"),
            arns.named("rds", "subgrp:", "*"),
        ]),
        see_events.sid("SeeDatabaseEvents").on_everything(),
        scaling.sid("Scaling").on([Arns::any("application-autoscaling", "scalable-target/*")]),
        see_scaling.sid("SeeScaling").on_everything(),
    ]
}
