//! What the authorizer makes of Cloud Map's answers.

use authorizer::{
    Authority,
    introspection::{Discover, Introspection},
};
use axum::http::StatusCode;
use hickory_proto::op::ResponseCode;
use serde_json::{Value, json};

use crate::{
    cloud_map::{self, Api, NAMESPACE, SERVICE},
    introspection::{Task, USER, ann, nowhere},
    name_server::{self, NameServer},
};

async fn api(answers: impl Into<Vec<cloud_map::Reply>>) -> (Api, Introspection<impl Discover>) {
    let api = Api::start(answers).await;
    let client = api.client();
    (api, Introspection::new(client))
}

async fn dns(reply: name_server::Reply) -> (NameServer, Introspection<impl Discover>) {
    let server = NameServer::start(reply).await;
    let client = server.client();
    (server, Introspection::new(client))
}

async fn fails_with(authority: &impl Authority, text: &str) {
    let error = authority.identify("a.b.c").await.unwrap_err();
    assert!(error.kind() == "Discovery" && error.to_string().contains(text), "{text}: {error}");
}

/// The name server's failure, or that it took too long: not that there is no task.
async fn is_not_answered(authority: &impl Authority) {
    let error = authority.identify("a.b.c").await.unwrap_err().to_string();
    assert!(error.contains("no answer for service.tracker-dev.internal") || error.contains("in time"), "{error}");
}

#[tokio::test]
async fn api_is_asked_once_for_healthy_tasks() {
    let task = Task::start(200, USER).await;
    let (sick, _socket) = nowhere();
    let (api, authority) = api([cloud_map::Reply::Instances(vec![(sick, false), (task.address, true)])]).await;
    for _ in 0..20 {
        assert_eq!(authority.identify("a.b.c").await.unwrap(), Some(ann()));
    }
    let expected = json!({"NamespaceName": NAMESPACE, "ServiceName": SERVICE, "HealthStatus": "HEALTHY"});
    assert_eq!(api.requests(), [expected]);
}

#[tokio::test]
async fn no_task_is_an_error_until_there_is_one() {
    let task = Task::start(200, USER).await;
    let (api, by_api) = api([cloud_map::Reply::Instances(vec![])]).await;
    let (server, by_dns) = dns(name_server::Reply::Instances(vec![])).await;
    fails_with(&by_api, "no healthy task").await;
    fails_with(&by_dns, "no healthy task").await;
    api.answer([cloud_map::Reply::Instances(vec![(task.address, true)])]);
    server.answer(name_server::Reply::Instances(vec![task.address]));
    assert_eq!(by_api.identify("a.b.c").await.unwrap(), Some(ann()));
    assert_eq!(by_dns.identify("a.b.c").await.unwrap(), Some(ann()));
}

/// What was found a moment ago is no longer there: it is looked up again at once.
#[tokio::test]
async fn task_that_moved_is_found_again() {
    let old = Task::start(200, USER).await;
    let (api, by_api) = api([cloud_map::Reply::Instances(vec![(old.address, true)])]).await;
    let (server, by_dns) = dns(name_server::Reply::Instances(vec![old.address])).await;
    assert_eq!(by_api.identify("a.b.c").await.unwrap(), Some(ann()));
    assert_eq!(by_dns.identify("a.b.c").await.unwrap(), Some(ann()));
    let gone = old.address;
    old.stop().await;
    // Nobody has told Cloud Map yet.
    for error in [by_api.identify("a.b.c").await.unwrap_err(), by_dns.identify("a.b.c").await.unwrap_err()] {
        assert!(error.kind() == "Service" && error.to_string().contains(&gone.to_string()), "{error}");
    }
    let new = Task::start(200, USER.replace('7', "8")).await;
    api.answer([cloud_map::Reply::Instances(vec![(new.address, true)])]);
    server.answer(name_server::Reply::Instances(vec![new.address]));
    assert_eq!(by_api.identify("a.b.c").await.unwrap().unwrap().id, "8");
    assert_eq!(by_dns.identify("a.b.c").await.unwrap().unwrap().id, "8");
}

/// The new task is there, and the old one is still named. Whose turn it is first is drawn.
#[tokio::test]
async fn task_that_failed_is_asked_last() {
    let task = Task::start(200, USER).await;
    let (gone, _socket) = nowhere();
    for _ in 0..10 {
        let old = cloud_map::Reply::Instances(vec![(gone, true)]);
        let both = cloud_map::Reply::Instances(vec![(gone, true), (task.address, true)]);
        let (_api, authority) = api([old, both]).await;
        assert_eq!(authority.identify("a.b.c").await.unwrap(), Some(ann()));
    }
}

/// The log shall say both: that the task failed, and that there is no other.
#[tokio::test]
async fn first_failure_is_not_forgotten() {
    let (gone, _socket) = nowhere();
    let (_api, authority) =
        api([cloud_map::Reply::Instances(vec![(gone, true)]), cloud_map::Reply::Instances(vec![])]).await;
    fails_with(&authority, &format!("{gone} cannot be reached")).await;
    fails_with(&authority, "no healthy task").await;
}

/// A connection that died while Lambda had frozen the process.
#[tokio::test]
async fn silent_api_is_asked_again() {
    let task = Task::start(200, USER).await;
    let instances = cloud_map::Reply::Instances(vec![(task.address, true)]);
    let (_api, authority) = api([cloud_map::Reply::Silence, instances]).await;
    assert_eq!(authority.identify("a.b.c").await.unwrap(), Some(ann()));
}

/// One that has ended may lose its address before its name.
#[tokio::test]
async fn task_without_an_address_does_not_hide_the_others() {
    let task = Task::start(200, USER).await;
    let (_server, by_dns) = dns(name_server::Reply::Nameless(task.address)).await;
    let whole = json!({"AWS_INSTANCE_IPV4": "127.0.0.1", "AWS_INSTANCE_PORT": task.address.port().to_string()});
    let body = json!({"Instances": [{"InstanceId": "one"}, {"InstanceId": "two", "Attributes": whole}]});
    let (_api, by_api) = api([cloud_map::Reply::Raw(StatusCode::OK, body.to_string())]).await;
    assert_eq!(by_dns.identify("a.b.c").await.unwrap(), Some(ann()));
    assert_eq!(by_api.identify("a.b.c").await.unwrap(), Some(ann()));
}

#[tokio::test]
async fn throttled_api_is_asked_again() {
    let task = Task::start(200, USER).await;
    let instances = cloud_map::Reply::Instances(vec![(task.address, true)]);
    let (served, authority) = api([cloud_map::Reply::throttled(), instances]).await;
    assert_eq!(authority.identify("a.b.c").await.unwrap(), Some(ann()));
    assert_eq!(served.requests().len(), 2);
    let (_api, authority) = api([cloud_map::Reply::throttled()]).await;
    fails_with(&authority, "RequestLimitExceeded").await;
}

#[tokio::test]
async fn slow_answers_are_errors() {
    let (_api, by_api) = api([cloud_map::Reply::Silence]).await;
    let (_server, by_dns) = dns(name_server::Reply::Silence).await;
    fails_with(&by_api, "Cloud Map does not say where the tasks are").await;
    is_not_answered(&by_dns).await;
}

#[tokio::test]
async fn wrong_answers_of_the_api_are_errors() {
    let instance = |attributes: Value| {
        let body = json!({"Instances": [{"InstanceId": "one", "Attributes": attributes}]}).to_string();
        cloud_map::Reply::Raw(StatusCode::OK, body)
    };
    let not_found = r#"{"__type": "ServiceNotFound", "Message": "no such service"}"#.to_owned();
    for (reply, expected) in [
        (cloud_map::Reply::Raw(StatusCode::OK, "<html>".to_owned()), "Cloud Map does not say"),
        (cloud_map::Reply::Raw(StatusCode::BAD_REQUEST, not_found), "ServiceNotFound"),
        (cloud_map::Reply::Raw(StatusCode::FORBIDDEN, "{}".to_owned()), "Cloud Map does not say"),
        (instance(json!({})), "AWS_INSTANCE_IPV4"),
        (instance(json!({"AWS_INSTANCE_IPV4": "127.0.0.1"})), "AWS_INSTANCE_PORT"),
        (instance(json!({"AWS_INSTANCE_IPV4": "localhost", "AWS_INSTANCE_PORT": "80"})), "AWS_INSTANCE_IPV4"),
        (instance(json!({"AWS_INSTANCE_IPV4": "127.0.0.1", "AWS_INSTANCE_PORT": "65536"})), "AWS_INSTANCE_PORT"),
    ] {
        let (_api, authority) = api([reply]).await;
        fails_with(&authority, expected).await;
    }
}

#[tokio::test]
async fn wrong_answers_of_the_name_server_are_errors() {
    for reply in [
        name_server::Reply::Refuses(ResponseCode::ServFail),
        name_server::Reply::Refuses(ResponseCode::Refused),
        name_server::Reply::Garbage,
    ] {
        let (_server, authority) = dns(reply).await;
        is_not_answered(&authority).await;
    }
}

#[tokio::test]
async fn dns_spreads_over_tasks() {
    let tasks = [Task::start(200, USER).await, Task::start(401, "").await];
    let (_server, authority) =
        dns(name_server::Reply::Instances(tasks.iter().map(|task| task.address).collect())).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(authority.identify("a.b.c").await.unwrap().is_some());
    }
    answers.sort_unstable();
    assert_eq!(answers, [false, false, true, true]);
}

/// Another task is known: nobody has to say first where it is. Whose turn it is first is drawn.
#[tokio::test]
async fn other_task_is_asked_at_once() {
    let task = Task::start(200, USER).await;
    let (gone, _socket) = nowhere();
    for _ in 0..10 {
        let both = cloud_map::Reply::Instances(vec![(gone, true), (task.address, true)]);
        let (_api, authority) = api([both, cloud_map::Reply::Silence]).await;
        assert_eq!(authority.identify("a.b.c").await.unwrap(), Some(ann()));
    }
}
