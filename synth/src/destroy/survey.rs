//! What is there, what would be lost, and what stands in the way. Nothing is touched.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde::Serialize;

use super::{Engine, Target, estimate};
use crate::cloud::{DeployedStack, Failure, FailureKind, Removal, Resource, TemplateStage, place};
use crate::deploy::Event;
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
    /// The positions of the stacks that import from it as it stands.
    #[serde(skip)]
    pub(super) needed_by: Vec<usize>,
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
        let looked = join_all(there.iter().map(|(position, found)| self.looked_at(&self.targets[*position], found)));
        let looked = looked.await.into_iter().collect::<Result<Vec<_>, _>>()?;
        let problems: Vec<_> = looked.iter().flat_map(|looked| looked.problems.clone()).collect();
        if !problems.is_empty() {
            return Err(Error::other(format!("nothing was deleted:\n  {}", problems.join("\n  "))));
        }
        let stacks = there.iter().zip(looked).rev();
        let stacks = stacks.map(|((position, found), looked)| self.surveyed(*position, found, looked.needed_by));
        Ok(Survey { stacks: try_join_all(stacks).await? })
    }

    /// That everything is as it was surveyed.
    ///
    /// # Errors
    ///
    /// Somebody made or deleted a stack since.
    pub(super) async fn check_still(&self, survey: &Survey) -> Result<(), Error> {
        let found = try_join_all(self.targets.iter().map(|target| self.settled(target))).await?;
        for (position, (target, found)) in self.targets.iter().zip(&found).enumerate() {
            let before = survey.stacks.iter().find(|surveyed| surveyed.position == position);
            let is_other = before.map(|surveyed| &surveyed.arn) != found.as_ref().map(|found| &found.id);
            if target.wanted && is_other {
                return Err(Error::other(format!(
                    "stack `{}` was made or deleted since it was looked at",
                    target.stack.name
                ))
                .help("nothing was deleted: run the command again"));
            }
        }
        Ok(())
    }

    /// A stack, once nobody is changing it.
    pub(super) async fn settled(&self, target: &Target<'_, D>) -> Result<Option<DeployedStack>, Error> {
        self.follower().settled(&target.place(), &target.stack.stack_name).await
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

    /// Why AWS would not delete a stack, and which others import from it.
    async fn looked_at(&self, target: &Target<'_, D>, found: &DeployedStack) -> Result<Looked, Error> {
        let name = &target.stack.name;
        let mut looked = Looked::default();
        if let Some(role) = found.role.as_ref().filter(|_| self.role.is_none())
            && !self.has_role(target, role).await?
        {
            looked.problems.push(format!(
                "stack `{name}` is deleted with the role {role}, which is gone: name another one that trusts \
                 CloudFormation and has its rights with `--role ARN`"
            ));
        }
        for export in found.exports.keys() {
            let importers = self.patience.call(|| target.cloud.importers(export)).await;
            let importers = importers.map_err(|failure| failure.to_error(&format!("see who imports `{export}`")))?;
            for importer in importers {
                let own = self.targets.iter().position(|own| own.stack.stack_name == importer);
                match own.filter(|own| self.targets[*own].wanted) {
                    // Whatever the code says by now.
                    Some(own) => looked.needed_by.push(own),
                    None => looked.problems.push(format!(
                        "stack {importer}, which is not to be deleted, imports `{export}` from stack `{name}`: delete it first"
                    )),
                }
            }
        }
        Ok(looked)
    }

    /// Who may not ask is not stopped by that.
    async fn has_role(&self, target: &Target<'_, D>, role: &str) -> Result<bool, Error> {
        match self.patience.call(|| target.cloud.has_role(role)).await {
            Err(failure) if failure.kind == FailureKind::Denied => {
                let message = format!("whether its role is there is not known: {}", failure.message);
                self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
                Ok(true)
            }
            answer => {
                answer.map_err(|failure| failure.to_error(&format!("see the role of stack `{}`", target.stack.name)))
            }
        }
    }

    async fn surveyed(&self, position: usize, found: &DeployedStack, needed_by: Vec<usize>) -> Result<Surveyed, Error> {
        let target = &self.targets[position];
        let name = &target.stack.name;
        let failed = |failure: Failure| failure.to_error(&format!("see what stack `{name}` has"));
        let all = self.patience.call(|| target.cloud.inventory(&found.id)).await.map_err(failed)?;
        let template = self.template(target).await;
        let (mut going, mut stays) = (Vec::new(), Vec::new());
        for resource in all {
            match policy(template.as_ref(), &resource) {
                Policy::Stays(policy) => stays.push((resource, policy)),
                Policy::Unknown if CONTAINERS.contains(&&*resource.kind) => {
                    let what = format!("{} of stack `{name}`", resource.physical_id);
                    return Err(Error::other(format!("whether {what} would be kept is not known"))
                        .help("its template has to be read for that: the right is `cloudformation:GetTemplate`"));
                }
                Policy::Goes | Policy::Unknown => going.push(resource),
            }
        }
        let contents = going.iter().filter(|resource| CONTAINERS.contains(&&*resource.kind)).map(async |resource| {
            let count = self.patience.call(|| target.cloud.content(resource)).await.map_err(failed)?;
            Ok::<_, Error>(Content { resource: resource.clone(), count })
        });
        let contents = try_join_all(contents).await?;
        let is_lost =
            |resource: &&Resource| kinds::holds_data(&resource.kind) && !CONTAINERS.contains(&&*resource.kind);
        let is_pipeline = |resource: &&Resource| resource.kind == "AWS::CodePipeline::Pipeline";
        Ok(Surveyed {
            stack: name.clone(),
            arn: found.id.clone(),
            status: found.status.name(),
            protected: found.protected,
            resources: going.len(),
            estimate: estimate::duration(&going, template.as_ref()),
            lost: going.iter().filter(is_lost).cloned().collect(),
            held: held(&going),
            pipelines: going.iter().filter(is_pipeline).map(|own| own.physical_id.clone()).collect(),
            contents,
            stays,
            needed_by,
            position,
        })
    }

    /// The template that stands, with what transforms made of it; nothing where it cannot be read.
    async fn template(&self, target: &Target<'_, D>) -> Option<Template> {
        let name = &target.stack.stack_name;
        let text = self.patience.call(|| target.cloud.template(name, TemplateStage::Processed)).await.ok()?;
        Template::from_node(read::document(&text, name).ok()?.into_node())
    }
}

/// What was found of a stack before anything is counted.
#[derive(Debug, Default)]
struct Looked {
    problems: Vec<String>,
    needed_by: Vec<usize>,
}

/// What becomes of a resource whose stack is deleted.
enum Policy {
    Goes,
    Stays(String),
    Unknown,
}

fn policy(template: Option<&Template>, resource: &Resource) -> Policy {
    let found = template.and_then(|template| template.resources().find(|(id, _)| *id == resource.id));
    let Some((_, view)) = found else { return Policy::Unknown };
    match view.attribute("DeletionPolicy").map(|policy| policy.as_str()) {
        None | Some(Some("Delete")) => Policy::Goes,
        Some(Some(policy)) => Policy::Stays(policy.to_owned()),
        Some(None) => Policy::Unknown,
    }
}

/// What AWS may still hold for a while after other stacks are gone. What holds it in this stack goes with it.
fn held(going: &[Resource]) -> Vec<Resource> {
    let has = |kinds: &[&str]| going.iter().any(|resource| kinds.contains(&&*resource.kind));
    let is_held = |resource: &&Resource| match &*resource.kind {
        "AWS::EC2::VPC" => !has(&["AWS::ApiGatewayV2::VpcLink", "AWS::Lambda::Function"]),
        "AWS::ServiceDiscovery::Service" => !has(&["AWS::ECS::Service"]),
        _ => false,
    };
    going.iter().filter(is_held).cloned().collect()
}

impl Survey {
    /// The account and the region of each stack.
    pub fn places(&self) -> BTreeSet<(&str, &str)> {
        self.stacks.iter().filter_map(|surveyed| place(&surveyed.arn)).collect()
    }

    /// Whether there is nothing to delete.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }
}
