//! What the generated builders are made of: macros, handles, and typed references.

mod handle;
#[allow(unused_macros, reason = "no service may be on")]
mod macros;
mod reference;

pub use crate::template::{Json, List, Map, OrText, Scalar, Tags};
pub use handle::{Attributes, Handle, ReadOnly, Resource, TagProperty};
#[allow(unused_imports, reason = "no service may be on")]
pub(crate) use macros::{
    attribute, choices, holds_properties, object, property_names, references, resource, setters, tag_property,
};
pub use reference::{Target, To};

#[doc(hidden)]
pub use crate::aws::generated::refs;
