//! What is there, what would be lost, and what stands in the way. Nothing is touched.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde::Serialize;

use super::{Engine, Target, estimate};
use crate::cloud::{DeployedStack, Failure, Removal, Resource, Situation};
use crate::deploy::Event;
use crate::deploy::follow::{Followed, Since};
use crate::error::Error;
use crate::kinds;
use crate::template::{Template, read};

/// All stacks that would be deleted, the first ones first.
#[derive(Debug, Default, Serialize)]
pub struct Survey {
    /// A survey of each stack that is there.
    pub stacks: Vec<Surveyed>,
}

/// A stack that would be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Surveyed {
    /// What the command line calls it.
    pub stack: String,
    /// Its ARN.
    pub arn: String,
    /// Its state, in AWS's words.
    pub status: &'static str,
    /// Whether it is protected from deletion, which ends first.
    pub protected: bool,
    /// How many resources go with it.
    pub resources: usize,
    /// How long that may take. In JSON in seconds.
    #[serde(rename = "estimateSeconds", serialize_with = "crate::deploy::seconds")]
    pub estimate: Duration,
    /// What is emptied first.
    pub contents: Vec<Content>,
    /// What else holds data, which is lost.
    pub lost: Vec<Resource>,
    /// What stays, with the policy that says so.
    pub stays: Vec<(Resource, String)>,
    /// What may still be held by something that goes by itself.
    #[serde(skip)]
    pub(super) held: Vec<Resource>,
    /// The pipelines, which are stopped first.
    pub pipelines: Vec<String>,
    #[serde(skip)]
    pub(super) position: usize,
}

/// Something that is emptied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// A bucket or a repository.
    #[serde(flatten)]
    pub resource: Resource,
    /// How many versions of objects, or images, are in it.
    pub count: u64,
}

/// Types that are not deleted before they are empty.
const CONTAINERS: [&str; 2] = ["AWS::ECR::Repository", "AWS::S3::Bucket"];

/// Types that AWS holds for a while after what used them is gone.
const HELD: [&str; 2] = ["AWS::EC2::VPC", "AWS::ServiceDiscovery::Service"];

impl<D: Removal> Engine<'_, D> {
    /// Looks at everything. What somebody else is changing is waited for.
    ///
    /// # Errors
    ///
    /// The order would strand a stack: another one needs what would go, or its role is not there. Or AWS does not answer.
    pub async fn survey(&self) -> Result<Survey, Error> {
        let found = try_join_all(self.targets.iter().map(|target| self.settled(target))).await?;
        self.check_order(&found)?;
        let there = self.targets.iter().enumerate().zip(&found).filter(|((_, target), _)| target.wanted);
        let there: Vec<_> = there.filter_map(|((position, _), found)| Some((position, found.as_ref()?))).collect();
        let problems = join_all(there.iter().map(|(position, found)| self.problems(&self.targets[*position], found)));
        let problems = problems.await.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        if !problems.is_empty() {
            return Err(Error::other(format!("nothing was deleted:\n  {}", problems.join("\n  "))));
        }
        let stacks = there.iter().rev().map(|(position, found)| self.surveyed(*position, found));
        Ok(Survey { stacks: try_join_all(stacks).await? })
    }

    /// A stack, once nobody is changing it.
    async fn settled(&self, target: &Target<'_, D>) -> Result<Option<DeployedStack>, Error> {
        loop {
            let found = self.patience.first_call(|| target.cloud.stack(&target.stack.stack_name)).await;
            let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", target.stack.name)))?;
            let Some(stack) = found else { return Ok(None) };
            match stack.status.situation() {
                Situation::Absent => return Ok(None),
                Situation::Reviewed | Situation::Standing | Situation::NeverStood | Situation::Stuck => {
                    return Ok(Some(stack));
                }
                Situation::Busy => {
                    let status = stack.status.name();
                    self.observer.event(&Event::Waiting { stack: &target.stack.name, status });
                    let followed = self.follower().follow(&target.place(), &stack.id, Since::Now).await?;
                    if matches!(followed, Followed::Gone) {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// That no stack of the app that stays needs one that goes.
    fn check_order(&self, found: &[Option<DeployedStack>]) -> Result<(), Error> {
        for (position, target) in self.targets.iter().enumerate().filter(|(_, target)| target.wanted) {
            let staying = |dependent: &usize| found[*dependent].is_some() && !self.targets[*dependent].wanted;
            if let Some(dependent) = self.dependents(position).find(staying) {
                let (stack, other) = (&target.stack.name, &self.targets[dependent].stack.name);
                return Err(Error::usage(format!("stack `{other}` needs `{stack}`, and would be stranded without it"))
                    .help(format!("delete `{other}` too, or everything: name no stack")));
            }
        }
        Ok(())
    }

    /// Why AWS would not delete a stack.
    async fn problems(&self, target: &Target<'_, D>, found: &DeployedStack) -> Result<Vec<String>, Error> {
        let name = &target.stack.name;
        let mut problems = Vec::new();
        if let Some(role) = found.role.as_ref().filter(|_| self.role.is_none()) {
            let has_role = self.patience.call(|| target.cloud.has_role(role)).await;
            if !has_role.map_err(|failure| failure.to_error(&format!("see the role of stack `{name}`")))? {
                problems.push(format!(
                    "stack `{name}` is deleted with the role {role}, which is gone: name another one that trusts \
                     CloudFormation and has its rights with `--role ARN`"
                ));
            }
        }
        for export in found.exports.keys() {
            let importers = self.patience.call(|| target.cloud.importers(export)).await;
            let importers = importers.map_err(|failure| failure.to_error(&format!("see who imports `{export}`")))?;
            let is_own = |importer: &String| self.targets.iter().any(|own| own.stack.stack_name == *importer);
            let others = importers.into_iter().filter(|importer| !is_own(importer));
            problems.extend(others.map(|other| {
                format!(
                    "stack {other}, which is not of this app, imports `{export}` from stack `{name}`: delete it first"
                )
            }));
        }
        Ok(problems)
    }

    async fn surveyed(&self, position: usize, found: &DeployedStack) -> Result<Surveyed, Error> {
        let target = &self.targets[position];
        let name = &target.stack.name;
        let failed = |failure: Failure| failure.to_error(&format!("see what stack `{name}` has"));
        let all = self.patience.call(|| target.cloud.inventory(&found.id)).await.map_err(failed)?;
        let template = self.template(target).await;
        let policy = |resource: &Resource| {
            let template = template.as_ref().unwrap_or(&target.stack.template);
            let (_, view) = template.resources().find(|(id, _)| *id == resource.id)?;
            let policy = view.attribute("DeletionPolicy")?.as_str()?.to_owned();
            Some(policy).filter(|policy| policy.starts_with("Retain") || policy == "Snapshot")
        };
        let (kept, going): (Vec<_>, Vec<_>) = all.into_iter().partition(|resource| policy(resource).is_some());
        let of = |kinds: &[&str]| -> Vec<Resource> {
            going.iter().filter(|resource| kinds.contains(&&*resource.kind)).cloned().collect()
        };
        let contents = of(&CONTAINERS).into_iter().map(async |resource| {
            let count = self.patience.call(|| target.cloud.content(&resource)).await.map_err(failed)?;
            Ok::<_, Error>(Content { resource, count })
        });
        let is_lost =
            |resource: &&Resource| kinds::holds_data(&resource.kind) && !CONTAINERS.contains(&&*resource.kind);
        let in_vpc = |resource: &Resource| {
            let template = template.as_ref().unwrap_or(&target.stack.template);
            let function = template.resources().find(|(id, _)| *id == resource.id);
            function.is_some_and(|(_, view)| view.properties().any(|(name, _)| name == "VpcConfig"))
        };
        Ok(Surveyed {
            estimate: estimate::duration(&going, in_vpc),
            stack: name.clone(),
            arn: found.id.clone(),
            status: found.status.name(),
            protected: found.protected,
            resources: going.len(),
            contents: try_join_all(contents).await?,
            lost: going.iter().filter(is_lost).cloned().collect(),
            held: of(&HELD),
            pipelines: of(&["AWS::CodePipeline::Pipeline"]).into_iter().map(|own| own.physical_id).collect(),
            stays: kept.into_iter().map(|own| (own.clone(), policy(&own).unwrap_or_default())).collect(),
            position,
        })
    }

    /// The template that stands; nothing where it cannot be read.
    async fn template(&self, target: &Target<'_, D>) -> Option<Template> {
        let text = self.patience.call(|| target.cloud.template(&target.stack.stack_name)).await.ok()?;
        Template::from_node(read::document(&text, &target.stack.name).ok()?.into_node())
    }
}

impl Survey {
    /// The account and the region of each stack.
    pub fn places(&self) -> BTreeSet<(&str, &str)> {
        let parts = self.stacks.iter().map(|surveyed| surveyed.arn.split(':').collect::<Vec<_>>());
        parts.filter_map(|parts| Some((*parts.get(4)?, *parts.get(3)?))).collect()
    }

    /// Whether there is nothing to delete.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }
}
