//! What becomes of each resource of a stack, and what is in it.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use super::leftovers::Owned;
use super::survey::{Content, Looked, Lost, Surveyed};
use super::{Engine, Target, estimate};
use crate::cloud::{DeployedStack, Failure, Pipeline, Removal, Resource, TemplateStage};
use crate::deploy::Event;
use crate::deploy::follow::Place;
use crate::error::Error;
use crate::kinds;
use crate::template::{Template, read};

/// The state of a resource that could not be deleted.
const DELETE_FAILED: &str = "DELETE_FAILED";

/// Stacks that are resources of others.
const NESTED: &str = "AWS::CloudFormation::Stack";

pub(super) const PIPELINE: &str = "AWS::CodePipeline::Pipeline";

/// What is said of the amount of data that may stay.
const UNSAID: &str = "unless it was made to stay, which its stack's template does not say any more; it is not emptied";

/// Types that are not deleted before they are empty.
const CONTAINERS: [&str; 2] = ["AWS::ECR::Repository", "AWS::S3::Bucket"];

/// The policy of resources of which a snapshot is made before they go.
pub(super) const SNAPSHOT: &str = "Snapshot";

/// What becomes of the resources of a stack.
#[derive(Debug, Default)]
struct Fates {
    /// Also those that are gone.
    all: Vec<Resource>,
    going: Vec<Resource>,
    /// With what says so.
    stays: Vec<(Resource, String)>,
    /// What holds data, and may stay: nobody knows.
    unsaid: Vec<Resource>,
    /// What a person wants to stay, by logical id.
    retained: Vec<String>,
    estimate: Duration,
}

impl Fates {
    /// With those of the stack at a place in this one.
    fn add(&mut self, place: &str, other: Self) {
        let placed = |own: Resource| Resource { id: format!("{place}{}", own.id), ..own };
        self.all.extend(other.all.into_iter().map(placed));
        self.going.extend(other.going.into_iter().map(placed));
        self.unsaid.extend(other.unsaid.into_iter().map(placed));
        self.stays.extend(other.stays.into_iter().map(|(own, policy)| (placed(own), policy)));
        self.retained.extend(other.retained);
        self.estimate = self.estimate.max(other.estimate);
    }
}

impl<D: Removal> Engine<'_, D> {
    pub(super) async fn surveyed(
        &self,
        position: usize,
        found: &DeployedStack,
        looked: Looked,
    ) -> Result<Surveyed, Error> {
        let target = &self.targets[position];
        let Fates { all, going, stays, unsaid, retained, estimate } = self.fates(target, found).await?;
        let (contents, mut lost) = self.counted(target, &going).await?;
        lost.extend(unsaid.iter().map(|resource| Lost { resource: resource.clone(), amount: Some(UNSAID.to_owned()) }));
        let going = [going, unsaid].concat();
        let deleted = deleted(&going, &stays);
        Ok(Surveyed {
            stack: target.stack.name.clone(),
            arn: found.id.clone(),
            status: found.status.name(),
            protected: found.protected,
            resources: deleted.len(),
            guarded: self.guarded(target, &deleted).await,
            left: self.leftovers(target, &found.id, stays, &all).await,
            owned: owned(target, &all),
            held: held(&going),
            pipelines: self.pipelines(target, &all).await?,
            kinds: deleted.iter().map(|own| own.kind.clone()).collect(),
            own_roles: of_type(&going, "AWS::IAM::Role").map(|own| own.physical_id.clone()).collect(),
            lost_role: looked.lost_role,
            needed_by: looked.needed_by,
            contents,
            lost,
            retained,
            estimate,
            updated: found.updated,
            named_role: self.role_for(found.role.as_ref()),
            role: found.role.clone(),
            position,
        })
    }

    /// All resources that are a stack's, or were, by its ARN.
    pub(super) async fn resources(&self, stack: &Place<'_, D>, arn: &str) -> Result<Vec<Resource>, Error> {
        let all = self.patience.call(|| stack.cloud.resources(arn)).await;
        let all = all.map_err(|failure| failure.to_error(&format!("see what stack `{}` has", stack.name)))?;
        Ok(all.into_iter().filter(Resource::is_own).collect())
    }

    /// Those that are there.
    pub(super) async fn inventory(&self, stack: &Place<'_, D>, arn: &str) -> Result<Vec<Resource>, Error> {
        Ok(self.resources(stack, arn).await?.into_iter().filter(Resource::is_there).collect())
    }

    /// The pipelines, and how they are stopped.
    async fn pipelines(&self, target: &Target<'_, D>, all: &[Resource]) -> Result<Vec<Pipeline>, Error> {
        let pipelines =
            of_type(all, PIPELINE).filter(|own| own.is_there()).map(async |Resource { physical_id: name, .. }| {
                let stages = self.patience.call(|| target.cloud.stages(name)).await;
                let what = format!("see the stages of pipeline {name} of stack `{}`", target.stack.name);
                let stages = stages.map_err(|failure| failure.to_error(&what))?;
                Ok(Pipeline { name: name.clone(), stages })
            });
        try_join_all(pipelines).await
    }

    /// What stacks have that are not deleted.
    pub(super) async fn beside(&self, found: &[Option<DeployedStack>]) -> Result<Vec<Owned>, Error> {
        let staying = self.targets.iter().zip(found).filter(|(target, _)| !target.wanted);
        let staying = staying.filter_map(|(target, found)| Some((target, found.as_ref()?)));
        let all = try_join_all(staying.map(async |(target, found)| {
            let all = self.nested(&target.place(), &found.id).await?;
            Ok::<_, Error>(owned(target, &all))
        }));
        Ok(all.await?.concat())
    }

    /// All resources of a stack, and of those that are nested in it.
    pub(super) async fn nested(&self, stack: &Place<'_, D>, arn: &str) -> Result<Vec<Resource>, Error> {
        let (mut all, mut open) = (Vec::new(), vec![arn.to_owned()]);
        while let Some(arn) = open.pop() {
            let own = self.resources(stack, &arn).await?;
            open.extend(of_type(&own, NESTED).map(|nested| nested.physical_id.clone()));
            all.extend(own);
        }
        Ok(all)
    }

    /// What becomes of each resource that is there, also of those of nested stacks.
    async fn fates(&self, target: &Target<'_, D>, found: &DeployedStack) -> Result<Fates, Error> {
        let mut fates = Fates::default();
        let mut open = vec![(String::new(), found.id.clone())];
        while let Some((place, stack)) = open.pop() {
            let template = self.template(target, &stack).await;
            let all = self.resources(&target.place(), &stack).await?;
            let mut own = Fates { all: all.clone(), ..Fates::default() };
            for resource in all.into_iter().filter(Resource::is_there) {
                self.decide(target, &template, &place, resource, &mut own)?;
            }
            own.estimate = estimate::duration(&deleted(&own.going, &own.stays), template.as_ref().ok());
            let nested = of_type(&own.going, NESTED);
            open.extend(nested.map(|nested| (format!("{place}{}/", nested.id), nested.physical_id.clone())));
            fates.add(&place, own);
        }
        Ok(fates)
    }

    /// What becomes of a resource of a stack, or of one that is nested at a place in it.
    fn decide(
        &self,
        target: &Target<'_, D>,
        template: &Result<Template, String>,
        place: &str,
        resource: Resource,
        fates: &mut Fates,
    ) -> Result<(), Error> {
        let name = &target.stack.name;
        if self.last_resort.retains(name, &format!("{place}{}", resource.id)) {
            fates.retained.push(resource.id.clone());
            fates.stays.push((resource, "--retain".to_owned()));
            return Ok(());
        }
        if self.last_resort.forces(name) && resource.status == DELETE_FAILED {
            // It is tried once more.
            fates.stays.push((resource.clone(), "--force".to_owned()));
        }
        match policy(template.as_ref().ok(), &resource) {
            policy if resource.is_skipped() => {
                let kept = if let Policy::Stays(kept) = policy { kept } else { "Retain".to_owned() };
                fates.stays.push((resource, kept));
            }
            Policy::Stays(policy) => fates.stays.push((resource, policy)),
            Policy::Unknown if kinds::holds_data(&resource.kind) => {
                let what = format!("{} of stack `{name}`", resource.physical_id);
                let why = template.as_ref().err().map_or("its policy is no text", |why| why);
                return Err(Error::other(format!("whether {what} would be kept is not known\n  {why}")));
            }
            Policy::Unsaid if kinds::holds_data(&resource.kind) => fates.unsaid.push(resource),
            Policy::Goes | Policy::Unknown | Policy::Unsaid => fates.going.push(resource),
        }
        Ok(())
    }

    /// What is emptied first, and what else is lost.
    async fn counted(&self, target: &Target<'_, D>, going: &[Resource]) -> Result<(Vec<Content>, Vec<Lost>), Error> {
        let stateful = going.iter().filter(|resource| kinds::holds_data(&resource.kind));
        let (containers, others): (Vec<_>, Vec<_>) =
            stateful.partition(|resource| CONTAINERS.contains(&&*resource.kind));
        let contents = containers.into_iter().map(async |resource| {
            let count = self.patience.call(|| target.cloud.content(resource)).await;
            let what = format!("see what is in {} of stack `{}`", resource.physical_id, target.stack.name);
            let count = count.map_err(|failure| failure.to_error(&what))?;
            Ok::<_, Error>(Content { resource: resource.clone(), count })
        });
        let lost = others.into_iter().map(async |resource| {
            let amount = self.patience.call(|| target.cloud.amount(resource)).await;
            let amount = self.or_warn(target, &format!("how much is in {}", resource.physical_id), amount);
            Lost { resource: resource.clone(), amount }
        });
        Ok((try_join_all(contents).await?, join_all(lost).await))
    }

    /// What must not be deleted, because somebody said so.
    async fn guarded(&self, target: &Target<'_, D>, resources: &[Resource]) -> Vec<Resource> {
        let guarded = resources.iter().map(async |resource| {
            let is_guarded = self.patience.call(|| target.cloud.is_guarded(resource)).await;
            let what = format!("whether {} is protected from deletion", resource.physical_id);
            self.or_warn(target, &what, is_guarded).then(|| resource.clone())
        });
        join_all(guarded).await.into_iter().flatten().collect()
    }

    /// What is only good to know stops nothing.
    pub(super) fn or_warn<T: Default>(&self, target: &Target<'_, D>, what: &str, answer: Result<T, Failure>) -> T {
        answer.unwrap_or_else(|failure| {
            let message = format!("{what} is not known: {} ({})", failure.message, failure.action);
            self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
            T::default()
        })
    }

    /// The template that stands, with what transforms made of it, or why it cannot be read.
    async fn template(&self, target: &Target<'_, D>, stack: &str) -> Result<Template, String> {
        let name = &target.stack.stack_name;
        let text = self.patience.call(|| target.cloud.template(stack, TemplateStage::Processed)).await;
        let text = text.map_err(|failure| failure.to_error(&format!("read the template of {name}")).to_string())?;
        let document = read::document(&text, name).map_err(|error| error.to_string())?;
        Template::from_node(document.into_node()).ok_or_else(|| format!("the template of {name} is no mapping"))
    }
}

/// What is there of these resources.
fn owned<D: Removal>(target: &Target<'_, D>, all: &[Resource]) -> Vec<Owned> {
    all.iter().filter(|own| own.is_there()).map(|own| Owned::of(target.cloud.region(), own)).collect()
}

fn of_type<'r>(resources: &'r [Resource], kind: &str) -> impl Iterator<Item = &'r Resource> {
    resources.iter().filter(move |own| own.kind == kind)
}

/// What is deleted: also that of which a snapshot stays.
fn deleted(going: &[Resource], stays: &[(Resource, String)]) -> Vec<Resource> {
    let with_snapshot = stays.iter().filter(|(_, policy)| policy == SNAPSHOT).map(|(resource, _)| resource);
    going.iter().chain(with_snapshot).cloned().collect()
}

/// What becomes of a resource whose stack is deleted.
enum Policy {
    Goes,
    Stays(String),
    /// The template cannot be read.
    Unknown,
    /// The template that stands does not have it: an update that failed made it, or could not delete it.
    Unsaid,
}

/// Of a database a snapshot stays unless the template says otherwise.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html)
fn policy(template: Option<&Template>, resource: &Resource) -> Policy {
    let Some(template) = template else { return Policy::Unknown };
    let found = template.resources().find(|(id, _)| *id == resource.id);
    let Some((_, view)) = found else { return Policy::Unsaid };
    let is_of_cluster = view.properties().any(|(name, _)| name == "DBClusterIdentifier");
    match view.attribute("DeletionPolicy").map(|policy| policy.as_str()) {
        None if resource.kind == "AWS::RDS::DBCluster" || resource.kind == "AWS::RDS::DBInstance" && !is_of_cluster => {
            Policy::Stays(SNAPSHOT.to_owned())
        }
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
