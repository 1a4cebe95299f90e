//! AWS resource types: one module a service, compiled where the cargo feature of that name is on.

pub mod arn;
#[cfg(feature = "s3")]
mod bucket;
pub mod fargate;
#[allow(clippy::new_without_default, reason = "what needs nothing today may need something in newer data")]
#[allow(clippy::should_implement_trait, reason = "`add` and `from` are the field's own words")]
#[allow(non_camel_case_types, reason = "choices are written as AWS writes them, names of properties as their setters")]
#[allow(unreachable_pub, reason = "`iam` is re-exported by the module that adds to it")]
pub(crate) mod generated;
pub mod iam;
#[cfg(feature = "logs")]
mod log_group;
#[cfg(feature = "ec2")]
mod security_group;
pub mod typed;
mod untyped;

pub use generated::*;
pub use untyped::{Untyped, UntypedAttributes};
