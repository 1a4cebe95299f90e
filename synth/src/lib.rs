//! Infrastructure as code for AWS.

pub mod aws;
pub mod construct;
pub mod error;
mod graph;
pub mod prelude;
pub mod template;
