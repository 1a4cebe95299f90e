//! Findings that are meant, with the reason in the template:
//!
//! ```yaml
//! Metadata:
//!   synth:
//!     skip:
//!       - id: log-retention
//!         comment: "An auditor wants them for ever"
//! ```

use std::collections::HashSet;

use super::report::{Finding, Report};
use super::set::Set;
use super::view::{Place, View};
use super::{Rule, rules};

/// The rule of a justification that is wrong itself. It cannot be justified.
pub(super) const RULE: Rule =
    Rule::new("justification", "Each justification gives a reason, and its finding still occurs", |_, _| {});

/// Leaves out what is justified, and finds what is wrong with the justifications.
pub(super) fn apply(set: &Set<'_>, own: &[Rule], mut findings: Vec<Finding>) -> Vec<Finding> {
    let known: HashSet<&str> = rules().chain(own.iter().copied()).map(|rule| rule.id).collect();
    let mut wrong = Vec::new();
    for resource in set.resources() {
        for skip in resource.attribute("Metadata").get("synth.skip").items() {
            let Some(id) = skip.key("id").text() else {
                Report::new(RULE.id, &mut wrong).add(&skip.key("id"), "a justification names no rule");
                continue;
            };
            let before = findings.len();
            let within = resource.whole().place();
            findings.retain(|finding| finding.rule != id || !is_within(&finding.place, &within));
            // A rule of an application is known only there.
            let may_be_unknown = !set.is_closed() && !known.contains(id);
            let unused = before == findings.len() && !may_be_unknown;
            if let Some(message) = problem(&skip, id, known.contains(id) || may_be_unknown, unused) {
                Report::new(RULE.id, &mut wrong).add(&skip, message);
            }
        }
    }
    findings.append(&mut wrong);
    findings
}

fn problem(skip: &View<'_>, id: &str, known: bool, unused: bool) -> Option<String> {
    if !known {
        Some(format!("there is no rule `{id}` to justify"))
    } else if skip.key("comment").text().is_none_or(|reason| reason.trim().is_empty()) {
        Some(format!("the justification of `{id}` gives no reason: `comment` is missing"))
    } else if unused {
        Some(format!("rule `{id}` finds nothing here, so there is nothing to justify"))
    } else {
        None
    }
}

fn is_within(place: &Place, outer: &Place) -> bool {
    place.stack == outer.stack && place.path.starts_with(&outer.path)
}
