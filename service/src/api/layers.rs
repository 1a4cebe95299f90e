//! What surrounds every request: its id, its time limit, its line in the log.

use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use super::{
    context,
    failure::{Detail, Failure},
};
use crate::{metrics::Metrics, random};

/// How long a request may take, its body included. The gateway gives up after 15 seconds.
const TIMEOUT: Duration = Duration::from_secs(12);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The most characters of a request id from outside.
const LONGEST_ID: usize = 128;

pub(super) fn around(router: Router, paths: Vec<String>, metrics: &Metrics) -> Router {
    let metrics = metrics.clone();
    let paths: Arc<[String]> = paths.into();
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(move |request, next| observe(metrics.clone(), request, next)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
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

/// Answers the request; logs and counts the answer.
///
/// One line for each, with all that is known: spans would be written and read again for every line. The query is left
/// out: it may hold anything.
async fn observe(metrics: Metrics, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let running = metrics.running();
    let id = request_id(&request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let (response, user_id) = context::of_request(id.clone(), next.run(request)).await;
    let mut response = describe(response);
    let (status, duration) = (response.status().as_u16(), started.elapsed());
    drop(running);
    metrics.count(&method, route, status, duration);
    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(id, method = method.as_str(), path, route, status, duration_us, user_id, "answered");
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id from outside, unless it would not be good in a log: then a new one.
fn request_id(request: &Request) -> String {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let id = id.filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
    id.map_or_else(|| random::name().unwrap_or_default(), str::to_owned)
}

/// Gives errors that have no body the body that every error has.
fn describe(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.headers().contains_key(header::CONTENT_TYPE)
    {
        return response;
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
