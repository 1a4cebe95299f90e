//! What surrounds every request: its id, its time limit, its line in the log.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use super::{
    context,
    failure::{Detail, Failure},
};
use crate::{
    Error,
    metrics::{Metrics, Running},
    random,
};

/// How long a request may take, its body included. The gateway gives up after 15 seconds.
const TIMEOUT: Duration = Duration::from_secs(12);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The status, in log and metrics, of a request that got no answer, because its client left or the service had to stop:
/// nginx's.
const NOT_ANSWERED: u16 = 499;

/// The most characters of a request id from outside.
const LONGEST_ID: usize = 128;

pub(super) fn around(router: Router, paths: Vec<String>, observer: Observer) -> Router {
    let observer = Arc::new(observer);
    let paths: Arc<[String]> = paths.into();
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(move |request, next| observe(Arc::clone(&observer), request, next)))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new());
    router.fallback(move |uri: Uri| async move { not_found(&uri, &paths) }).layer(layers)
}

/// Where the path is a route's but for a slash at its end, sends the client there.
fn not_found(uri: &Uri, paths: &[String]) -> Response {
    let path = uri.path().trim_end_matches('/');
    if path.len() == uri.path().len() || !paths.iter().any(|template| fits(template, path)) {
        return Failure::NotFound("Not Found").into_response();
    }
    let location = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
}

/// Whether a path is one of a template such as `/users/{name}`.
fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found || (wanted.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

/// What sees every request.
pub(super) struct Observer {
    metrics: Option<Metrics>,
    /// Ids for requests that bring none: what no other process has, and a number.
    prefix: [u8; 8],
    next: AtomicU64,
}

impl Observer {
    /// Counts requests if there are metrics.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(super) fn new(metrics: Option<Metrics>) -> Result<Self, Error> {
        Ok(Self { metrics, prefix: random::bytes()?, next: AtomicU64::new(0) })
    }

    /// The id from outside, unless it would not be good in a log: then a new one.
    fn id(&self, request: &Request) -> String {
        let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let is_fit = |id: &&str| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some(id) = id.filter(is_fit) {
            return id.to_owned();
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        BASE64_URL_SAFE_NO_PAD.encode([self.prefix, number].concat())
    }
}

/// A request that is being answered.
struct Exchange {
    observer: Arc<Observer>,
    /// Counts it as running.
    _running: Option<Running>,
    started: Instant,
    id: String,
    method: Method,
    path: String,
    route: Option<MatchedPath>,
    /// As it is sent.
    status: Option<StatusCode>,
    user_id: Option<i64>,
}

/// Answers the request; logs and counts the answer.
async fn observe(observer: Arc<Observer>, request: Request, next: Next) -> Response {
    let id = observer.id(&request);
    let mut exchange = Exchange {
        _running: observer.metrics.as_ref().map(Metrics::running),
        observer,
        started: Instant::now(),
        id: id.clone(),
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        route: request.extensions().get().cloned(),
        status: None,
        user_id: None,
    };
    let (response, user_id) = context::of_request(id.clone(), next.run(request)).await;
    let mut response = describe(response);
    (exchange.status, exchange.user_id) = (Some(response.status()), user_id);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The end of the exchange: also where the client left before its answer.
///
/// One line for each, with all that is known: spans would be written and read again for every line. The query is left
/// out: it may hold anything.
impl Drop for Exchange {
    fn drop(&mut self) {
        let Self { id, method, path, user_id, .. } = self;
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        let status = self.status.map_or(NOT_ANSWERED, |status| status.as_u16());
        let duration = self.started.elapsed();
        if let Some(metrics) = &self.observer.metrics {
            metrics.count(method, route, status, duration);
        }
        let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let message = if status == NOT_ANSWERED { "not answered" } else { "answered" };
        tracing::info!(id, method = method.as_str(), path, route, status, duration_us, user_id, "{message}");
    }
}

/// Gives errors that have no body the body that every error has.
fn describe(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.headers().contains_key(header::CONTENT_TYPE)
    {
        return response;
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Failure::Unavailable.into_response();
    }
    let detail = Json(Detail { detail: status.canonical_reason().unwrap_or("Error") });
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts, detail).into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "tower-http gives the panic away")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::internal(format_args!("panic: {}", text.unwrap_or("of an unknown kind"))).into_response()
}
