//! Logical ids: their characters, and that each names one thing.

use std::collections::HashMap;

use super::Finding;
use super::walk::Path;
use crate::template::document::{Template, is_loop};

/// The sections whose keys are logical ids.
const NAMED: [&str; 4] = ["Parameters", "Conditions", "Resources", "Outputs"];

/// Stands among logical ids for those in another file.
const INCLUDE: &str = "Fn::Transform";

pub(super) fn findings(template: &Template) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut values = HashMap::new();
    for section in NAMED {
        for (id, _) in template.section(section).filter(|(id, _)| !is_loop(id) && *id != INCLUDE) {
            let section_path = Path::Key(&Path::Root, section);
            let path = Path::Key(&section_path, id);
            findings.extend(check(id).map(|message| Finding::new(&path, message)));
            let before = if matches!(section, "Parameters" | "Resources") { values.insert(id, section) } else { None };
            if before.is_some() {
                let message = format!("`{id}` is the name of a parameter too, so a reference to it has two meanings");
                findings.push(Finding::new(&path, message).help("rename one of them".to_owned()));
            }
        }
    }
    findings
}

/// What is wrong with a logical id.
pub(crate) fn check(id: &str) -> Option<String> {
    let message = if id.is_empty() {
        "a logical id is empty".to_owned()
    } else if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        format!("`{id}` is no logical id: only the letters A-Z and a-z and the digits 0-9 are allowed")
    } else if id.len() > 255 {
        format!("`{id}` is {} characters long, and a logical id has at most 255", id.len())
    } else {
        return None;
    };
    Some(message)
}
