//! Functions: their network, their time, and which code they run.

use crate::validate::grants;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 3] = [
    Rule::new("authorizer-timeout", "A function that authorizes ends before API Gateway stops waiting", timeout),
    Rule::new("function-code-key", "The key of a function's code changes with the code", code_key),
    Rule::new("function-network-rights", "A function in a VPC may make its network interfaces", network_rights),
];

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html)
const AUTHORIZER_SECONDS: i64 = 10;

/// [AWS documentation](https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html)
const INTERFACE_ACTIONS: [&str; 3] =
    ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"];

/// The shortest run of hexadecimal digits that is taken for a hash.
const HASH_DIGITS: usize = 32;

fn timeout(set: &Set<'_>, report: &mut Report<'_>) {
    for function in set.all("AWS::Lambda::Function") {
        let arn = function.attribute_reference("Arn");
        let calls =
            |authorizer: Resource<'_>| authorizer.key("AuthorizerUri").text().is_some_and(|uri| uri.contains(&arn));
        let timeout = function.key("Timeout");
        if timeout.number() > Some(AUTHORIZER_SECONDS) && set.all("AWS::ApiGatewayV2::Authorizer").any(calls) {
            report
                .add(&timeout, format!("API Gateway waits {AUTHORIZER_SECONDS} seconds for an authorizer, then refuses the request while the function still runs"))
                .help(format!("set Timeout to {AUTHORIZER_SECONDS} or less"));
        }
    }
}

fn code_key(set: &Set<'_>, report: &mut Report<'_>) {
    for function in set.all("AWS::Lambda::Function") {
        let key = function.get("Code.S3Key");
        let Some(text) = key.text() else { continue };
        let hashed = match set.parameter(text) {
            Some(parameter) => asks_for_hash(&parameter.key("AllowedPattern")),
            None => has_hash(text) || text.contains("${"),
        };
        if !hashed && !function.get("Code.S3ObjectVersion").exists() {
            report
                .add(&key, "new code under the same key is no change to CloudFormation, and the function keeps the old one")
                .help("put a hash of the archive into the key; for a parameter, ask for it in AllowedPattern: `[0-9a-f]{64}`");
        }
    }
}

/// Whether a pattern repeats something as often as a hash has digits.
fn asks_for_hash(pattern: &View<'_>) -> bool {
    let counts = pattern.text().into_iter().flat_map(|text| text.split('{').skip(1));
    counts.filter_map(|rest| rest.split([',', '}']).next()?.parse().ok()).any(|count: usize| count >= HASH_DIGITS)
}

fn has_hash(text: &str) -> bool {
    text.split(|next: char| !next.is_ascii_hexdigit()).any(|digits| digits.len() >= HASH_DIGITS)
}

fn network_rights(set: &Set<'_>, report: &mut Report<'_>) {
    for function in set.all("AWS::Lambda::Function").filter(|function| function.get("VpcConfig.SubnetIds").exists()) {
        let Some(role) = set.target(&function.key("Role")).filter(|role| role.kind == "AWS::IAM::Role") else {
            continue;
        };
        let Some(statements) = grants::statements(set, &role) else { continue };
        let is_allowed = |action: &&&str| statements.iter().any(|statement| grants::may_allow(statement, action));
        let missing: Vec<&str> = INTERFACE_ACTIONS.iter().filter(|action| !is_allowed(action)).copied().collect();
        if !missing.is_empty() {
            report
                .add(&function.key("VpcConfig"), format!("Lambda makes the network interfaces with the role `{}`, which may not: the function cannot be created", role.id))
                .help(format!("allow the role: {}", missing.join(", ")));
        }
    }
}
