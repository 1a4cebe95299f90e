//! The command line, as a whole program.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod project;
mod settings;
mod switches;
mod synth;
