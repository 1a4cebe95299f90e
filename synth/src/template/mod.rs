//! The CloudFormation template as data.

pub(crate) mod expression;
mod function;
mod node;
mod object;
mod scalar;
pub mod write;

pub use crate::{list, map, sub};
pub use expression::*;
pub(crate) use function::Scope;
pub use function::{Function, Intrinsic};
pub use node::{Mapping, Node, Text};
#[doc(hidden)]
pub use object::Fields;
pub use object::{Choice, Object, Properties};
