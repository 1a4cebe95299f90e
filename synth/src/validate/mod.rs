//! Rules: what CloudFormation accepts, and deploys badly or not at all.
//!
//! A rule looks at a whole [`Set`] of templates, in which values are resolved as far as they follow from the templates:
//! one stack's import is the other's export. What only AWS knows is never a finding.
//!
//! ```
//! use synth::template::{Template, read};
//! use synth::validate::{self, Set};
//!
//! let text = "
//! Resources:
//!   Images:
//!     Type: AWS::Logs::LogGroup
//!     DeletionPolicy: Delete
//!     UpdateReplacePolicy: Delete
//! ";
//! let template = Template::from_node(read::document(text, "logs.yaml")?.into_node()).unwrap();
//! let findings = validate::findings(&Set::of_templates([("logs.yaml", &template)]), &[]);
//! assert_eq!(findings[0].rule, "log-retention");
//! assert_eq!(findings[0].place.path, ["Resources", "Images", "Properties", "RetentionInDays"]);
//! # Ok::<(), synth::template::read::ReadError>(())
//! ```
//!
//! A finding that is meant stays out of the way once the resource says why, in its `Metadata` or with
//! [`Entry::justified`](crate::construct::Entry::justified). A reason whose finding no longer occurs is a finding itself.

mod grants;
mod index;
mod justified;
mod policy;
mod report;
mod resolve;
mod routes;
mod rules;
mod set;
mod sqlite;
mod traffic;
mod view;

pub use crate::kinds::holds_data;
pub use report::{Finding, Report};
pub use set::{Import, Resource, Set, Stack};
pub use view::{Place, View};

/// Something that must hold for templates.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name that findings and justifications have.
    pub id: &'static str,
    /// What must hold, in a sentence.
    pub summary: &'static str,
    check: fn(&Set<'_>, &mut Report<'_>),
}

impl Rule {
    /// A rule. `check` reports what does not hold.
    pub const fn new(id: &'static str, summary: &'static str, check: fn(&Set<'_>, &mut Report<'_>)) -> Self {
        Self { id, summary, check }
    }
}

/// The rules that hold for any template, by family.
pub fn rules() -> impl Iterator<Item = Rule> {
    rules::FAMILIES.iter().copied().flatten().copied()
}

/// What the rules find: those for any template, and `own`, the application's.
pub fn findings(set: &Set<'_>, own: &[Rule]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules().chain(own.iter().copied()) {
        (rule.check)(set, &mut Report::new(rule.id, &mut findings));
    }
    justified::apply(set, own, findings)
}
