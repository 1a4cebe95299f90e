//! The schemas of all CloudFormation resource types, and what they are called in Rust.
//!
//! [`Catalogue::bundled`] opens the catalogue that comes with this crate. It is the one source for the typed builders, and
//! for validation, replacement in diffs, and permissions. `synth-codegen` writes it from the packages in
//! [`Catalogue::sources`] and the patches in `synth/schema/patches`.

mod catalogue;
pub mod container;
mod description;
mod error;
mod kind;
pub mod names;
mod path;
mod resource_type;
mod schema;

pub use catalogue::Catalogue;
pub use container::{Package, Sources};
pub use error::Error;
pub use kind::{Kind, Kinds};
pub use path::PropertyPath;
pub use resource_type::{Handler, Operation, ResourceType, Tagging, Update};
pub use schema::{Additional, Limits, Relation, RelationshipRef, Schema, Together};
