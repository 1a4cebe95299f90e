//! Cloud Map's API, as far as `DiscoverInstances` needs it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use authorizer::{configuration::AwsAccess, introspection::CloudMap};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const NAMESPACE: &str = "tracker-dev.internal";
pub(crate) const SERVICE: &str = "service";

/// A Cloud Map that answers what it is told to.
pub(crate) struct Api {
    pub(crate) endpoint_url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The next answers; the last one stays.
    answers: Mutex<Vec<Reply>>,
    requests: Mutex<Vec<Value>>,
}

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// These tasks, and whether they are healthy.
    Instances(Vec<(SocketAddr, bool)>),
    /// Something else.
    Raw(StatusCode, String),
    /// Nothing, ever.
    Silence,
}

impl Reply {
    pub(crate) fn throttled() -> Self {
        Self::Raw(
            StatusCode::BAD_REQUEST,
            json!({"__type": "RequestLimitExceeded", "message": "slow down"}).to_string(),
        )
    }
}

impl Api {
    pub(crate) async fn start(answers: impl Into<Vec<Reply>>) -> Self {
        let shared = Arc::new(Shared { answers: Mutex::new(answers.into()), ..Shared::default() });
        let router = Router::new().route("/", post(discover)).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // The SDK writes `data-` before the host, whatever the host is: here it becomes part of a user's name.
        let endpoint_url = format!("http://x@{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { endpoint_url, shared }
    }

    /// From now on it answers this.
    pub(crate) fn answer(&self, answers: impl Into<Vec<Reply>>) {
        *self.shared.answers.lock().unwrap() = answers.into();
    }

    /// What it was asked.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(crate) fn client(&self) -> CloudMap {
        let access = AwsAccess {
            region: "eu-central-1".to_owned(),
            key_id: "key".to_owned(),
            key: "secret".to_owned(),
            session_token: None,
            endpoint_url: Some(self.endpoint_url.clone()),
        };
        CloudMap::new(NAMESPACE.to_owned(), SERVICE.to_owned(), access)
    }
}

async fn discover(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    assert_eq!(headers["x-amz-target"], "Route53AutoNaming_v20170314.DiscoverInstances");
    assert!(headers["authorization"].to_str().unwrap().starts_with("AWS4-HMAC-SHA256 Credential=key/"));
    let request: Value = serde_json::from_str(&body).unwrap();
    let only_healthy = request["HealthStatus"] == "HEALTHY";
    shared.requests.lock().unwrap().push(request);
    let reply = {
        let mut answers = shared.answers.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    };
    match reply {
        Reply::Instances(instances) => {
            let shown = instances.into_iter().filter(|(_, is_healthy)| *is_healthy || !only_healthy);
            Json(json!({"Instances": shown.map(instance).collect::<Vec<_>>(), "InstancesRevision": 1})).into_response()
        }
        Reply::Raw(status, body) => (status, body).into_response(),
        Reply::Silence => std::future::pending().await,
    }
}

fn instance((address, is_healthy): (SocketAddr, bool)) -> Value {
    json!({
        "InstanceId": address.to_string(),
        "NamespaceName": NAMESPACE,
        "ServiceName": SERVICE,
        "HealthStatus": if is_healthy { "HEALTHY" } else { "UNHEALTHY" },
        "Attributes": {
            "AWS_INSTANCE_IPV4": address.ip().to_string(),
            "AWS_INSTANCE_PORT": address.port().to_string(),
            "AVAILABILITY_ZONE": "eu-central-1a",
        },
    })
}
