//! The CloudFormation template as data.

mod function;
mod node;

pub use function::{Function, Intrinsic};
pub use node::{Map, Node, Text};
