//! What nearly every file that declares a stack uses.
//!
//! ```
//! use synth::prelude::*;
//! ```

pub use crate::construct::{App, Checker, DeletionPolicy, Stack};
pub use crate::template::{
    Existing, Json, List, NO_VALUE, Parameter, Properties, Value, and, base64, cidr, equals, find_in_map, get_azs, if_,
    import_value, join, list, map, not, or, pseudo, select, split, sub,
};
pub use serde_json::json;
