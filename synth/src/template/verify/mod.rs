//! What must hold for any template: names resolve, nothing depends on itself, and CloudFormation's limits.
//!
//! ```
//! use synth::template::{Mapping, Node, Template, verify};
//!
//! let output = Node::map([("Value", Node::map([("Ref", "Vpc".into())]))]);
//! let template = Template::new(Mapping::from_iter([("Outputs", Node::map([("VpcId", output)]))]));
//! let findings = verify::template(&template);
//! assert_eq!(findings[0].path, "Outputs.VpcId.Value");
//! assert_eq!(findings[0].message, "`Vpc` is referred to, and no parameter or resource has this name");
//! ```

mod cycle;
mod early;
mod limit;
mod name;
mod reference;
pub(crate) mod walk;

#[cfg(feature = "cloud")]
pub(crate) use cycle::edges;
pub(crate) use limit::MAXIMUM_INLINE_BYTES;

use super::document::Template;
use walk::Path;

/// Something that is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The path to it, such as `Resources.Vpc.Properties.CidrBlock`.
    pub path: String,
    /// The keys and the numbers of items in that path.
    pub steps: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    pub(crate) fn new(path: &Path<'_>, message: impl Into<String>) -> Self {
        Self { path: path.to_string(), steps: path.steps(), message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }
}

/// Everything that is wrong with the structure of a template, in its own order.
pub fn template(template: &Template) -> Vec<Finding> {
    let mut findings = name::findings(template);
    findings.extend(reference::findings(template));
    findings.extend(early::findings(template));
    findings.extend(cycle::findings(template));
    findings.extend(limit::findings(template));
    findings
}
