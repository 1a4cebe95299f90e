//! The log: a line of JSON for each decision, which Lambda keeps.

use std::io;

use lambda_runtime::Context;
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt};

use crate::{Error, Response};

/// Logs from now on what this program has to say: its runtime would tell every error once more.
pub fn start() {
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        // Lambda adds its own.
        .without_time()
        .with_writer(io::stderr)
        .log_internal_errors(false);
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
    // It fails only where a log has started already.
    _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines).with(own));
}

/// Tells a decision. The token is not told.
pub(crate) fn decision(context: &Context, decided: &Result<Response, Error>) {
    let request_id = context.request_id.as_str();
    match decided {
        Ok(Response { context: Some(identity), .. }) => {
            tracing::info!(request_id, decision = "allow", user_id = identity.id, "decided");
        }
        Ok(Response { context: None, .. }) => tracing::info!(request_id, decision = "deny", "decided"),
        Err(error) => tracing::error!(request_id, kind = error.kind(), %error, "not decided"),
    }
}
