//! What becomes of each resource of a stack, and what is in it.

use futures_util::future::{join_all, try_join_all};

use super::survey::{Content, Looked, Lost, Surveyed};
use super::{Engine, Target, estimate};
use crate::cloud::{Copy, DeployedStack, Failure, Removal, Resource, TemplateStage};
use crate::deploy::Event;
use crate::deploy::follow::Place;
use crate::error::Error;
use crate::kinds;
use crate::template::{Template, read};

/// The state of a resource that could not be deleted.
const DELETE_FAILED: &str = "DELETE_FAILED";

/// The state of a resource that stays, when the deletion of its stack has come by it.
const DELETE_SKIPPED: &str = "DELETE_SKIPPED";

/// Types that are not deleted before they are empty.
const CONTAINERS: [&str; 2] = ["AWS::ECR::Repository", "AWS::S3::Bucket"];

/// The policy of resources of which a snapshot is made before they go.
const SNAPSHOT: &str = "Snapshot";

/// What becomes of the resources of a stack.
#[derive(Debug, Default)]
struct Fates {
    going: Vec<Resource>,
    /// With what says so.
    stays: Vec<(Resource, String)>,
    /// What a person wants to stay, by logical id.
    retained: Vec<String>,
}

impl<D: Removal> Engine<'_, D> {
    pub(super) async fn surveyed(
        &self,
        position: usize,
        found: &DeployedStack,
        looked: Looked,
    ) -> Result<Surveyed, Error> {
        let target = &self.targets[position];
        let template = self.template(target).await;
        let Fates { going, stays, retained } = self.fates(target, found, template.as_ref()).await?;
        let (contents, lost) = self.counted(target, &going).await?;
        let deleted = deleted(&going, &stays);
        let of_type = |kind: &'static str| going.iter().filter(move |own| own.kind == kind);
        let pipelines = of_type("AWS::CodePipeline::Pipeline").map(|own| own.physical_id.clone()).collect();
        Ok(Surveyed {
            stack: target.stack.name.clone(),
            arn: found.id.clone(),
            status: found.status.name(),
            protected: found.protected,
            resources: deleted.len(),
            estimate: estimate::duration(&deleted, template.as_ref()),
            guarded: self.guarded(target, &deleted).await,
            copies: self.copies(target, found, going.iter().chain(stays.iter().map(|(own, _)| own))).await,
            held: held(&going),
            kinds: deleted.iter().map(|own| own.kind.clone()).collect(),
            own_roles: of_type("AWS::IAM::Role").map(|own| own.physical_id.clone()).collect(),
            lost_role: looked.lost_role,
            needed_by: looked.needed_by,
            contents,
            lost,
            pipelines,
            retained,
            stays,
            updated: found.updated,
            named_role: self.role_for(found.role.as_ref()),
            role: found.role.clone(),
            position,
        })
    }

    /// What a stack has.
    pub(super) async fn inventory(&self, stack: &Place<'_, D>, found: &DeployedStack) -> Result<Vec<Resource>, Error> {
        let all = self.patience.call(|| stack.cloud.inventory(&found.id)).await;
        all.map_err(|failure| failure.to_error(&format!("see what stack `{}` has", stack.name)))
    }

    /// What becomes of each resource that is there.
    async fn fates(
        &self,
        target: &Target<'_, D>,
        found: &DeployedStack,
        template: Option<&Template>,
    ) -> Result<Fates, Error> {
        let name = &target.stack.name;
        let all = self.inventory(&target.place(), found).await?;
        let mut fates = Fates::default();
        let is_forced = self.last_resort.forces(name);
        for resource in all {
            if self.last_resort.retains(name, &resource.id) {
                fates.retained.push(resource.id.clone());
                fates.stays.push((resource, "--retain".to_owned()));
                continue;
            }
            if is_forced && resource.status == DELETE_FAILED {
                // It is tried once more.
                fates.stays.push((resource.clone(), "--force".to_owned()));
            }
            match policy(template, &resource) {
                policy if resource.status == DELETE_SKIPPED => {
                    let kept = if let Policy::Stays(kept) = policy { kept } else { "Retain".to_owned() };
                    fates.stays.push((resource, kept));
                }
                Policy::Stays(policy) => fates.stays.push((resource, policy)),
                Policy::Unknown if kinds::holds_data(&resource.kind) => {
                    let what = format!("{} of stack `{name}`", resource.physical_id);
                    return Err(Error::other(format!("whether {what} would be kept is not known"))
                        .help("its template has to be read for that: the right is `cloudformation:GetTemplate`"));
                }
                Policy::Goes | Policy::Unknown => fates.going.push(resource),
            }
        }
        Ok(fates)
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

    async fn copies(
        &self,
        target: &Target<'_, D>,
        found: &DeployedStack,
        resources: impl Iterator<Item = &Resource>,
    ) -> Vec<Copy> {
        let copies = resources.map(async |resource| {
            let copies = self.patience.call(|| target.cloud.copies(&found.id, resource)).await;
            self.or_warn(target, &format!("which copies there are of {}", resource.physical_id), copies)
        });
        join_all(copies).await.concat()
    }

    /// What is only good to know stops nothing.
    pub(super) fn or_warn<T: Default>(&self, target: &Target<'_, D>, what: &str, answer: Result<T, Failure>) -> T {
        answer.unwrap_or_else(|failure| {
            let message = format!("{what} is not known: {} ({})", failure.message, failure.action);
            self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
            T::default()
        })
    }

    /// The template that stands, with what transforms made of it; nothing where it cannot be read.
    async fn template(&self, target: &Target<'_, D>) -> Option<Template> {
        let name = &target.stack.stack_name;
        let text = self.patience.call(|| target.cloud.template(name, TemplateStage::Processed)).await.ok()?;
        Template::from_node(read::document(&text, name).ok()?.into_node())
    }
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
    Unknown,
}

/// Of a database a snapshot stays unless the template says otherwise.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html)
fn policy(template: Option<&Template>, resource: &Resource) -> Policy {
    let found = template.and_then(|template| template.resources().find(|(id, _)| *id == resource.id));
    let Some((_, view)) = found else { return Policy::Unknown };
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
