//! What the service runs on: the cluster, the place in Cloud Map where it is found, its log, secrets and roles.
//!
//! Everything here outlives a release of the service.

use synth::aws::arn;
use synth::aws::ecs::{self, cluster::ClusterSettings};
use synth::aws::iam::{self, PolicyDocument, Statement};
use synth::aws::logs;
use synth::aws::secretsmanager::{self, secret::GenerateSecretString};
use synth::aws::servicediscovery::service::{
    DnsConfig, DnsRecord, DnsRecordType, HealthCheckCustomConfig, RoutingPolicy,
};
use synth::aws::servicediscovery::{self, PrivateDnsNamespace};
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::bootstrap;
use crate::environment::{Environment, Keys};
use crate::justified;
use crate::naming::{self, Names, stack_name};
use crate::network;

/// How long the service's log is kept, in days.
const LOG_DAYS: u16 = 30;

/// The name under which Cloud Map knows the tasks.
pub(crate) const DISCOVERY_SERVICE: &str = "api";

/// How long a resolver may keep where the tasks are, in seconds. API Gateway asks Cloud Map's API and not the DNS.
const DNS_TTL: i64 = 10;

/// The end of the secret's name from which the signing key is derived.
pub(crate) const SIGNING_SEED: &str = "signing-seed";

/// The end of the name of the parameter with the signing key.
pub(crate) const SIGNING_KEY: &str = "signing-key";

/// The end of the name of the parameter with the public keys.
pub(crate) const PUBLIC_KEYS: &str = "jwks";

/// The end of the name of the first admin's password, wherever it is.
pub(crate) const ADMIN_PASSWORD: &str = "admin-password";

/// What other stacks use of this one.
pub(crate) struct Exports {
    pub(crate) cluster_name: Value<String>,
    pub(crate) namespace: Value<String>,
    pub(crate) discovery_service_arn: Value<String>,
    pub(crate) log_group: Value<String>,
    pub(crate) task_role: Role,
    pub(crate) execution_role: Role,
    /// Where Secrets Manager has them; none where they are parameters of Systems Manager.
    pub(crate) secrets: Option<Secrets>,
}

/// A role of the tasks.
pub(crate) struct Role {
    pub(crate) arn: Value<String>,
    pub(crate) name: Value<String>,
}

/// Where the service's secrets are: ARNs in Secrets Manager or Systems Manager.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) signing_key: Value<String>,
    pub(crate) admin_password: Value<String>,
}

impl Secrets {
    /// As parameters, which the command line writes before the first deployment: CloudFormation cannot make secure ones.
    pub(crate) fn in_systems_manager(names: &Names) -> Self {
        Self { signing_key: names.parameter_arn(SIGNING_KEY), admin_password: names.parameter_arn(ADMIN_PASSWORD) }
    }
}

/// The platform of an environment.
pub(crate) fn stack(
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    network: &network::Exports,
) -> (Stack, Exports) {
    let description = "What the service runs on: cluster, Cloud Map, log, secrets, roles";
    let (mut stack, names) = naming::stack(environment, stack_name::PLATFORM, description);
    let cluster = cluster(&mut stack, &names);
    let (namespace, discovery) = discovery(&mut stack, &names, network);
    let log = justified::log_group(&mut stack, "ServiceLogGroup", sub!["/ecs/", names.prefixed("/service")], LOG_DAYS);
    let secrets = match environment.keys {
        Keys::SecretsManager => Some(generated_secrets(&mut stack, &names)),
        Keys::Ssm => None,
    };
    let execution = execution_role(&mut stack, &names, bootstrap, &log, secrets.as_ref());
    let task = iam::Role::new(trust()).path(names.role_path()).description("The tasks of the service");
    let task = stack.add("TaskRole", task);

    let exports = Exports {
        cluster_name: stack.export("ClusterName", cluster.reference()),
        namespace: stack.export("NamespaceName", namespace),
        discovery_service_arn: stack.export("DiscoveryServiceArn", discovery.arn()),
        log_group: stack.export("ServiceLogGroupName", log.reference()),
        task_role: Role {
            arn: stack.export("TaskRoleArn", task.arn()),
            name: stack.export("TaskRoleName", task.reference()),
        },
        execution_role: Role {
            arn: stack.export("TaskExecutionRoleArn", execution.arn()),
            name: stack.export("TaskExecutionRoleName", execution.reference()),
        },
        secrets: secrets.map(|secrets| Secrets {
            signing_key: stack.export("SigningSecretArn", secrets.signing_key),
            admin_password: stack.export("AdminPasswordSecretArn", secrets.admin_password),
        }),
    };
    (stack, exports)
}

fn cluster(stack: &mut Stack, names: &Names) -> Handle<ecs::Cluster> {
    let insights = ClusterSettings::new().name("containerInsights").value("disabled");
    let cluster =
        stack.add("Cluster", ecs::Cluster::new().cluster_name(names.prefixed("")).cluster_settings([insights]));
    stack.resource(&cluster).justified(Checker::Checkov, "CKV_AWS_65", "its metrics would cost as much as the task");
    cluster
}

/// API Gateway finds the tasks through Cloud Map's API, the authorizer through that or the DNS. The records are of type
/// SRV: API Gateway needs the port too, and refuses the address records that ECS makes.
fn discovery(
    stack: &mut Stack,
    names: &Names,
    network: &network::Exports,
) -> (Value<String>, Handle<servicediscovery::Service>) {
    let name = names.prefixed(".internal");
    let namespace = stack.add("Namespace", PrivateDnsNamespace::new(&name).vpc(&network.vpc_id));
    let records =
        DnsConfig::new([DnsRecord::new(DNS_TTL, DnsRecordType::SRV)]).routing_policy(RoutingPolicy::MULTIVALUE);
    let service = servicediscovery::Service::new()
        .name(DISCOVERY_SERVICE)
        .namespace_id(&namespace)
        .dns_config(records)
        // ECS tells Cloud Map of tasks that are not well; without this they would go on getting requests.
        .health_check_custom_config(HealthCheckCustomConfig::new().failure_threshold(1));
    (name, stack.add("DiscoveryService", service))
}

fn generated_secrets(stack: &mut Stack, names: &Names) -> Secrets {
    Secrets {
        signing_key: generated_secret(stack, "SigningSecret", sub![names.prefixed("/"), SIGNING_SEED], 64),
        admin_password: generated_secret(stack, "AdminPasswordSecret", sub![names.prefixed("/"), ADMIN_PASSWORD], 32),
    }
}

#[track_caller]
fn generated_secret(stack: &mut Stack, id: &'static str, name: Value<String>, length: u16) -> Value<String> {
    let generated = GenerateSecretString::new().password_length(length).exclude_punctuation(true);
    let secret = stack.add(id, secretsmanager::Secret::new().name(name).generate_secret_string(generated));
    justified::secret(stack, &secret);
    secret.reference()
}

/// The role of the agent that starts the tasks: it pulls the image, reads the secrets, and writes the log.
fn execution_role(
    stack: &mut Stack,
    names: &Names,
    bootstrap: &bootstrap::Exports,
    log: &Handle<logs::LogGroup>,
    secrets: Option<&Secrets>,
) -> Handle<iam::Role> {
    // Signing in to the registry has no resource.
    let sign_in = Statement::allow(["ecr:GetAuthorizationToken"]).sid("SignIn").on_everything();
    let pull = Statement::allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]);
    let read = match secrets {
        Some(Secrets { signing_key, admin_password }) => {
            Statement::allow(["secretsmanager:GetSecretValue"]).on([signing_key, admin_password])
        }
        None => Statement::allow(["ssm:GetParameters"]).on([names.parameter_arn("*")]),
    };
    let policy = PolicyDocument::new([
        sign_in,
        pull.sid("PullImage").on([&bootstrap.repository_arn]),
        log.allow_writing(),
        read.sid("ReadSecrets"),
    ]);
    let role = iam::Role::new(trust())
        .path(names.role_path())
        .description("Starts the tasks of the service: image, secrets, log")
        .policies([iam::role::Policy::new("start-tasks", policy)]);
    stack.add("TaskExecutionRole", role)
}

fn trust() -> PolicyDocument {
    PolicyDocument::assumed_by_for("ecs-tasks.amazonaws.com", arn::regional("ecs", "*"))
}
