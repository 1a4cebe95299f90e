//! What references are called: `refs::Ec2Vpc`, `refs::IamRoleArn`.

use synth_schema::names;

use super::model::{Expression, ReferenceSet};

/// Names for sets of many types, after what they are for.
const MANY: [(&str, &str); 10] = [
    (
        "BatchJobQueueOrEcsClusterArnOrEventsEventBusArnOrInspectorAssessmentTemplateOrKinesisStreamArnOrKinesisFirehose\
         DeliveryStreamArnOrLambdaAliasOrFunctionArnOrVersionOrLogsLogGroupArnOrSnsTopicOrSqsQueueArnOrStepFunctions\
         StateMachine",
        "EventTargetArn",
    ),
    (
        "CognitoUserPoolArnOrEventsRuleArnOrIamRoleArnOrIotTopicRuleArnOrKinesisFirehoseDeliveryStreamArnOrLambda\
         FunctionArnOrLogsLogGroupArnOrS3BucketArnOrSnsTopicOrSqsQueueArn",
        "InvokerArn",
    ),
    ("DynamoDbGlobalTableStreamArnOrTableStreamArnOrKinesisStreamArnOrMskClusterOrSqsQueueArn", "EventSourceArn"),
    ("Ec2InstanceOrElasticLoadBalancingV2LoadBalancerOrLambdaAliasOrFunctionArn", "TargetGroupTarget"),
    ("ElasticLoadBalancingV2ListenerOrLambdaFunctionArnOrServiceDiscoveryServiceArn", "IntegrationTarget"),
    (
        "EventsEventBusArnOrLambdaAliasOrFunctionArnOrLogsLogGroupArnOrSnsTopicOrSqsQueueArnOrStepFunctionsStateMachine",
        "PipeTargetArn",
    ),
    ("KinesisFirehoseDeliveryStreamArnOrLambdaAliasOrFunctionArnOrVersionOrSqsQueueArn", "SubscriptionEndpoint"),
    ("KinesisStreamArnOrKinesisFirehoseDeliveryStreamArnOrLambdaAliasOrFunctionArn", "LogSubscriptionDestinationArn"),
    ("LambdaAliasOrFunctionArnOrSqsQueueArnOrStepFunctionsStateMachine", "ScheduleTargetArn"),
    ("ServiceDiscoveryHttpNamespaceArnOrPrivateDnsNamespaceArnOrPublicDnsNamespaceArn", "ServiceDiscoveryNamespaceArn"),
];

/// The name of a set of types and what is wanted of each.
pub fn name(set: &ReferenceSet) -> String {
    let name = listed(set);
    MANY.iter().find(|(listed, _)| *listed == name).map_or(name.clone(), |(_, short)| (*short).to_owned())
}

/// All that is in a set, one after the other.
fn listed(set: &ReferenceSet) -> String {
    let mut services: Vec<&str> = Vec::new();
    let mut name = String::new();
    for (type_name, expression) in set {
        let (service, resource) = parts(type_name);
        let is_first_of_service = !services.contains(&service);
        services.push(service);
        let service = if is_first_of_service { service } else { "" };
        name = if name.is_empty() { name } else { name + "Or" } + &single(service, resource, expression);
    }
    name
}

/// A line for the documentation: each type with what is wanted of it.
pub fn documentation(set: &ReferenceSet) -> String {
    let one = |(type_name, expression): (&String, &Expression)| match expression {
        Expression::Ref => format!("`{type_name}` by `Ref`"),
        Expression::GetAtt(attribute) => format!("`{type_name}` by its `{attribute}`"),
    };
    set.iter().map(one).collect::<Vec<_>>().join(", or ")
}

/// Service, resource and attribute, without words that would stand twice.
fn single(service: &str, resource: &str, expression: &Expression) -> String {
    let attribute = match expression {
        Expression::Ref => String::new(),
        Expression::GetAtt(attribute) if is_the_id(resource, attribute) => String::new(),
        Expression::GetAtt(attribute) => names::type_name(attribute),
    };
    let name = joined(&names::type_name(service), &names::type_name(resource), service, resource);
    let overlap = names::words(resource).len();
    let words = names::words(&attribute);
    let repeats = words.len() > overlap && words[..overlap] == names::words(resource)[..];
    let attribute = if repeats { names::type_name(&words[overlap..].join("_")) } else { attribute };
    name + &attribute
}

/// The attribute with the id of a resource whose `Ref` isn't used.
fn is_the_id(resource: &str, attribute: &str) -> bool {
    attribute == "Id"
        || attribute.strip_suffix("Id") == Some(resource)
        || (resource, attribute) == ("SecurityGroup", "GroupId")
}

/// `Backup` and `BackupPlan` make `BackupPlan`.
fn joined(service_name: &str, resource_name: &str, service: &str, resource: &str) -> String {
    let (service, resource) = (names::words(service), names::words(resource));
    if !service.is_empty() && resource.len() >= service.len() && resource[..service.len()] == service[..] {
        resource_name.to_owned()
    } else {
        format!("{service_name}{resource_name}")
    }
}

fn parts(type_name: &str) -> (&str, &str) {
    let mut parts = type_name.split("::").skip(1);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}
