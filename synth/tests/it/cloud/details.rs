//! Why a resource failed, where CloudFormation does not say.

use synth::cloud::{Deployments, StackEvent};

use super::server::{Server, answer};
use super::{ask, error};

fn event(kind: &str, physical_id: &str, reason: &str) -> StackEvent {
    StackEvent {
        kind: kind.to_owned(),
        physical_id: Some(physical_id.to_owned()),
        reason: Some(reason.to_owned()),
        properties: Some(r#"{"ServiceToken": "arn:aws:lambda:eu-west-1:1:function:seed:live"}"#.to_owned()),
        ..StackEvent::default()
    }
}

#[test]
fn stopped_tasks_and_their_last_lines_are_told() {
    let task = r#"{"taskArn": "arn:aws:ecs:eu-west-1:1:task/web/4711", "stoppedReason": "Essential container in task exited",
        "taskDefinitionArn": "arn:definition",
        "containers": [{"name": "service", "exitCode": 2}, {"name": "proxy"}]}"#;
    let scaled =
        r#"{"taskArn": "x/1", "stoppedReason": "Scaling", "stopCode": "ServiceSchedulerInitiated", "stoppedAt": 9}"#;
    let options = r#"{"awslogs-group": "/web", "awslogs-stream-prefix": "tasks"}"#;
    let containers =
        format!(r#"[{{"name": "service", "logConfiguration": {{"options": {options}}}}}, {{"name": "proxy"}}]"#);
    let server = Server::new(vec![
        answer(200, r#"{"taskArns": ["arn:aws:ecs:eu-west-1:1:task/web/4711"]}"#),
        answer(200, &format!(r#"{{"tasks": [{scaled}, {task}]}}"#)),
        answer(200, &format!(r#"{{"taskDefinition": {{"containerDefinitions": {containers}}}}}"#)),
        answer(200, r#"{"events": [{"message": "error: no database\n"}, {"message": ""}]}"#),
    ]);
    let service = event("AWS::ECS::Service", "arn:aws:ecs:eu-west-1:1:service/web/api", "circuit breaker");
    assert_eq!(
        ask(server.connection().details(&service)).unwrap(),
        ["task 4711: Essential container in task exited", "container service: exit code 2", "log: error: no database"]
    );
    let asked = server.asked();
    let target = |position: usize| asked[position].header("x-amz-target").unwrap().to_owned();
    assert_eq!(target(0), "AmazonEC2ContainerServiceV20141113.ListTasks");
    assert!(asked[0].text().contains(r#""cluster":"web""#) && asked[0].text().contains(r#""serviceName":"api""#));
    assert_eq!(target(3), "Logs_20140328.GetLogEvents");
    assert!(asked[3].text().contains(r#""logStreamName":"tasks/service/4711""#), "{}", asked[3].text());
}

#[test]
fn a_service_without_tasks_has_nothing_to_tell() {
    let server = Server::new(vec![answer(200, r#"{"taskArns": []}"#)]);
    let service = event("AWS::ECS::Service", "arn:aws:ecs:eu-west-1:1:service/web/api", "no");
    assert!(ask(server.connection().details(&service)).unwrap().is_empty());
    // It was not made: it has no ARN.
    assert!(
        ask(Server::new(Vec::new()).connection().details(&event("AWS::ECS::Service", "", "no"))).unwrap().is_empty()
    );
}

#[test]
fn what_a_function_logged_is_told() {
    let lines = || answer(200, r#"{"events": [{"message": "panicked at seed"}]}"#);
    let server = Server::new(vec![lines()]);
    let named =
        event("Custom::Seed", "x", "See the details in CloudWatch Log Stream: 2026/11/28/[$LATEST]1 (RequestId: 1)");
    assert_eq!(ask(server.connection().details(&named)).unwrap(), ["log: panicked at seed"]);
    let asked = server.asked()[0].text();
    assert!(
        asked.contains(r#""logGroupName":"/aws/lambda/seed""#) && asked.contains("2026/11/28/[$LATEST]1\""),
        "{asked}"
    );

    let stream = answer(200, r#"{"logStreams": [{"logStreamName": "last"}]}"#);
    let server = Server::new(vec![stream, lines()]);
    let unnamed = event("AWS::CloudFormation::CustomResource", "x", "no");
    assert_eq!(ask(server.connection().details(&unnamed)).unwrap(), ["log: panicked at seed"]);
    // It never logged anything.
    let server = Server::new(vec![answer(400, r#"{"__type": "ResourceNotFoundException"}"#)]);
    assert!(ask(server.connection().details(&unnamed)).unwrap().is_empty());
    let server = Server::new(vec![answer(403, &error("AccessDenied", "no"))]);
    assert_eq!(ask(server.connection().details(&unnamed)).unwrap_err().action, "logs:DescribeLogStreams");
}
