//! The CloudFormation template as data.

mod document;
pub(crate) mod expression;
mod function;
mod node;
mod object;
mod parameter;
pub mod read;
mod scalar;
pub mod verify;
pub mod write;

pub use crate::{list, map, sub};
pub(crate) use document::is_loop;
pub use document::{ResourceView, Template};
pub use expression::*;
pub(crate) use function::Scope;
pub use function::{Function, Intrinsic};
pub use node::{Mapping, Node, Text};
#[doc(hidden)]
pub use object::Fields;
pub use object::{Choice, Object, Properties};
pub use parameter::{Existing, Parameter};
