//! The authorizer: what it makes of events, of tokens, and of what it is told about the service.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod cloud_map;
mod discovery;
mod events;
mod introspection;
mod lambda;
mod name_server;
mod program;
mod service;
mod settings;
mod tokens;
