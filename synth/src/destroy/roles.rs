//! Roles without which stacks are stranded. `CloudFormation` deletes a stack with the role that it was given, whoever asks. Where
//! that is gone, one of the same ARN does; a stack of its own makes it, and goes when nobody needs it.

use std::collections::BTreeSet;

use serde::Serialize;
use synth_schema::Operation;

use super::{Ended, Engine, Surveyed};
use crate::assembly::Assembly;
use crate::aws::iam::{self, PolicyDocument, Statement};
use crate::cloud::{Deletion, DeployedStack, Deployments, Removal, Situation};
use crate::construct::{App, Stack, Synthesized};
use crate::deploy::follow::Place;
use crate::deploy::{self, Exports, Host, Planned, Target};
use crate::error::Error;
use crate::kinds;

/// What deleting needs beside what the handlers of a type say that they do.
const BESIDE: [(&str, &[&str]); 7] = [
    ("AWS::ApiGatewayV2::Stage", &["logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries"]),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", &["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms"]),
    ("AWS::CloudFormation::CustomResource", &["lambda:InvokeFunction", "sns:Publish"]),
    ("AWS::EFS::MountTarget", &["ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"]),
    ("AWS::RDS::DBInstance", &["rds:DescribeDBSnapshots"]),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", &ZONE),
    ("AWS::ServiceDiscovery::PublicDnsNamespace", &ZONE),
];

/// What deleting a namespace does with its zone.
const ZONE: [&str; 3] = ["route53:ChangeResourceRecordSets", "route53:DeleteHostedZone", "route53:GetHostedZone"];

/// What handlers say that they do, and deleting does not need: to hand on rights, and to read data.
const NEEDLESS: [&str; 5] =
    ["iam:CreateServiceLinkedRole", "iam:PassRole", "kms:Decrypt", "s3:getObject", "secretsmanager:GetSecretValue"];

/// The roles that are made for as long as the deletion takes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    /// The name of the stack that makes them.
    pub stack: String,
    /// Those that are gone.
    pub lost: Vec<LostRole>,
    /// Whether the stack is there: a run before this one made it, and did not get to its end.
    pub is_there: bool,
    /// The names of those that the stack has made.
    #[serde(skip)]
    made: BTreeSet<String>,
    /// Whether stacks that are not to be deleted need it: it stays then.
    pub waits: bool,
}

/// A role that is gone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LostRole {
    /// The ARN.
    pub arn: String,
    /// The stacks that are deleted with it.
    pub stacks: Vec<String>,
    /// What it may do when it is made again: delete resources of the types that these stacks have.
    pub actions: BTreeSet<String>,
}

/// The path and the name in the ARN of a role: `arn:aws:iam::<account>:role/<path>/<name>`.
pub(super) fn path_and_name(arn: &str) -> Option<(String, &str)> {
    let (_, place) = arn.split_once(":role/")?;
    Some(place.rsplit_once('/').map_or(("/".to_owned(), place), |(path, name)| (format!("/{path}/"), name)))
}

/// What the deletion of resources of a type takes.
fn actions(kind: &str) -> Vec<String> {
    let kind = if kind.starts_with("Custom::") { "AWS::CloudFormation::CustomResource" } else { kind };
    let beside = BESIDE.iter().find(|(own, _)| *own == kind).map_or(&[][..], |(_, actions)| actions);
    let said = kinds::schema(kind).into_iter().flat_map(|schema| {
        [Operation::Delete, Operation::Read].into_iter().flat_map(|operation| schema.permissions(operation))
    });
    let said = said.filter(|action| !action.is_empty() && !NEEDLESS.contains(&&***action));
    let all: Vec<String> = said.cloned().chain(beside.iter().map(|action| (*action).to_owned())).collect();
    match kind.split("::").nth(1) {
        // The handlers of older types say nothing.
        Some(service) if all.is_empty() => vec![format!("{}:*", service.to_lowercase())],
        _ => all,
    }
}

/// The same for the same name, whatever else is made. Names of roles have other characters too.
fn logical_id(name: &str) -> String {
    let digits = name
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("x{byte:x}") });
    format!("Role{}", digits.collect::<String>())
}

/// Whether a role is there only because it was made again.
pub(super) fn is_made(made: Option<&BTreeSet<String>>, arn: &str) -> bool {
    made.zip(path_and_name(arn)).is_some_and(|(made, (_, name))| made.contains(name))
}

impl Roles {
    /// A stack needs this role, to delete resources of these types.
    fn add<'k>(&mut self, arn: &str, stack: &str, kinds: impl Iterator<Item = &'k String>) {
        let position = self.lost.iter().position(|lost| lost.arn == arn).unwrap_or_else(|| {
            self.lost.push(LostRole { arn: arn.to_owned(), stacks: Vec::new(), actions: BTreeSet::new() });
            self.lost.len() - 1
        });
        let lost = &mut self.lost[position];
        lost.stacks.push(stack.to_owned());
        lost.actions.extend(kinds.flat_map(|kind| actions(kind)));
    }

    /// Whether a stack has one of the roles that are made again for others.
    pub(super) fn are_of(&self, surveyed: &Surveyed) -> bool {
        let lost = self.lost.iter().filter_map(|lost| path_and_name(&lost.arn));
        let mut names = lost.map(|(_, name)| name).chain(self.made.iter().map(|name| &**name));
        names.any(|name| surveyed.own_roles.iter().any(|own| own == name))
    }

    /// The services that the rights are for.
    pub fn services(&self) -> BTreeSet<&str> {
        let actions = self.lost.iter().flat_map(|lost| &lost.actions);
        actions.filter_map(|action| action.split(':').next()).collect()
    }

    /// Whether there is nothing to make or to delete.
    pub fn is_empty(&self) -> bool {
        self.lost.is_empty() && !self.is_there
    }

    fn synthesized(&self) -> Result<Vec<Synthesized>, Error> {
        let mut stack = Stack::new(self.stack.clone()).stack_name(self.stack.clone());
        for lost in &self.lost {
            let Some((path, name)) = path_and_name(&lost.arn) else { continue };
            let rights = Statement::allow(lost.actions.iter().cloned().collect::<Vec<_>>()).on_everything();
            let policy = iam::role::Policy::new("delete", PolicyDocument::new([rights]));
            let trust = PolicyDocument::assumed_by("cloudformation.amazonaws.com");
            let role = iam::Role::new(trust).path(path).role_name(name.to_owned()).policies([policy]);
            stack.add(logical_id(name), role);
        }
        let mut app = App::new(self.stack.clone());
        app.add(stack);
        Ok(Assembly::of(app)?.into_stacks())
    }
}

/// There is nothing to put anywhere, and what is made was approved.
#[derive(Debug)]
struct Plain;

impl<D: Deployments> Host<D> for Plain {
    async fn values(&self, _: &Target<'_, D>, _: &Exports) -> Result<Vec<(String, String)>, Error> {
        Ok(Vec::new())
    }

    async fn template(&self, target: &Target<'_, D>, _: &str) -> Result<String, Error> {
        Err(Error::other(format!("the template of stack `{}` is too large", target.stack.name)))
    }

    async fn approves(&self, _: &Planned) -> Result<bool, Error> {
        Ok(true)
    }
}

impl<D: Removal> Engine<'_, D> {
    /// Where roles are made: they are the same in all regions.
    fn role_place(&self) -> Option<Place<'_, D>> {
        Some(Place { cloud: self.targets.first()?.cloud, name: &self.role_stack })
    }

    /// The roles that the stack has made which makes them: they may be there for the deletion only.
    pub(crate) async fn made_roles(&self) -> Result<Option<BTreeSet<String>>, Error> {
        let Some(place) = self.role_place() else { return Ok(None) };
        let Some(found) = self.follower().settled(&place, &self.role_stack).await? else { return Ok(None) };
        let all = self.inventory(&place, &found.id).await?;
        Ok(Some(all.into_iter().map(|resource| resource.physical_id).collect()))
    }

    /// The roles that have to be made, and those that were made before for stacks that are there.
    pub(super) async fn roles(
        &self,
        found: &[Option<DeployedStack>],
        stacks: &[Surveyed],
        made: Option<&BTreeSet<String>>,
    ) -> Result<Roles, Error> {
        let mut roles = Roles {
            stack: self.role_stack.clone(),
            lost: Vec::new(),
            is_there: made.is_some(),
            made: made.cloned().unwrap_or_default(),
            waits: false,
        };
        for surveyed in stacks {
            if let Some(arn) = &surveyed.lost_role {
                roles.add(arn, &surveyed.stack, surveyed.kinds.iter());
            }
        }
        for (target, found) in self.targets.iter().zip(found).filter(|(target, _)| !target.wanted) {
            let Some((found, role)) = found.as_ref().and_then(|found| Some((found, found.role.as_ref()?))) else {
                continue;
            };
            if !is_made(made, role) {
                continue;
            }
            let all = self.inventory(&target.place(), &found.id).await?;
            roles.add(role, &target.stack.name, all.iter().map(|resource| &resource.kind));
            roles.waits = true;
        }
        Ok(roles)
    }

    /// Makes the roles that are gone.
    pub(super) async fn make_roles(&self, roles: &Roles) -> Result<(), Error> {
        let Some(place) = self.role_place().filter(|_| !roles.lost.is_empty()) else { return Ok(()) };
        let before = self.follower().settled(&place, &self.role_stack).await?;
        if before.is_some_and(|found| found.status.situation() == Situation::Stuck) {
            // Nothing else can be done with it.
            self.remove_roles("stale").await?;
        }
        let stacks = roles.synthesized()?;
        let targets: Vec<_> = stacks.iter().map(|stack| Target::of(stack, place.cloud, &[])).collect();
        let engine = deploy::Engine {
            host: &Plain,
            targets: &targets,
            patience: self.patience,
            concurrency: None,
            token: format!("{}-roles", self.token),
            observer: self.observer,
        };
        let plan = engine.plan().await?;
        let ended = engine.run(&plan).await.0.pop();
        let failed = |why: &str| Error::other(format!("stack `{}` cannot be made: {why}", roles.stack));
        match ended {
            None | Some((_, deploy::Ended::Done(_) | deploy::Ended::Unchanged)) => Ok(()),
            Some((_, deploy::Ended::Failed(error))) => Err(error),
            Some((_, deploy::Ended::RolledBack(cause) | deploy::Ended::Stuck(cause))) => {
                let reason = cause.event.reason.unwrap_or_default();
                Err(failed(&reason).help("nothing was deleted; `--role ARN` names another role"))
            }
            Some((_, deploy::Ended::Declined | deploy::Ended::Skipped { .. })) => Err(failed("it was not begun")),
        }
    }

    /// Deletes the stack that made roles. Another reason is another operation.
    pub(super) async fn remove_roles(&self, reason: &str) -> Result<Ended, Error> {
        let Some(place) = self.role_place() else { return Ok(Ended::Deleted) };
        match self.follower().settled(&place, &self.role_stack).await? {
            None => Ok(Ended::Deleted),
            Some(found) => {
                let token = format!("{}-{reason}", self.token);
                let ended = self.delete(&place, &Deletion::of(&found.id, &token)).await?;
                Ok(self.ended(&self.role_stack, ended))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_role_has_its_path_and_its_name() {
        assert_eq!(path_and_name("arn:aws:iam::1:role/name"), Some(("/".to_owned(), "name")));
        assert_eq!(path_and_name("arn:aws:iam::1:role/a/b/name"), Some(("/a/b/".to_owned(), "name")));
        assert_eq!(path_and_name("arn:aws:iam::1:user/name"), None);
    }

    #[test]
    fn a_role_may_delete_what_its_stacks_have() {
        assert!(actions("AWS::EC2::VPC").contains(&"ec2:DeleteVpc".to_owned()));
        assert!(actions("AWS::ServiceDiscovery::PrivateDnsNamespace").contains(&"route53:DeleteHostedZone".to_owned()));
        assert!(actions("AWS::EFS::MountTarget").contains(&"ec2:DeleteNetworkInterface".to_owned()));
        assert!(!actions("AWS::ECS::TaskDefinition").contains(&"iam:PassRole".to_owned()));
        assert_eq!(actions("Custom::Thing"), ["lambda:InvokeFunction", "sns:Publish"]);
        assert_eq!(actions("AWS::CodeBuild::Project"), ["codebuild:*"]);
    }
}
