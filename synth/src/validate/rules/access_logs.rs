//! Access logs of HTTP and WebSocket APIs.

use serde::de::IgnoredAny;

use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 4] = [
    Rule::new("access-log", "Every stage writes an access log", present),
    Rule::new("access-log-group", "Access logs go to a log group that is declared", group),
    Rule::new("vended-logs", "Log groups of access logs have the prefix that needs no policy of their own", vended),
    Rule::new("access-log-format", "Access logs tell why a request failed", format),
];

const STAGE: &str = "AWS::ApiGatewayV2::Stage";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// What tells which request it was, how it ended, and why, with other names for the same
/// ([AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html)).
const VARIABLES: [&[&str]; 3] = [
    &["$context.requestId", "$context.extendedRequestId"],
    &["$context.status"],
    &["$context.integrationErrorMessage", "$context.integration.error"],
];

/// Only where there is an authorizer.
const AUTHORIZER_VARIABLE: &[&str] = &["$context.authorizer.error"];

fn present(set: &Set<'_>, report: &mut Report<'_>) {
    for stage in set.all(STAGE) {
        let settings = stage.key("AccessLogSettings");
        let destination = settings.key("DestinationArn");
        if !settings.is_unknown() && !destination.exists() {
            report
                .add(&destination, "nothing tells which requests the API got, and why some failed")
                .help("set DestinationArn to a log group, and Format");
        }
    }
}

fn group(set: &Set<'_>, report: &mut Report<'_>) {
    for destination in destinations(set) {
        let problem = match set.target(&destination) {
            Some(group) if group.kind != LOG_GROUP => {
                is_of_aws(&group).then_some("these APIs log to CloudWatch log groups only")
            }
            Some(group) => destination
                .is(&group.reference())
                .then_some("this is the name of the log group, and API Gateway wants its ARN"),
            None => is_written_out(&destination)
                .then_some("API Gateway does not make the log group, and without it the stage cannot be made"),
        };
        if let Some(problem) = problem {
            report.add(&destination, problem).help("declare an AWS::Logs::LogGroup, and refer to its attribute Arn");
        }
    }
}

/// Whether it is no custom resource, nested stack or parameter of Systems Manager, whose attributes may be anything.
pub(super) fn is_of_aws(resource: &Resource<'_>) -> bool {
    let kind = resource.kind;
    kind.starts_with("AWS::") && !kind.starts_with("AWS::CloudFormation::") && kind != "AWS::SSM::Parameter"
}

/// Whether an ARN names its log group by a text, not by a reference.
fn is_written_out(arn: &View<'_>) -> bool {
    let name = arn.text().and_then(|arn| arn.split_once(":log-group:"));
    name.is_some_and(|(_, name)| !name.contains("${"))
}

/// Each other log group needs room in one policy of the account, which has 5120 characters
/// ([AWS documentation](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html)).
fn vended(set: &Set<'_>, report: &mut Report<'_>) {
    let destinations = destinations(set);
    let groups = set.all(LOG_GROUP).filter(|group| destinations.iter().any(|arn| group.is_target_of(arn)));
    for name in groups.map(|group| group.key("LogGroupName")) {
        if !name.exists() || name.text().is_some_and(is_other_prefix) {
            report
                .add(&name, "each such log group makes the account's policy for log delivery longer, until no stage can be made")
                .help("let LogGroupName begin with `/aws/vendedlogs/`");
        }
    }
}

/// What a parameter without a value begins with is not known.
fn is_other_prefix(name: &str) -> bool {
    !name.starts_with("/aws/vendedlogs/") && (!name.starts_with("${") || name.starts_with("${AWS::"))
}

fn format(set: &Set<'_>, report: &mut Report<'_>) {
    for stage in set.all(STAGE).filter(|stage| stage.key("AccessLogSettings").is_known()) {
        let format = stage.get("AccessLogSettings.Format");
        if format.exists() && format.literal().is_none() {
            continue;
        }
        let text = format.literal().unwrap_or_default();
        let missing = missing(text, has_authorizer(set, &stage));
        if !missing.is_empty() {
            report
                .add(
                    &format,
                    format!(
                        "the access log leaves out `{}`, so it does not tell why a request failed",
                        missing.join("`, `")
                    ),
                )
                .help("add the variables to Format");
        }
        if text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_err() {
            report
                .add(
                    &format,
                    "the lines of the access log look like JSON and are none, so queries find nothing in them",
                )
                .help("put every variable between quotes");
        }
    }
}

fn missing(format: &str, has_authorizer: bool) -> Vec<&'static str> {
    let wanted = VARIABLES.into_iter().chain(has_authorizer.then_some(AUTHORIZER_VARIABLE));
    let missing = wanted.filter(|names| !names.iter().any(|name| format.contains(name)));
    missing.filter_map(|names| names.first().copied()).collect()
}

fn has_authorizer(set: &Set<'_>, stage: &Resource<'_>) -> bool {
    let mut authorizers = set.all("AWS::ApiGatewayV2::Authorizer");
    let api = stage.key("ApiId").text();
    api.is_some() && authorizers.any(|authorizer| authorizer.key("ApiId").text() == api)
}

fn destinations<'s>(set: &'s Set<'_>) -> Vec<View<'s>> {
    set.all(STAGE).map(|stage| stage.get("AccessLogSettings.DestinationArn")).filter(View::exists).collect()
}
