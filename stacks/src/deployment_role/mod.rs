//! What CloudFormation may do when it deploys the application's stacks.
//!
//! The role has a fixed name, and rights only to what the application's names begin with, where AWS lets a right be
//! narrowed at all. It never has rights to itself. Which actions have no resource types, AWS's
//! [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
//! says.

mod data;
mod network;

use synth::aws::arn;
use synth::aws::iam::{PolicyDocument, Statement};
use synth::aws::s3;
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::environment::{AuthorizerMode, Environment, Keys, Storage};
use crate::naming::Names;

/// The policy of the deployment role.
pub(crate) fn policy(names: &Names, environment: &Environment, bucket: &Handle<s3::Bucket>) -> PolicyDocument {
    let storage = environment.storage();
    let mut statements = network::statements();
    statements.extend(discovery());
    statements.extend(cluster(names));
    statements.extend(functions(names, bucket));
    statements.push(gateway());
    statements.extend(logs(names));
    // The database's password is a secret, wherever the others are.
    let has_secrets = environment.keys == Keys::SecretsManager || storage == Storage::Postgres;
    statements.extend(has_secrets.then(|| secrets(names)).into_iter().flatten());
    statements.extend((environment.authorizer == AuthorizerMode::Local).then(|| public_keys(names)));
    statements.extend(roles(names, storage));
    statements.extend(match storage {
        Storage::Ephemeral => Vec::new(),
        Storage::Efs => data::file_system(),
        Storage::Postgres => data::database(names).into_iter().chain(data::scaling(names)).collect(),
    });
    statements.into_iter().collect()
}

/// Cloud Map makes the hosted zone of a namespace with the caller's rights. Neither has a name to narrow by.
fn discovery() -> [Statement; 4] {
    let change = Statement::allow([
        "servicediscovery:CreateService",
        "servicediscovery:DeleteNamespace",
        "servicediscovery:DeleteService",
        "servicediscovery:GetNamespace",
        "servicediscovery:GetService",
        "servicediscovery:GetServiceAttributes",
        "servicediscovery:ListInstances",
        "servicediscovery:UpdatePrivateDnsNamespace",
        "servicediscovery:UpdateService",
    ]);
    // An operation that makes a namespace is asked for before there is one.
    let begin = Statement::allow([
        "servicediscovery:CreatePrivateDnsNamespace",
        "servicediscovery:GetOperation",
        "servicediscovery:ListNamespaces",
        "servicediscovery:ListServices",
        "servicediscovery:ListTagsForResource",
        "servicediscovery:TagResource",
        "servicediscovery:UntagResource",
    ]);
    let zones = Statement::allow([
        "route53:AssociateVPCWithHostedZone",
        "route53:ChangeResourceRecordSets",
        "route53:DeleteHostedZone",
        "route53:GetHostedZone",
    ]);
    // A zone that is not there yet has no resource.
    let begin_zone = Statement::allow(["route53:CreateHostedZone", "route53:ListHostedZonesByName"]);
    [
        change
            .sid("Discovery")
            .on([arn::regional("servicediscovery", "namespace/*"), arn::regional("servicediscovery", "service/*")]),
        begin.sid("BeginDiscovery").on_everything(),
        zones.sid("DiscoveryZones").on([sub!["arn:", pseudo::PARTITION, ":route53:::hostedzone/*"]]),
        begin_zone.sid("BeginDiscoveryZone").on_everything(),
    ]
}

fn cluster(names: &Names) -> [Statement; 2] {
    let cluster = Statement::allow([
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
        "ecs:RegisterTaskDefinition",
        "ecs:StopServiceDeployment",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateCluster",
        "ecs:UpdateClusterSettings",
        "ecs:UpdateService",
    ]);
    // These have no resource types.
    let definitions = Statement::allow(["ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"]);
    [
        cluster.sid("Cluster").on([
            names.arn("ecs", "cluster/", ""),
            names.arn("ecs", "service/", "/*"),
            names.arn("ecs", "service-deployment/", "/*"),
            names.arn("ecs", "task-definition/", "-service:*"),
        ]),
        definitions.sid("TaskDefinitions").on_everything(),
    ]
}

fn functions(names: &Names, bucket: &Handle<s3::Bucket>) -> [Statement; 2] {
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
    [
        function.sid("Functions").on([names.arn("lambda", "function:", "-*")]),
        bucket.allow_reading("lambda/").sid("FunctionCode"),
    ]
}

/// API Gateway's ids are its own, so its ARNs can be narrowed to kinds only.
fn gateway() -> Statement {
    let kinds = ["/apis", "/apis/*", "/vpclinks", "/vpclinks/*", "/tags/*"];
    Statement::allow(["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"])
        .sid("Gateway")
        .on(kinds.map(|kind| arn::ownerless("apigateway", kind)))
}

fn logs(names: &Names) -> [Statement; 2] {
    let groups = Statement::allow([
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:GetDataProtectionPolicy",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    ]);
    // Access logs of an HTTP API are delivered, and the actions for that have no resource types, as what describes.
    let delivery = Statement::allow([
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeIndexPolicies",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ]);
    [
        // Some actions want the ARN of a group with an asterisk at the end, and some without.
        groups.sid("LogGroups").on([
            names.arn("logs", "log-group:/ecs/", "/*"),
            names.arn("logs", "log-group:/aws/lambda/", "-*"),
            names.arn("logs", "log-group:/aws/vendedlogs/apis/", ""),
            names.arn("logs", "log-group:/aws/vendedlogs/apis/", ":*"),
        ]),
        delivery.sid("LogDelivery").on_everything(),
    ]
}

/// Secrets that Secrets Manager makes up.
fn secrets(names: &Names) -> [Statement; 2] {
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
    [
        secrets.sid("Secrets").on([names.arn("secretsmanager", "secret:", "/*")]),
        password.sid("Passwords").on_everything(),
    ]
}

/// The keys are the value of a template's parameter, which CloudFormation reads.
fn public_keys(names: &Names) -> Statement {
    Statement::allow(["ssm:GetParameters"]).sid("PublicKeys").on([names.parameter_arn("jwks")])
}

fn roles(names: &Names, storage: Storage) -> [Statement; 3] {
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
    let mut services = vec!["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"];
    services.extend((storage == Storage::Postgres).then_some("monitoring.rds.amazonaws.com"));
    let pass = Statement::allow(["iam:PassRole"]).condition_any("StringEquals", "iam:PassedToService", services);
    let own = arn::global("iam", sub!["role", names.role_path(), "*"]);
    let linked = arn::global("iam", "role/aws-service-role/*");
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
    [manage.sid("Roles").on([&own]), pass.sid("PassRoles").on([&own]), link.sid("ServiceRoles").on([linked])]
}
