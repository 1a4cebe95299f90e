//! References between resources that know which type they want.

use super::handle::{Handle, Resource};
use crate::template::expression::conversions::{converts, takes_text, takes_values};
use crate::template::{IntoValue, List, Node};

/// The kind of a property that refers to a resource: one of those that `M` stands for.
///
/// It takes the handle of such a resource, or text: an id, an ARN, whatever the property's documentation says.
#[derive(Debug)]
pub struct To<M>(M);

/// A resource type that properties of kind [`To<M>`](To) refer to.
#[diagnostic::on_unimplemented(
    message = "`{P}` refers to `{M}`, and a `{Self}` is not one",
    label = "wrong kind of resource for `{P}`",
    note = "pass a handle of the right resource type, a string, or a `Value<String>` such as `handle.reference()` if this is really meant"
)]
pub trait Target<M, P: ?Sized>: Resource {
    /// The attribute that the property wants; none if it wants what `Ref` returns.
    const ATTRIBUTE: Option<&'static str>;
}

takes_text! { [M,] To<M> }
takes_values! { [M,] To<M>: String }
takes_values! { [M,] List<To<M>>: List<String> }

impl<R: Target<M, P>, M, P: ?Sized> IntoValue<To<M>, P> for &Handle<R> {
    fn into_node(self) -> Option<Node> {
        let value = match R::ATTRIBUTE {
            Some(attribute) => self.source().get::<String>(attribute),
            None => self.source().reference(),
        };
        Some(value.into_inner())
    }
}

impl<R: Target<M, P>, M, P: ?Sized> IntoValue<To<M>, P> for Handle<R> {
    fn into_node(self) -> Option<Node> {
        (&self).into_node()
    }
}

converts! { [M,] List<To<M>>:
    crate::template::expression::Pseudo<List<String>> => |name| name.node();
}
