//! The authorizer: the function that API Gateway asks about each request to a protected route.

use synth::aws::arn;
use synth::aws::iam::{self, PolicyDocument, Statement};
use synth::aws::lambda::function::{Code, Environment as Variables, LoggingConfig, Runtime, VpcConfig};
use synth::aws::lambda::{self, function};
use synth::aws::logs;
use synth::aws::typed::Handle;
use synth::construct::{Asset, AssetSource, Program};
use synth::prelude::*;

use crate::app_platform::{self, DISCOVERY_SERVICE, PUBLIC_KEYS};
use crate::bootstrap;
use crate::environment::{Architecture, AuthorizerMode, Environment};
use crate::justified;
use crate::naming::{self, Names, stack_name};
use crate::network;

/// How long the function's log is kept, in days.
const LOG_DAYS: u16 = 30;

/// What `package` calls the archive.
pub(crate) const ASSET: &str = "authorizer";

/// The parameter that says where the function's archive is.
const CODE: &str = "CodeKey";

/// What other stacks use of this one.
pub(crate) struct Exports {
    pub(crate) function_arn: Value<String>,
}

/// The authorizer of an environment.
pub(crate) fn stack(
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    network: &network::Exports,
    platform: &app_platform::Exports,
) -> (Stack, Exports) {
    let description = "The function that says which requests may pass";
    let (mut stack, names) = naming::stack(environment, stack_name::AUTHORIZER, description);
    let name = names.prefixed("-authorizer");
    let log = justified::log_group(&mut stack, "AuthorizerLogGroup", sub!["/aws/lambda/", &name], LOG_DAYS);
    let role = role(&mut stack, &names, environment.authorizer, platform, &log);
    let key = Parameter::string()
        .description("The archive in the artifact bucket, by its content: CloudFormation sees only a changed key")
        .pattern("^lambda/authorizer/[0-9a-f]{64}\\.zip$");
    let key = stack.parameter(CODE, key);
    // Only the mode that the function runs in: what the others need makes it larger, and later to start.
    let program = Program::of("authorizer", environment.architecture.into()).features([environment.authorizer.name()]);
    stack.asset(Asset::new(ASSET, CODE, AssetSource::Function(program)), &bootstrap.artifact_bucket);
    let properties = lambda::Function::new(Code::new().s3_bucket(&bootstrap.artifact_bucket).s3_key(key), &role)
        .function_name(name)
        .description(description)
        .runtime(Runtime::PROVIDED_AL2023)
        .handler("bootstrap")
        .architectures([architecture(environment.architecture)])
        .memory_size(128)
        // API Gateway waits ten seconds.
        .timeout(5)
        .logging_config(LoggingConfig::new().log_group(&log))
        .vpc_config(network.authorizer_group.as_ref().map(|group| in_vpc(network, group)))
        .environment(variables(&mut stack, environment, platform));
    let function = stack.add("AuthorizerFunction", properties);
    justify(&mut stack, &function, environment.authorizer);
    let exports = Exports { function_arn: stack.export("AuthorizerArn", function.arn()) };
    (stack, exports)
}

fn architecture(architecture: Architecture) -> function::Architecture {
    match architecture {
        Architecture::Arm64 => function::Architecture::ARM64,
        Architecture::X86_64 => function::Architecture::X86_64,
    }
}

fn in_vpc(network: &network::Exports, group: &Value<String>) -> VpcConfig {
    VpcConfig::new().subnet_ids(&network.public_subnet_ids).security_group_ids([group])
}

fn variables(stack: &mut Stack, environment: &Environment, platform: &app_platform::Exports) -> Variables {
    let mode = environment.authorizer;
    let variables = match mode {
        AuthorizerMode::IntrospectApi | AuthorizerMode::IntrospectDns => map! {
            "AUTHORIZER_MODE" => mode.name(),
            "DISCOVERY_NAMESPACE" => &platform.namespace,
            "DISCOVERY_SERVICE" => DISCOVERY_SERVICE,
        },
        AuthorizerMode::Local => map! {
            "AUTHORIZER_MODE" => mode.name(),
            "JWKS" => public_keys(stack, environment),
        },
    };
    Variables::new().variables(variables)
}

/// The public keys that tokens are verified with. There is nothing secret in them.
fn public_keys(stack: &mut Stack, environment: &Environment) -> Value<String> {
    let keys = Parameter::ssm_string()
        .description("The parameter in Systems Manager that holds the public keys")
        .default(format!("/{}/{}/{PUBLIC_KEYS}", environment.app, environment.name));
    stack.parameter("PublicJwks", keys)
}

fn role(
    stack: &mut Stack,
    names: &Names,
    mode: AuthorizerMode,
    platform: &app_platform::Exports,
    log: &Handle<logs::LogGroup>,
) -> Handle<iam::Role> {
    let mut statements = vec![log.allow_writing()];
    if mode.introspects() {
        statements.extend(interfaces(names));
    }
    if mode == AuthorizerMode::IntrospectApi {
        statements.push(discover(platform));
    }
    // No condition on the source: Lambda is not documented to send one when it assumes a role that was passed.
    let properties = iam::Role::new(PolicyDocument::assumed_by("lambda.amazonaws.com"))
        .path(names.role_path())
        .description("The authorizer's function")
        .policies([iam::role::Policy::new("authorize", PolicyDocument::new(statements))]);
    stack.add("AuthorizerRole", properties)
}

/// Lambda makes the function's network interfaces with its role. The function's own code may not.
///
/// [AWS documentation](https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html)
fn interfaces(names: &Names) -> [Statement; 3] {
    let change = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    ];
    let see = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"];
    let every = arn::regional("ec2", "*/*");
    let function = names.arn("lambda", "function:", "-authorizer");
    [
        Statement::allow(change).sid("ChangeInterfaces").on([&every]),
        // What describes has no resources.
        Statement::allow(see).sid("SeeInterfaces").on_everything(),
        Statement::deny(change.into_iter().chain(see).collect::<Vec<_>>()).sid("NotTheCode").on_everything().condition(
            "ArnEquals",
            "lambda:SourceFunctionArn",
            function,
        ),
    ]
}

/// Whether the right can be narrowed by ARN, AWS's documentation does not agree with itself; conditions on the names always
/// hold.
fn discover(platform: &app_platform::Exports) -> Statement {
    Statement::allow(["servicediscovery:DiscoverInstances"])
        .sid("Discover")
        .on_everything()
        .condition("StringEquals", "servicediscovery:NamespaceName", &platform.namespace)
        .condition("StringEquals", "servicediscovery:ServiceName", DISCOVERY_SERVICE)
}

fn justify(stack: &mut Stack, function: &Handle<lambda::Function>, mode: AuthorizerMode) {
    let entry = stack
        .resource(function)
        .justified(Checker::Checkov, "CKV_AWS_115", "a new account has ten concurrent executions, and none to reserve")
        .justified(Checker::Checkov, "CKV_AWS_116", "API Gateway waits for its answer, so nothing is left to redeliver")
        .justified(Checker::Checkov, "CKV_AWS_173", "its variables hold nothing secret");
    if !mode.introspects() {
        entry.justified(Checker::Checkov, "CKV_AWS_117", "it needs nothing of the network");
    }
}
