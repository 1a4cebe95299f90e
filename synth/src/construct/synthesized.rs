//! What an app becomes: templates, in the order of their deployment.

use std::panic::Location;

use super::asset::{Binding, StoredAsset};
use crate::template::{Template, is_loop};

/// A stack whose structure holds.
#[derive(Clone, Debug)]
pub struct Synthesized {
    /// What the command line calls it.
    pub name: String,
    /// Its name in AWS.
    pub stack_name: String,
    /// The region that it is deployed to, where that is fixed.
    pub region: Option<String>,
    /// The account that it is deployed to, where that is fixed.
    pub account: Option<String>,
    /// Whether the tool refuses to delete it.
    pub termination_protection: bool,
    /// The role that CloudFormation deploys it with; none where it has the rights of its caller.
    pub role: Option<Binding>,
    /// The bucket for its template, where that is too large for a request.
    pub template_bucket: Option<Binding>,
    /// The template.
    pub template: Template,
    /// The parameters in the order of the template.
    pub parameters: Vec<ParameterValue>,
    /// The tags of the stack itself, where their values are known.
    pub tags: Vec<(String, String)>,
    /// The parameters whose values are built.
    pub assets: Vec<StoredAsset>,
    /// The stacks of the app that must be there first.
    pub dependencies: Vec<String>,
    /// The names that it exports, where they are known.
    pub exports: Vec<String>,
    /// The names that it imports, where they are known.
    pub imports: Vec<String>,
    /// The line of Rust that declared each entry of the template's `Resources`, in their order.
    pub lines: Vec<&'static Location<'static>>,
}

impl Synthesized {
    /// The line of Rust that declared a resource.
    pub fn line(&self, logical_id: &str) -> Option<&'static Location<'static>> {
        let position = self.template.section("Resources").position(|(id, _)| id == logical_id)?;
        self.lines.get(position).copied()
    }

    /// The line of Rust that declared each resource: logical id, then `file:line`.
    pub fn sources(&self) -> impl Iterator<Item = (&str, String)> {
        let ids = self.template.section("Resources").map(|(id, _)| id);
        ids.zip(&self.lines)
            .filter(|(id, _)| !is_loop(id))
            .map(|(id, line)| (id, format!("{}:{}", line.file(), line.line())))
    }
}

/// A parameter and what this synthesis gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterValue {
    /// The logical id.
    pub name: String,
    /// The type, such as `String`.
    pub kind: String,
    /// The value, or the default; none if whoever deploys must give one.
    pub value: Option<String>,
}
