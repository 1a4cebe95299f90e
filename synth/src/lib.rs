//! Infrastructure as code for AWS.

pub mod assembly;
pub mod aws;
pub mod cli;
#[cfg(feature = "cloud")]
pub mod cloud;
pub mod construct;
#[cfg(feature = "cloud")]
pub mod deploy;
#[cfg(feature = "cloud")]
pub mod destroy;
pub mod error;
mod graph;
mod kinds;
pub mod package;
pub mod prelude;
#[cfg(feature = "cloud")]
pub mod recover;
pub mod template;
pub mod terminal;
pub mod validate;
