//! The library as its users see it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod architecture;
mod yaml;
