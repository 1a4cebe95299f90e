//! What a destruction would delete, what would be lost, and what stays, in words.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::plan::counted;
use crate::cloud::Resource;
use crate::destroy::{Content, Survey, Surveyed};

/// What would happen, in order, and what would be lost.
pub fn text(survey: &Survey) -> String {
    let mut text = String::new();
    for Surveyed { stack, resources, estimate, protected, pipelines, .. } in &survey.stacks {
        let minutes = estimate.as_secs().div_ceil(60);
        let time = if minutes > 1 { format!(", may take {minutes} min") } else { String::new() };
        let protection = if *protected { ", loses its protection" } else { "" };
        let count = counted(*resources, "resource", "resources");
        _ = writeln!(text, "{stack}: is deleted, {count}{protection}{time}");
        for pipeline in pipelines {
            _ = writeln!(text, "  pipeline {pipeline} is stopped first");
        }
    }
    let red = AnsiColor::Red.on_default().bold();
    for surveyed in &survey.stacks {
        for Content { resource: Resource { kind, physical_id, .. }, count } in &surveyed.contents {
            let (one, many) = match &**kind {
                "AWS::ECR::Repository" => ("image", "images"),
                _ => ("version of an object", "versions of objects"),
            };
            let count = counted(usize::try_from(*count).unwrap_or(usize::MAX), one, many);
            _ = writeln!(text, "{red}lost: {count} in {kind} {physical_id}{red:#}");
        }
        for Resource { kind, physical_id, .. } in &surveyed.lost {
            _ = writeln!(text, "{red}lost: {kind} {physical_id}{red:#}");
        }
    }
    text + &stays(survey)
}

/// What stays, because its template says so, with the command that deletes it where there is a plain one.
pub fn stays(survey: &Survey) -> String {
    let mut text = String::new();
    for (Resource { kind, physical_id, .. }, policy) in survey.stacks.iter().flat_map(|surveyed| &surveyed.stays) {
        let command = match (&**kind, &**policy) {
            (_, "Snapshot") => String::new(),
            ("AWS::EFS::FileSystem", _) => format!(": aws efs delete-file-system --file-system-id {physical_id}"),
            ("AWS::Logs::LogGroup", _) => format!(": aws logs delete-log-group --log-group-name {physical_id}"),
            ("AWS::S3::Bucket", _) => format!(": aws s3 rb --force s3://{physical_id}"),
            _ => String::new(),
        };
        let what = if policy == "Snapshot" { "stays as a snapshot" } else { "stays" };
        _ = writeln!(text, "{what}: {kind} {physical_id}{command}");
    }
    text
}
