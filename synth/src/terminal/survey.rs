//! What a destruction would delete, what would be lost, and what stays, in words.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::left;
use super::plan::counted;
use crate::cloud::{Pipeline, Resource};
use crate::destroy::{Content, Lost, LostRole, Roles, Survey, Surveyed};

/// What would happen, in order, and what would be lost.
pub fn text(survey: &Survey) -> String {
    let mut text = String::new();
    for Surveyed { stack, resources, estimate, protected, named_role, guarded, pipelines, .. } in &survey.stacks {
        let minutes = estimate.as_secs().div_ceil(60);
        let time = if minutes > 1 { format!(", may take {minutes} min") } else { String::new() };
        let protection = if *protected { ", loses its protection" } else { "" };
        let count = counted(*resources, "resource", "resources");
        _ = writeln!(text, "{stack}: is deleted, {count}{protection}{time}");
        if let Some(role) = named_role {
            _ = writeln!(text, "  with the role {role}, in the place of its own");
        }
        for Resource { kind, physical_id, .. } in guarded {
            _ = writeln!(text, "  {kind} {physical_id} loses its protection");
        }
        for Pipeline { name, .. } in pipelines {
            _ = writeln!(text, "  pipeline {name} is stopped first");
        }
    }
    for pipeline in &survey.beside {
        _ = writeln!(text, "pipeline {pipeline} goes on, and may make again what is deleted");
    }
    write_roles(&mut text, &survey.roles);
    write_lost(&mut text, survey);
    for left in left::of(survey, |_| true) {
        text += &left.text();
    }
    text
}

fn write_roles(text: &mut String, roles: &Roles) {
    let Roles { stack, lost, is_there, waits, .. } = roles;
    for LostRole { arn, stacks, actions } in lost {
        let (stacks, rights) = (stacks.join(", "), counted(actions.len(), "right", "rights"));
        _ = writeln!(
            text,
            "{stack}: is made for the deletion: {arn} is gone, without which nobody can delete {stacks}"
        );
        _ = writeln!(text, "  the role is made again with {rights}, to delete what these stacks have");
    }
    if !lost.is_empty() {
        let services = roles.services().into_iter().collect::<Vec<_>>().join(", ");
        _ = writeln!(text, "  the rights are for {services}");
    }
    match (is_there, waits) {
        (_, true) => _ = writeln!(text, "{stack}: stays for stacks that are not deleted"),
        (true, false) => _ = writeln!(text, "{stack}: is deleted too; a run that was cut off has left it"),
        (false, false) => {}
    }
}

/// What is lost for good.
fn write_lost(text: &mut String, survey: &Survey) {
    let red = AnsiColor::Red.on_default().bold();
    for surveyed in &survey.stacks {
        let filled = surveyed.contents.iter().filter(|content| content.count > 0);
        for Content { resource: Resource { kind, physical_id, .. }, count } in filled {
            let (one, many) = match &**kind {
                "AWS::ECR::Repository" => ("image", "images"),
                _ => ("version of an object", "versions of objects"),
            };
            let count = counted(usize::try_from(*count).unwrap_or(usize::MAX), one, many);
            _ = writeln!(text, "{red}lost: {count} in {kind} {physical_id}{red:#}");
        }
        for Lost { resource: Resource { kind, physical_id, .. }, amount } in &surveyed.lost {
            let amount = amount.as_ref().map_or(String::new(), |amount| format!(", {amount}"));
            _ = writeln!(text, "{red}lost: {kind} {physical_id}{amount}{red:#}");
        }
    }
}
