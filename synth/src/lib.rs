//! Infrastructure as code for AWS.

pub mod assembly;
pub mod aws;
pub mod cli;
pub mod construct;
pub mod error;
mod graph;
pub mod prelude;
pub mod template;
pub mod terminal;
