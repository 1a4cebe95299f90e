//! The command line, as a whole program.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod check;
mod leftovers;
mod order;
mod package;
mod project;
mod rules;
mod settings;
mod switches;
mod synth;
