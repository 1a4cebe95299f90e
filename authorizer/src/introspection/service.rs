//! The service, as a client sees it: `GET /auth/check_token`.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use serde::Deserialize;

use super::IDLE;
use crate::Identity;

/// The most bytes of an answer.
const LONGEST: usize = 4096;

/// Connections to the service's tasks, which stay open between requests.
pub(super) struct Service(Client<HttpConnector, Empty<Bytes>>);

/// What the service says of a valid token.
#[derive(Deserialize)]
struct Answer {
    id: i64,
    user_name: String,
    role: String,
}

impl Service {
    pub(super) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let mut builder = Client::builder(TokioExecutor::new());
        Self(builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector))
    }

    /// Asks one task. Only 401 says that the token is not valid. An error says which task does not tell, and why.
    pub(super) async fn ask(&self, instance: SocketAddr, token: &str) -> Result<Option<Identity>, String> {
        let failure = |reason: String| format!("{instance} {reason}");
        let request = Request::get(format!("http://{instance}/auth/check_token"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Empty::new())
            .map_err(|error| failure(format!("cannot be asked: {error}")))?;
        let response = self.0.request(request).await.map_err(|error| failure(reason(&error)))?;
        match response.status() {
            StatusCode::UNAUTHORIZED => Ok(None),
            StatusCode::OK => identity(response).await.map(Some).map_err(failure),
            status => Err(failure(format!("answers {status}"))),
        }
    }
}

async fn identity(response: Response<Incoming>) -> Result<Identity, String> {
    let body = Limited::new(response.into_body(), LONGEST).collect().await;
    let body = body.map_err(|error| format!("breaks its answer off: {error}"))?.to_bytes();
    let answer: Answer =
        // Without what it is: that may be anything, and repeat the token.
        serde_json::from_slice(&body).map_err(|_| format!("answers {} bytes that are no user", body.len()))?;
    let Answer { id, user_name, role } = answer;
    // They go into headers.
    if [&user_name, &role].into_iter().any(|text| text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        return Err("answers with a user whose name or role no header can hold".to_owned());
    }
    Ok(Identity { id: id.to_string(), user_name, role })
}

/// With the cause: the client itself says only what it was about to do.
fn reason(error: &hyper_util::client::legacy::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("cannot be reached: {error}{}", cause.unwrap_or_default())
}
