//! What a destruction would delete, what would be lost, and what stays, in words.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::plan::counted;
use crate::cloud::{Copy, Pipeline, Resource, place};
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
    text + &stays(survey, |_| true)
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

/// What stays of these stacks, with the command that deletes it where there is a plain one. What no stack has is in use until all
/// of them go.
pub fn stays(survey: &Survey, is_meant: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    let is_all = survey.stacks.iter().all(|own| is_meant(&own.stack));
    let leftovers: Vec<_> = survey.leftovers(is_meant).collect();
    let region = |arn| place(arn).unwrap_or_default().1;
    let stays = leftovers.iter().flat_map(|(arn, left)| left.stays.iter().map(|stays| (region(arn), stays)));
    for (region, (Resource { kind, physical_id, .. }, policy)) in stays {
        let what = match &**policy {
            "Snapshot" => "stays as a snapshot",
            "--force" => "may stay",
            _ => "stays",
        };
        let command = command(kind, physical_id).map(|command| format!(": aws {command} --region {region}"));
        _ = writeln!(text, "{what}: {kind} {physical_id}{}", command.unwrap_or_default());
    }
    let copies = leftovers.iter().flat_map(|(_, left)| &left.copies);
    for Copy { what, command } in copies.chain(survey.others.iter().filter(|_| is_all)) {
        _ = writeln!(text, "stays: {what}: {command}");
    }
    text
}

/// What deletes a resource that stays, for the AWS CLI. Of a database a snapshot stays, whose name is not known here.
fn command(kind: &str, id: &str) -> Option<String> {
    Some(match kind {
        "AWS::EC2::VPC" => format!("ec2 delete-vpc --vpc-id {id}"),
        "AWS::ECR::Repository" => format!("ecr delete-repository --force --repository-name {id}"),
        "AWS::ECS::Cluster" => format!("ecs delete-cluster --cluster {id}"),
        "AWS::EFS::FileSystem" => format!("efs delete-file-system --file-system-id {id}"),
        "AWS::Logs::LogGroup" => format!("logs delete-log-group --log-group-name {id}"),
        "AWS::RDS::DBCluster" => format!("rds describe-db-cluster-snapshots --db-cluster-identifier {id}"),
        "AWS::RDS::DBInstance" => {
            format!("rds describe-db-snapshots --snapshot-type manual --db-instance-identifier {id}")
        }
        _ => return None,
    })
}
