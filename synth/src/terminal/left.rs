//! What stays of a destruction, with the commands that take it away.

use serde::Serialize;

use crate::cloud::{Copy, Pipeline, Resource, place};
use crate::destroy::{Roles, Survey};

/// Something that stays.
#[derive(Debug, Serialize)]
pub struct Left {
    /// Whether and how: `stays`, `may stay`, ...
    pub how: &'static str,
    /// What, by its kind and its name.
    pub what: String,
    /// For the AWS CLI; none where there is no plain one.
    pub commands: Vec<String>,
}

impl Left {
    /// A line, or one for each of several commands.
    pub fn text(&self) -> String {
        let Self { how, what, commands } = self;
        match &**commands {
            [] => format!("{how}: {what}\n"),
            [command] => format!("{how}: {what}: {command}\n"),
            several => format!("{how}: {what}:\n  {}\n", several.join("\n  ")),
        }
    }

    fn of_copy(Copy { what, command }: &Copy) -> Self {
        Self { how: "stays", what: what.clone(), commands: vec![command.clone()] }
    }

    fn of_resource(region: &str, Resource { kind, physical_id, .. }: &Resource, policy: &str) -> Self {
        let (how, command) = match policy {
            "Snapshot" => ("stays as a snapshot", snapshots(kind, physical_id)),
            "--force" => ("may stay", deletion(kind, physical_id)),
            _ => ("stays", deletion(kind, physical_id)),
        };
        let commands = command.map(|command| format!("aws {command} --region {region}")).into_iter().collect();
        Self { how, what: format!("{kind} {physical_id}"), commands }
    }

    /// The stack that has roles which were made for the deletion.
    ///
    /// Whoever deletes it by hand takes them from what goes on.
    pub fn of_roles(Roles { stack, waits, .. }: &Roles) -> Self {
        let how =
            if *waits { "stays for stacks that are not deleted" } else { "stays for the next run, which deletes it" };
        Self { how, what: format!("stack {stack}"), commands: Vec::new() }
    }

    /// A pipeline that was stopped, in the stack of this ARN.
    pub fn of_pipeline(arn: &str, pipeline: &Pipeline) -> Self {
        let commands = pipeline.opening(place(arn).unwrap_or_default().1).collect();
        Self { how: "stays stopped", what: format!("pipeline {}", pipeline.name), commands }
    }
}

/// What stays of these stacks. What no stack has is in use until all of them go.
pub fn of(survey: &Survey, is_meant: impl Fn(&str) -> bool) -> Vec<Left> {
    let is_all = survey.stacks.iter().all(|own| is_meant(&own.stack));
    let leftovers: Vec<_> = survey.leftovers(is_meant).collect();
    let stays = leftovers.iter().flat_map(|(arn, left)| {
        let region = place(arn).unwrap_or_default().1;
        left.stays.iter().map(move |(resource, policy)| Left::of_resource(region, resource, policy))
    });
    let copies = leftovers.iter().flat_map(|(_, left)| &left.copies);
    let copies = copies.chain(survey.others.iter().filter(|_| is_all)).map(Left::of_copy);
    stays.chain(copies).collect()
}

/// What deletes a resource.
fn deletion(kind: &str, id: &str) -> Option<String> {
    Some(match kind {
        "AWS::EC2::VPC" => format!("ec2 delete-vpc --vpc-id {id}"),
        "AWS::ECR::Repository" => format!("ecr delete-repository --force --repository-name {id}"),
        "AWS::ECS::Cluster" => format!("ecs delete-cluster --cluster {id}"),
        "AWS::EFS::FileSystem" => format!("efs delete-file-system --file-system-id {id}"),
        "AWS::Logs::LogGroup" => format!("logs delete-log-group --log-group-name {id}"),
        // Cloud Control knows most types.
        _ if kind.starts_with("AWS::") => format!("cloudcontrol delete-resource --type-name {kind} --identifier {id}"),
        _ => return None,
    })
}

/// What lists the snapshots of a database: what the last one is called is known when it is made.
fn snapshots(kind: &str, id: &str) -> Option<String> {
    match kind {
        "AWS::RDS::DBCluster" => Some(format!("rds describe-db-cluster-snapshots --db-cluster-identifier {id}")),
        "AWS::RDS::DBInstance" => {
            Some(format!("rds describe-db-snapshots --snapshot-type manual --db-instance-identifier {id}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stands_beside_what_it_deletes() {
        let left = |kind: &str, policy| {
            let [kind, physical_id] = [kind, "id"].map(str::to_owned);
            Left::of_resource("eu-west-1", &Resource { kind, physical_id, ..Resource::default() }, policy).text()
        };
        let files =
            "stays: AWS::EFS::FileSystem id: aws efs delete-file-system --file-system-id id --region eu-west-1\n";
        assert_eq!(left("AWS::EFS::FileSystem", "Retain"), files);
        let queue = "aws cloudcontrol delete-resource --type-name AWS::SQS::Queue --identifier id --region eu-west-1";
        assert_eq!(left("AWS::SQS::Queue", "--force"), format!("may stay: AWS::SQS::Queue id: {queue}\n"));
        assert_eq!(left("Custom::Domain", "Retain"), "stays: Custom::Domain id\n");
        // The volume is gone.
        assert_eq!(left("AWS::EC2::Volume", "Snapshot"), "stays as a snapshot: AWS::EC2::Volume id\n");
    }

    #[test]
    fn a_pipeline_is_opened_stage_by_stage() {
        let stages = ["Build", "Deploy"].map(str::to_owned).to_vec();
        let pipeline = Pipeline { name: "create".to_owned(), stages };
        let text = Left::of_pipeline("arn:aws:cloudformation:eu-west-1:1:stack/a/b", &pipeline).text();
        let command = |stage| {
            format!(
                "  aws codepipeline enable-stage-transition --region eu-west-1 --pipeline-name create --stage-name {stage} \
                 --transition-type Inbound\n"
            )
        };
        assert_eq!(text, format!("stays stopped: pipeline create:\n{}{}", command("Build"), command("Deploy")));
    }
}
