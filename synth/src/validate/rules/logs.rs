//! Log groups, and what writes to them.

use super::access_logs::is_of_aws;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 2] = [
    Rule::new("log-retention", "Every log group keeps its events for a stated time", retention),
    Rule::new("function-log-group", "Every function writes to a log group of its own stack", function_group),
];

const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// The days that events can be kept for
/// ([AWS documentation](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)).
const DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

fn retention(set: &Set<'_>, report: &mut Report<'_>) {
    for group in set.all(LOG_GROUP) {
        let retention = group.key("RetentionInDays");
        if !retention.exists() {
            report
                .add(&retention, "the log group keeps its events for ever, and their cost grows")
                .help("set RetentionInDays");
        } else if let Some(days) = retention.number().filter(|days| !DAYS.contains(days)) {
            report
                .add(
                    &retention,
                    format!("CloudWatch Logs cannot keep events for {days} days, and refuses the log group"),
                )
                .help(next_days(days));
        }
    }
}

/// The nearest number of days that there is, from above.
fn next_days(days: i64) -> String {
    let next = DAYS.iter().find(|known| **known > days).or(DAYS.last());
    next.map(|days| format!("set RetentionInDays to {days}")).unwrap_or_default()
}

/// A group that Lambda makes by itself has no retention, and outlives the stack.
fn function_group(set: &Set<'_>, report: &mut Report<'_>) {
    for function in set.all("AWS::Lambda::Function") {
        let name = function.get("LoggingConfig.LogGroup");
        if !set.has_loops() && !set.cannot_tell(&name) && !has_group(set, &function, &name) {
            report
                .add(&name, "Lambda makes a log group for this function, which keeps its events for ever and outlives the stack")
                .help("declare an AWS::Logs::LogGroup and refer to it here");
        }
    }
}

/// Whether the log group of a function is one of its stack, or may be. Without a name of its own it is named after the
/// function ([AWS documentation](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html)).
fn has_group(set: &Set<'_>, function: &Resource<'_>, name: &View<'_>) -> bool {
    if let Some(target) = set.target(name) {
        let may_be_group = target.kind == LOG_GROUP || !is_of_aws(&target);
        return may_be_group && target.stack.name == function.stack.name;
    }
    let own = function.key("FunctionName").text();
    let default = [own.map(str::to_owned), Some(function.reference())].into_iter().flatten();
    let names: Vec<String> = match name.text() {
        Some(name) => vec![name.to_owned()],
        None => default.map(|name| format!("/aws/lambda/{name}")).collect(),
    };
    let mut groups = function.stack.resources().filter(|group| group.kind == LOG_GROUP);
    groups.any(|group| {
        let name = group.key("LogGroupName");
        name.is_unknown() || names.iter().any(|own| name.is(own))
    })
}
