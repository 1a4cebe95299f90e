//! Expressions: what a property of a known type can be set to.
//!
//! A setter takes `impl IntoValue<T>`. `T` only names the kind of value; a literal, a reference and an intrinsic
//! function of that kind all convert to it, and everything else is a compile error:
//!
//! ```
//! use synth::template::{Value, if_, pseudo, select, split, sub};
//!
//! let name: Value<String> = sub!["logs-", pseudo::ACCOUNT_ID, "-", pseudo::REGION];
//! assert_eq!(name.node().as_function().unwrap().argument().as_str(), Some("logs-${AWS::AccountId}-${AWS::Region}"));
//! let first: Value<String> = select(0, split(",", "a,b"));
//! # let _ = (first, if_::<&str, &str>);
//! ```

mod condition;
pub(crate) mod conversions;
mod function;
mod list;
mod sub;

use std::fmt;
use std::marker::PhantomData;

pub use condition::{Condition, Test, and, equals, not, or};
pub use conversions::{Json, OrText, Scalar};
pub(crate) use function::Pseudo;
pub use function::{
    If, Lookup, NO_VALUE, NoValue, StackOutput, base64, cidr, find_in_map, find_in_map_or, get_azs, get_azs_of,
    get_stack_output, if_, import_value, join, length, pseudo, select, split, to_json_string, transform,
};
pub(crate) use list::tag_list;
pub use list::{Elements, Entries, List, Map, Tags};
pub use sub::Sub;

use super::function::{Function, Intrinsic, Scope};
use super::node::Node;

/// What a property of kind `T` can be set to.
///
/// `P` is the property's name. It is there for the compiler's message only.
#[diagnostic::on_unimplemented(
    message = "`{P}` takes `{T}`, and `{Self}` is not one",
    label = "not a `{T}`",
    note = "lists take arrays, `Vec`s or `list![…]`; maps and tags take pairs or `map! {{…}}`; enumerated strings take their constants or `Type::from(\"…\")`"
)]
pub trait IntoValue<T, P: ?Sized = argument> {
    /// The value as a tree; nothing where the property is to be left out.
    #[doc(hidden)]
    fn into_node(self) -> Option<Node>;
}

/// Stands for the property's name where a value is an argument of a function.
#[expect(non_camel_case_types, reason = "it appears in the compiler's messages in the place of a setter's name")]
#[derive(Debug)]
pub enum argument {}

/// An expression of kind `T`: a reference, an attribute, or the result of an intrinsic function.
pub struct Value<T> {
    node: Node,
    kind: PhantomData<fn() -> T>,
}

impl<T> Value<T> {
    /// A value from anything that a property of kind `T` takes. What would be left out becomes `AWS::NoValue`.
    pub fn new(value: impl IntoValue<T>) -> Self {
        Self::from_node(value.into_node().unwrap_or_else(NoValue::node))
    }

    /// A value from a tree, on the caller's word that it is of kind `T`.
    pub fn from_node(node: Node) -> Self {
        Self { node, kind: PhantomData }
    }

    /// The tree.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The tree, taken out.
    pub fn into_inner(self) -> Node {
        self.node
    }

    pub(crate) fn function(name: Intrinsic, argument: Node) -> Self {
        Self::from_node(Function::new(name, argument).into())
    }

    pub(crate) fn scoped_function(name: Intrinsic, argument: Node, scope: Scope) -> Self {
        Self::from_node(Function::new(name, argument).scoped(scope).into())
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self::from_node(self.node.clone())
    }
}

impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(formatter)
    }
}

/// As JSON with functions in their full form, so that a value can stand inside `json!({…})`.
impl<T> serde::Serialize for Value<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.node.serialize(serializer)
    }
}

impl<T, P: ?Sized> IntoValue<T, P> for Value<T> {
    fn into_node(self) -> Option<Node> {
        Some(self.node)
    }
}

impl<T, P: ?Sized> IntoValue<T, P> for &Value<T> {
    fn into_node(self) -> Option<Node> {
        Some(self.node.clone())
    }
}

impl<T, P: ?Sized, V: IntoValue<T, P>> IntoValue<T, P> for Option<V> {
    fn into_node(self) -> Option<Node> {
        self?.into_node()
    }
}
