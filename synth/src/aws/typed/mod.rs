//! What the generated builders are made of: macros, handles, and typed references.

mod handle;
mod macros;
mod reference;

pub use crate::template::{Json, List, Map, OrText, Scalar, Tags};
pub use handle::{Attributes, Handle, ReadOnly, Resource, TagProperty};
pub(crate) use macros::{
    attribute, choices, holds_properties, object, property_names, references, resource, setters, tag_property,
};
pub use reference::{Target, To};

#[doc(hidden)]
pub use crate::aws::generated::refs;
