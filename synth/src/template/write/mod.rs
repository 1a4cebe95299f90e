//! Writing a template as YAML or JSON.
//!
//! The same tree gives the same bytes, and both forms read back as the tree they were written from.
//!
//! ```
//! use synth::template::{Node, write};
//!
//! let vpc = Node::map([("Value", Node::map([("Ref", "Vpc".into())])), ("Zone", "no".into())]);
//! assert_eq!(write::yaml(&vpc), "Value: !Ref Vpc\nZone: 'no'\n");
//! ```

mod json;
mod yaml;

pub use json::json;
pub use yaml::yaml;
