//! The program as Lambda runs it, in all modes, beside a real instance of the service.

use std::{
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::{
    cloud_map::{self, Api, NAMESPACE, SERVICE},
    events::{HTTP_API, STRANGERS, event},
    introspection::nowhere,
    lambda::{Answer, Lambda},
    name_server::{self, NameServer},
    service::Service,
    tokens,
};

/// The program in one mode, and what it needs.
pub(crate) struct Authorizer {
    pub(crate) mode: &'static str,
    lambda: Lambda,
    _discovery: (Option<Api>, Option<NameServer>),
}

impl Authorizer {
    /// In every mode, for a service at this address.
    pub(crate) async fn all(service: SocketAddr, jwks: &str) -> [Self; 3] {
        let api = Api::start([cloud_map::Reply::Instances(vec![(service, true)])]).await;
        let server = NameServer::start(name_server::Reply::Instances(vec![service])).await;
        let discovery = [("DISCOVERY_NAMESPACE", NAMESPACE), ("DISCOVERY_SERVICE", SERVICE)];
        let aws = [
            ("AUTHORIZER_MODE", "introspect-api"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL_SERVICEDISCOVERY", &api.endpoint_url),
        ];
        let by_api = Lambda::start(&[&discovery[..], &aws].concat()).await;
        let address = server.address.to_string();
        let name_server = [("AUTHORIZER_MODE", "introspect-dns"), ("DISCOVERY_NAME_SERVER", &address)];
        let by_dns = Lambda::start(&[&discovery[..], &name_server].concat()).await;
        let local = Lambda::start(&[("AUTHORIZER_MODE", "local"), ("JWKS", jwks)]).await;
        [
            Self { mode: "introspect-api", lambda: by_api, _discovery: (Some(api), None) },
            Self { mode: "introspect-dns", lambda: by_dns, _discovery: (None, Some(server)) },
            Self { mode: "local", lambda: local, _discovery: (None, None) },
        ]
    }

    pub(crate) async fn ask(&mut self, token: &str) -> Answer {
        self.lambda.invoke(event(&format!("Bearer {token}")).to_string()).await
    }
}

fn denied() -> Value {
    json!({"isAuthorized": false})
}

#[tokio::test(flavor = "multi_thread")]
async fn valid_token_is_allowed_and_others_are_not() {
    let service = Service::start().await;
    let token = service.token();
    let context = json!({"id": service.user.id.to_string(), "user_name": "ann", "role": "user"});
    for mut authorizer in Authorizer::all(service.address, &service.jwks).await {
        for _ in 0..2 {
            let allowed = Ok(json!({"isAuthorized": true, "context": context}));
            assert_eq!(authorizer.ask(&token).await, allowed, "{}", authorizer.mode);
        }
        for (name, token) in tokens::forged(&service) {
            assert_eq!(authorizer.ask(&token).await, Ok(denied()), "{}: {name}", authorizer.mode);
        }
        let recorded = authorizer.lambda.invoke(HTTP_API).await;
        assert_eq!(recorded, Ok(denied()), "{}", authorizer.mode);
    }
}

/// A deleted user is seen by whoever asks the service. `local` believes the token until it expires.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_user_is_seen_by_introspection() {
    let service = Service::start().await;
    let token = service.token();
    let mut all = Authorizer::all(service.address, &service.jwks).await;
    assert!(service.database.delete_user("ann").await.unwrap());
    let mut allowed = Vec::new();
    for authorizer in &mut all {
        allowed.push((authorizer.mode, authorizer.ask(&token).await.unwrap()["isAuthorized"].clone()));
    }
    let (no, yes) = (Value::from(false), Value::from(true));
    assert_eq!(allowed, [("introspect-api", no.clone()), ("introspect-dns", no), ("local", yes)]);
}

/// API Gateway would keep a "no", and the token may be good.
#[tokio::test(flavor = "multi_thread")]
async fn unreachable_service_is_no_decision() {
    let service = Service::start().await;
    let (nobody, _socket) = nowhere();
    let [mut by_api, mut by_dns, _] = Authorizer::all(nobody, &service.jwks).await;
    for authorizer in [&mut by_api, &mut by_dns] {
        let error = authorizer.ask(&service.token()).await.unwrap_err();
        assert_eq!(error["errorType"], "Service", "{error}");
        assert!(error["errorMessage"].as_str().unwrap().contains("cannot be reached"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_ends_the_program() {
    let service = Service::start().await;
    for mut authorizer in Authorizer::all(service.address, &service.jwks).await {
        let long = event(&format!("Bearer {}", "x.".repeat(4096))).to_string();
        assert_eq!(authorizer.lambda.invoke(long).await, Ok(denied()), "{}", authorizer.mode);
        let not_utf8 = b"{\"version\": \"2.0\", \"type\": \"\xff\"}".to_vec();
        let texts = ["", "{", "null", "[]", "\"", "\0", "{\"version\": \"2.0\"}", "{}{}", "\"\\ud800\"", "1e999"]
            .map(|text| text.as_bytes().to_vec());
        for bytes in STRANGERS.map(|event| event.as_bytes().to_vec()).into_iter().chain(texts).chain([not_utf8]) {
            let error = authorizer.lambda.invoke(bytes.clone()).await.unwrap_err();
            assert_eq!(error["errorType"], "UnknownEvent", "{}: {bytes:?}", authorizer.mode);
        }
        let answer = authorizer.ask(&service.token()).await.unwrap();
        assert_eq!(answer["isAuthorized"], true, "{}", authorizer.mode);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn log_tells_decisions_and_no_token() {
    let service = Service::start().await;
    let token = service.token();
    let signature = token.rsplit('.').next().unwrap();
    for mut authorizer in Authorizer::all(service.address, &service.jwks).await {
        authorizer.ask(&token).await.unwrap();
        authorizer.ask(&format!("{}x", &token[..token.len() - 2])).await.unwrap();
        authorizer.lambda.invoke(STRANGERS[0]).await.unwrap_err();
        let lines = authorizer.lambda.log().await;
        assert!(!lines.iter().any(|line| line.contains(&signature[..20]) || line.contains("Bearer")), "{lines:#?}");
        let events: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> =
            events.iter().map(|event| (&event["request_id"], &event["decision"], &event["kind"])).collect();
        let text = |text: &str| Value::from(text);
        let expected = [
            (&text("request-1"), &text("allow"), &Value::Null),
            (&text("request-2"), &text("deny"), &Value::Null),
            (&text("request-3"), &Value::Null, &text("UnknownEvent")),
        ];
        assert_eq!(told, expected, "{}: {lines:#?}", authorizer.mode);
        assert_eq!(events[0]["user_id"], service.user.id.to_string());
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
