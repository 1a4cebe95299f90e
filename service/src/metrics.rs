//! Metrics for Prometheus: requests, and how long they took.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{Method, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// Seconds.
const BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The counters. A clone counts into the same ones.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    running: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    method: String,
    route: String,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        let durations = Family::new_with_constructor(new_histogram as fn() -> Histogram);
        let running = Gauge::default();
        registry.register("http_requests", "Requests that were answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time until the answer began", durations.clone());
        registry.register("http_requests_running", "Requests that are not answered yet", running.clone());
        Self { registry: Arc::new(registry), requests, durations, running }
    }
}

impl Metrics {
    /// Serves them on `GET /metrics`.
    pub fn router(self) -> Router {
        Router::new().route("/metrics", get(async move || self.show()))
    }

    fn show(&self) -> Response {
        let mut text = String::new();
        // Writing into a string does not fail.
        _ = text::encode(&mut text, &self.registry);
        ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
    }

    /// Counts a request as running until what is returned is dropped.
    pub(crate) fn running(&self) -> Running {
        self.running.inc();
        Running(self.running.clone())
    }

    /// Counts an answer.
    pub(crate) fn count(&self, method: &Method, route: &str, status: u16, duration: Duration) {
        let labels = RouteLabels { method: label(method).to_owned(), route: route.to_owned() };
        self.durations.get_or_create(&labels).observe(duration.as_secs_f64());
        let RouteLabels { method, route } = labels;
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }
}

/// A request that is running: also where its client has gone in the meantime.
pub(crate) struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn new_histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

/// Clients may invent methods; each would be a time series of its own.
fn label(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH];
    if known.contains(method) { method.as_str() } else { "other" }
}
