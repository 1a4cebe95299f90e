//! What stays when stacks are gone: what their templates keep, and copies of their data.

use std::collections::BTreeMap;

use futures_util::future::{join_all, try_join_all};
use serde::Serialize;

use super::resources::SNAPSHOT;
use super::{Engine, Survey, Target};
use crate::cloud::{Copy, DeployedStack, Removal, Resource};
use crate::error::Error;

/// What stays of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Leftovers {
    /// Resources, with the policy that says so.
    pub stays: Vec<(Resource, String)>,
    /// Copies of its data.
    pub copies: Vec<Copy>,
    /// What there may be copies of.
    #[serde(skip)]
    sources: Vec<Resource>,
}

/// A stack that is gone, of which something stays.
#[derive(Clone, Debug, Serialize)]
pub struct Gone {
    /// What the command line calls it.
    pub stack: String,
    /// Its ARN.
    pub arn: String,
    /// What stays.
    #[serde(flatten)]
    pub left: Leftovers,
}

impl Survey {
    /// What stays of stacks that are meant, and of those that were deleted before, with their ARNs.
    pub fn leftovers(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &Leftovers)> {
        let stacks = self.stacks.iter().filter(move |own| is_meant(&own.stack)).map(|own| (&*own.arn, &own.left));
        stacks.chain(self.gone.iter().map(|own| (&*own.arn, &own.left)))
    }
}

impl<D: Removal> Engine<'_, D> {
    /// What stays of the stack of this ARN.
    pub(super) async fn leftovers(
        &self,
        target: &Target<'_, D>,
        arn: &str,
        stays: Vec<(Resource, String)>,
        going: &[Resource],
    ) -> Leftovers {
        let sources: Vec<Resource> = going.iter().chain(stays.iter().map(|(own, _)| own)).cloned().collect();
        let copies = self.copies(target, arn, &sources).await;
        Leftovers { stays, copies, sources }
    }

    async fn copies(&self, target: &Target<'_, D>, arn: &str, sources: &[Resource]) -> Vec<Copy> {
        let copies = sources.iter().map(async |resource| {
            let copies = self.patience.call(|| target.cloud.copies(arn, resource)).await;
            self.or_warn(target, &format!("which copies there are of {}", resource.physical_id), copies)
        });
        join_all(copies).await.concat()
    }

    /// Looks for the copies once more that are made of data when it is deleted, of these stacks.
    pub async fn look_for_snapshots(&self, survey: &mut Survey, is_meant: impl Fn(&str) -> bool) {
        for surveyed in survey.stacks.iter_mut().filter(|own| is_meant(&own.stack)) {
            let before = surveyed.left.copies.len();
            let has_snapshots = surveyed.left.stays.iter().any(|(_, policy)| policy == SNAPSHOT);
            if !has_snapshots {
                continue;
            }
            let target = &self.targets[surveyed.position];
            surveyed.left.copies = self.copies(target, &surveyed.arn, &surveyed.left.sources).await;
            if surveyed.left.copies.len() > before {
                surveyed.left.stays.retain(|(_, policy)| policy != SNAPSHOT);
            }
        }
    }

    /// What is left of the stacks that would be deleted, and were before.
    pub(super) async fn gone(&self, found: &[Option<DeployedStack>]) -> Result<Vec<Gone>, Error> {
        let mut regions: BTreeMap<&str, Vec<&Target<'_, D>>> = BTreeMap::new();
        for (target, _) in self.targets.iter().zip(found).filter(|(target, found)| target.wanted && found.is_none()) {
            regions.entry(target.cloud.region()).or_default().push(target);
        }
        let mut deleted = Vec::new();
        for targets in regions.into_values() {
            let names: Vec<&str> = targets.iter().map(|target| &*target.stack.stack_name).collect();
            let arns = self.patience.call(|| targets[0].cloud.deleted_stacks(&names)).await;
            let mut arns = self.or_warn(targets[0], "what is left of stacks that were deleted before", arns);
            deleted.extend(targets.into_iter().filter_map(|own| Some((own, arns.remove(&own.stack.stack_name)?))));
        }
        let gone = try_join_all(deleted.into_iter().map(|(target, arn)| self.left_of(target, arn))).await?;
        Ok(gone.into_iter().filter(|gone| !gone.left.stays.is_empty() || !gone.left.copies.is_empty()).collect())
    }

    /// What is left of a stack that was deleted.
    async fn left_of(&self, target: &Target<'_, D>, arn: String) -> Result<Gone, Error> {
        let all = self.resources(&target.place(), &arn).await?;
        let (skipped, gone): (Vec<_>, Vec<_>) = all.into_iter().partition(Resource::is_skipped);
        let mut stays = Vec::new();
        for resource in skipped {
            // Who may not ask takes it to be there.
            if self.patience.call(|| target.cloud.is_left(&resource)).await.unwrap_or(true) {
                stays.push((resource, "Retain".to_owned()));
            }
        }
        let left = self.leftovers(target, &arn, stays, &gone).await;
        Ok(Gone { stack: target.stack.name.clone(), arn, left })
    }
}
