//! What stays when stacks are gone: what their templates keep, and copies of their data.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use serde::Serialize;

use super::resources::SNAPSHOT;
use super::{Engine, Survey, Surveyed, Target};
use crate::cloud::{Copy, Removal, Resource};
use crate::deploy::Event;

/// How many stacks that were deleted under one name are looked at.
const LIVES: usize = 10;

/// How many of them at once.
const AT_ONCE: usize = 4;

/// What stays of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Leftovers {
    /// Resources, with the policy that says so.
    pub stays: Vec<(Resource, String)>,
    /// Copies of its data.
    pub copies: Vec<Copy>,
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

/// Something that a stack has: its region, its type, and its ARN or its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owned {
    region: String,
    pub(super) kind: String,
    pub(super) physical_id: String,
}

impl Owned {
    pub(super) fn of(region: &str, Resource { kind, physical_id, .. }: &Resource) -> Self {
        Self { region: region.to_owned(), kind: kind.clone(), physical_id: physical_id.clone() }
    }
}

impl Survey {
    /// What stays of stacks that are meant, and of those that were deleted before, with their ARNs.
    pub fn leftovers(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &Leftovers)> {
        let stacks = self.stacks.iter().filter(move |own| is_meant(&own.stack)).map(|own| (&*own.arn, &own.left));
        stacks.chain(self.gone.iter().map(|own| (&*own.arn, &own.left)))
    }
}

impl<D: Removal> Engine<'_, D> {
    /// What stays of the stack of this ARN, and copies of what it has, or had.
    pub(super) async fn leftovers(
        &self,
        target: &Target<'_, D>,
        arn: &str,
        stays: Vec<(Resource, String)>,
        all: &[Resource],
    ) -> Leftovers {
        let copies = join_all(all.iter().map(|resource| self.copies(target, arn, resource))).await.concat();
        Leftovers { stays, copies }
    }

    async fn copies(&self, target: &Target<'_, D>, arn: &str, resource: &Resource) -> Vec<Copy> {
        let copies = self.patience.call(|| target.cloud.copies(arn, resource)).await;
        self.or_warn(target, &format!("which copies there are of {}", resource.physical_id), copies)
    }

    /// Looks for the snapshots that were made of data when it was deleted, in these stacks.
    pub async fn look_for_snapshots(&self, survey: &mut Survey, is_meant: impl Fn(&str) -> bool) {
        for Surveyed { arn, left, position, .. } in survey.stacks.iter_mut().filter(|own| is_meant(&own.stack)) {
            let target = &self.targets[*position];
            let snapshots = left.stays.iter().filter(|(_, policy)| policy == SNAPSHOT);
            let found = join_all(snapshots.map(async |(resource, _)| {
                let mut copies = self.copies(target, arn, resource).await;
                copies.retain(|copy| !left.copies.contains(copy));
                (resource.clone(), copies)
            }));
            // A person may not wait for that: nothing is taken out before.
            for (source, mut copies) in found.await.into_iter().filter(|(_, copies)| !copies.is_empty()) {
                left.stays.retain(|(resource, _)| *resource != source);
                left.copies.append(&mut copies);
            }
        }
    }

    /// What is left of stacks that were deleted under the names of those that would be. What a stack owns by now is not left.
    pub(super) async fn gone(&self, owned: &BTreeSet<&Owned>) -> Vec<Gone> {
        let mut regions: BTreeMap<&str, Vec<&Target<'_, D>>> = BTreeMap::new();
        for target in self.targets.iter().filter(|target| target.wanted) {
            regions.entry(target.cloud.region()).or_default().push(target);
        }
        let mut found = Vec::new();
        for targets in regions.into_values() {
            let names: Vec<&str> = targets.iter().map(|target| &*target.stack.stack_name).collect();
            let deleted = self.patience.call(|| targets[0].cloud.deleted_stacks(&names)).await;
            let deleted = self.or_warn(targets[0], "what is left of stacks that were deleted before", deleted);
            for target in targets {
                let lives = deleted.iter().filter(|(name, _)| *name == target.stack.stack_name).take(LIVES);
                found.extend(lives.map(|(_, arn)| (target, arn.clone())));
            }
        }
        let gone = stream::iter(found).map(|(target, arn)| self.left_of(target, arn, owned)).buffered(AT_ONCE);
        let mut gone: Vec<Gone> = gone.collect().await;
        // A database of the same name has the same snapshots.
        let mut known = Vec::new();
        for Leftovers { copies, .. } in gone.iter_mut().map(|own| &mut own.left) {
            copies.retain(|copy| !known.contains(copy));
            known.extend_from_slice(copies);
        }
        gone.retain(|own| !own.left.stays.is_empty() || !own.left.copies.is_empty());
        gone
    }

    /// What is left of a stack that was deleted, and of those that were nested in it.
    async fn left_of(&self, target: &Target<'_, D>, arn: String, owned: &BTreeSet<&Owned>) -> Gone {
        let mut all = self.nested(&target.place(), &arn).await.unwrap_or_else(|error| {
            let message = format!("what is left of {arn} is not known: {error}");
            self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
            Vec::new()
        });
        all.retain(|resource| !owned.contains(&Owned::of(target.cloud.region(), resource)));
        let mut stays = Vec::new();
        for resource in all.iter().filter(|resource| resource.is_skipped()) {
            // Who may not ask takes it to be there.
            if self.patience.call(|| target.cloud.is_left(resource)).await.unwrap_or(true) {
                stays.push((resource.clone(), "Retain".to_owned()));
            }
        }
        let left = self.leftovers(target, &arn, stays, &all).await;
        Gone { stack: target.stack.name.clone(), arn, left }
    }
}
