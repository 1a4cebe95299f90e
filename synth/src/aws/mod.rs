//! AWS resource types: one module a service, compiled where the cargo feature of that name is on.

#[allow(unreachable_pub, reason = "`iam` is re-exported by the module that adds to it")]
pub(crate) mod generated;
pub mod iam;
pub mod typed;
mod untyped;

pub use generated::*;
pub use untyped::{Untyped, UntypedAttributes};
