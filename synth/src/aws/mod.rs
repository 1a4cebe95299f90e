//! AWS resource types: one module a service, compiled where the cargo feature of that name is on.

pub(crate) mod generated;
pub mod iam;
pub mod typed;

pub use generated::*;
