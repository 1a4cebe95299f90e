//! The authorizer's function, which has three modes.

use synth::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 4] = [
    Rule::new("authorizer-mode", "The authorizer has the network that its mode needs, and no other", mode),
    Rule::new("authorizer-secrets", "An authorizer that verifies tokens itself can read no secret", secrets),
    Rule::new("authorizer-time", "The authorizer answers before the client's request is given up", time),
    Rule::new("one-architecture", "Tasks and functions run on the processors that pipelines build for", architecture),
];

/// The functions, each with its mode.
fn authorizers<'s>(set: &'s Set<'_>) -> impl Iterator<Item = (Resource<'s>, &'s str)> {
    let functions = set.all("AWS::Lambda::Function");
    functions.filter_map(|function| {
        let mode = function.get("Environment.Variables.AUTHORIZER_MODE").text()?;
        Some((function, mode))
    })
}

fn mode(set: &Set<'_>, report: &mut Report<'_>) {
    for (function, mode) in authorizers(set) {
        let network = function.key("VpcConfig");
        if network.exists() != mode.starts_with("introspect-") {
            let message = format!("mode `{mode}` and the function's network do not fit together");
            report.add(&network, message).help("only a function that asks the service is in the VPC");
        }
        let (discovery, others) = interfaces(set);
        if others > 0 || discovery != usize::from(mode == "introspect-api") {
            let message =
                format!("mode `{mode}` with {discovery} endpoints of Cloud Map in the network, and {others} others");
            report
                .add(&function.get("Environment.Variables.AUTHORIZER_MODE"), message)
                .help("each costs money every hour, and only `introspect-api` needs one");
        }
    }
}

/// How many interface endpoints are of Cloud Map, and how many are not.
fn interfaces(set: &Set<'_>) -> (usize, usize) {
    let interfaces =
        set.all("AWS::EC2::VPCEndpoint").filter(|endpoint| endpoint.key("VpcEndpointType").is("Interface"));
    let is_discovery = |endpoint: &Resource<'_>| {
        endpoint.key("ServiceName").text().is_some_and(|name| name.ends_with(".data-servicediscovery"))
    };
    let (discovery, others): (Vec<_>, Vec<_>) = interfaces.partition(is_discovery);
    (discovery.len(), others.len())
}

fn secrets(set: &Set<'_>, report: &mut Report<'_>) {
    for (function, _) in authorizers(set).filter(|(_, mode)| *mode == "local") {
        let keys = function.get("Environment.Variables.JWKS");
        let parameter = keys.text().and_then(|text| set.parameter(text));
        if !parameter.is_some_and(|parameter| parameter.key("Type").is("AWS::SSM::Parameter::Value<String>")) {
            report
                .add(&keys, "the public keys are not those of the parameter in Systems Manager")
                .help("refer to a parameter of type `AWS::SSM::Parameter::Value<String>`");
        }
        let policies = function.stack.resources().filter(|resource| resource.kind.starts_with("AWS::IAM::"));
        for action in policies.flat_map(|policy| policy.all_texts()).filter(is_reading_secrets) {
            report
                .add(&action, "the function can read secrets, and verifying a token needs none")
                .help("take the action out of the role");
        }
    }
}

fn is_reading_secrets(action: &View<'_>) -> bool {
    let action = action.text().unwrap_or_default();
    action.starts_with("secretsmanager:") || action.starts_with("ssm:")
}

fn time(set: &Set<'_>, report: &mut Report<'_>) {
    let waits = set.all("AWS::ApiGatewayV2::Integration").filter_map(|each| each.key("TimeoutInMillis").number()).min();
    for (function, _) in authorizers(set) {
        let timeout = function.key("Timeout");
        if timeout.number().zip(waits).is_some_and(|(seconds, waits)| seconds.saturating_mul(1000) >= waits) {
            report
                .add(&timeout, "the authorizer may take as long as the whole request")
                .help("set Timeout below TimeoutInMillis of the integrations");
        }
    }
}

fn architecture(set: &Set<'_>, report: &mut Report<'_>) {
    let tasks = set.all("AWS::ECS::TaskDefinition").map(|task| task.get("RuntimePlatform.CpuArchitecture"));
    let functions = set.all("AWS::Lambda::Function").map(|function| function.key("Architectures"));
    let builds = set.all("AWS::CodeBuild::Project").map(|project| project.get("Environment.Type"));
    let all: Vec<(View<'_>, bool)> =
        tasks.chain(functions).chain(builds).map(|value| (value.clone(), is_arm(&value))).collect();
    let Some((_, first)) = all.first() else { return };
    for (value, _) in all.iter().filter(|(_, arm)| arm != first) {
        report
            .add(value, "it is built for other processors than it runs on, and cannot start")
            .help("the environment's `architecture` sets all of them");
    }
}

fn is_arm(value: &View<'_>) -> bool {
    value.texts().iter().any(|text| ["ARM64", "arm64", "ARM_CONTAINER"].contains(text))
}
