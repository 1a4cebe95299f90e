//! What a stack can say, and what it cannot.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod design;
mod kinds;
mod refused;
