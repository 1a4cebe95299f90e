//! The log: a line of JSON for each event, on standard error.

use std::io;

use tracing::Level;

/// Logs from now on what is as important as `level`, or more.
pub fn start(level: Level) {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .with_writer(io::stderr)
        // It would say so on standard error, and panic where that is what fails.
        .log_internal_errors(false)
        .finish();
    // It fails only where a log has started already.
    _ = tracing::subscriber::set_global_default(subscriber);
}
