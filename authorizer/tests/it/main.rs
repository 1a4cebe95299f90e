//! The authorizer, as Lambda runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod lambda;

use authorizer::{Request, authorize};
use serde_json::{Value, json};

const EVENT: &str = include_str!("event.json");

#[test]
fn every_request_is_denied_in_the_simple_form() {
    let response = authorize(&serde_json::from_str(EVENT).unwrap());
    assert_eq!(serde_json::to_value(response).unwrap(), json!({ "isAuthorized": false }));
}

#[test]
fn event_gives_the_route_and_the_credentials() {
    let request: Request = serde_json::from_str(EVENT).unwrap();
    assert_eq!(
        request,
        Request {
            route_arn: "arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/users/read_all".into(),
            identity_source: vec!["Bearer header.payload.signature".into()],
        }
    );
}

#[test]
fn program_answers_the_event_that_lambda_hands_it() {
    let (path, body) = lambda::invoke(EVENT);
    assert_eq!(path, "/2018-06-01/runtime/invocation/request-1/response");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({ "isAuthorized": false }));
}

#[test]
fn event_of_payload_format_1_is_an_error() {
    let event = r#"{"version": "1.0", "type": "REQUEST", "methodArn": "arn", "identitySource": "user1"}"#;
    let (path, body) = lambda::invoke(event);
    assert_eq!(path, "/2018-06-01/runtime/invocation/request-1/error");
    assert!(body.contains("identitySource") || body.contains("expected a sequence"), "{body}");
}
