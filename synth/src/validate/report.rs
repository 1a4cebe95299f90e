//! What rules find.

use super::view::{Place, View};

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// Adds what to do about it.
    pub fn help(&mut self, text: impl Into<String>) {
        self.help = Some(text.into());
    }
}

/// Takes what one rule finds.
#[derive(Debug)]
pub struct Report<'f> {
    rule: &'static str,
    findings: &'f mut Vec<Finding>,
}

impl<'f> Report<'f> {
    pub(super) fn new(rule: &'static str, findings: &'f mut Vec<Finding>) -> Self {
        Self { rule, findings }
    }

    /// Something is wrong with a value, or with its absence. A resource stands for its properties.
    pub fn add(&mut self, value: &View<'_>, message: impl Into<String>) -> &mut Finding {
        self.add_at(value.place(), message)
    }

    /// Something is wrong at a place.
    pub fn add_at(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.findings.push_mut(Finding { rule: self.rule, place, message: message.into(), help: None })
    }
}
