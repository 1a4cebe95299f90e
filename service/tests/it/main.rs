//! The service seen from outside.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod address;
#[cfg(unix)]
mod process;
mod socket;
