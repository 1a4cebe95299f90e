//! Deleting what was surveyed: every stack as soon as no other needs it.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::roles::Roles;
use super::survey::{Content, Survey, Surveyed};
use super::{Engine, Target};
use crate::cloud::{Deletion, Failure, Removal};
use crate::deploy::follow::{Followed, Follower, Place, Since};
use crate::deploy::{Cause, Event};
use crate::error::Error;

/// How often a stack is tried whose bucket fills again while it is deleted.
const ATTEMPTS: usize = 3;

/// How often a deletion is tried whose role is not known yet: for about a minute.
const ROLE_ATTEMPTS: usize = 15;

/// How much more is deleted than was counted.
const MARGIN: u64 = 10_000;

/// How the deletion of a stack ended.
#[derive(Debug)]
pub enum Ended {
    /// It is gone.
    Deleted,
    /// It is there, in parts perhaps.
    Stuck(Cause),
    /// It could not be begun, or not followed to its end.
    Failed(Error),
    /// A stack that needs it is still there.
    Skipped {
        /// The stack that is there.
        needed_by: String,
    },
}

/// How a destruction ended: each stack by its name, in the order of the survey.
#[derive(Debug)]
pub struct Report(pub Vec<(String, Ended)>);

impl Ended {
    fn word(&self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Stuck(_) => "stuck",
            Self::Failed(_) => "failed",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// There is no code for it.
fn is_about_role(failure: &Failure) -> bool {
    failure.message.contains("cannot be assumed")
}

/// Two stacks that need each other cannot be deleted one after the other.
fn in_a_circle(surveyed: &Surveyed) -> Ended {
    let what = format!("stack `{}` was not deleted: it needs one that needs it", surveyed.stack);
    Ended::Failed(Error::other(what).help("`aws cloudformation list-imports` says which; take the import out of one"))
}

impl<D: Removal> Engine<'_, D> {
    /// Deletes what was surveyed. What fails keeps the stacks that it needs, and no others.
    ///
    /// # Errors
    ///
    /// A pipeline cannot be stopped, which would make again what is deleted; a role cannot be made; or something is not as it was
    /// looked at. Nothing was deleted then.
    pub async fn run(&self, survey: &Survey) -> Result<Report, Error> {
        self.check_still(survey).await?;
        for surveyed in &survey.stacks {
            self.stop_pipelines(surveyed).await?;
        }
        self.check_still(survey).await?;
        self.make_roles(&survey.roles).await?;
        let ended = self.all_deleted(survey).await;
        // As long as something is left, the roles may be needed.
        let is_done = !survey.roles.waits && ended.iter().all(|ended| matches!(ended, Ended::Deleted));
        let names = survey.stacks.iter().map(|surveyed| surveyed.stack.clone());
        let mut report: Vec<_> = names.zip(ended).collect();
        if !survey.roles.is_empty() && is_done {
            let removed = self.remove_roles("done").await.unwrap_or_else(Ended::Failed);
            report.push((survey.roles.stack.clone(), removed));
        }
        Ok(Report(report))
    }

    /// How each stack ended.
    async fn all_deleted(&self, survey: &Survey) -> Vec<Ended> {
        let mut ended: Vec<Option<Ended>> = survey.stacks.iter().map(|_| None).collect();
        let (mut begun, mut running) = (vec![false; ended.len()], FuturesUnordered::new());
        loop {
            while let Some((index, needed_by)) = self.next(survey, &begun, &ended, running.len()) {
                let surveyed = &survey.stacks[index];
                begun[index] = true;
                match needed_by {
                    Some(needed_by) => ended[index] = Some(self.ended(&surveyed.stack, Ended::Skipped { needed_by })),
                    None => running.push(async move { (index, self.deleted(surveyed, &survey.roles).await) }),
                }
            }
            let Some((index, result)) = running.next().await else { break };
            let result = result.unwrap_or_else(Ended::Failed);
            ended[index] = Some(self.ended(&survey.stacks[index].stack, result));
        }
        let stacks = survey.stacks.iter().zip(ended);
        stacks.map(|(surveyed, ended)| ended.unwrap_or_else(|| in_a_circle(surveyed))).collect()
    }

    /// A stack about which it is known what becomes of it, and the one that keeps it, if one does.
    fn next(
        &self,
        survey: &Survey,
        begun: &[bool],
        ended: &[Option<Ended>],
        running: usize,
    ) -> Option<(usize, Option<String>)> {
        let is_full = self.concurrency.is_some_and(|most| running >= most.max(1));
        let waiting = survey.stacks.iter().enumerate().filter(|(index, _)| !begun[*index]);
        waiting.into_iter().find_map(|(index, surveyed)| {
            let others = survey.stacks.iter().zip(ended).filter(|(other, _)| self.needs(other, surveyed));
            let others: Vec<_> = others.collect();
            let stays = |(_, ended): &&(&Surveyed, &Option<Ended>)| {
                ended.as_ref().is_some_and(|ended| !matches!(ended, Ended::Deleted))
            };
            if let Some((other, _)) = others.iter().find(stays) {
                return Some((index, Some(other.stack.clone())));
            }
            let is_free = !is_full && others.iter().all(|(_, ended)| ended.is_some());
            is_free.then_some((index, None))
        })
    }

    /// Whether a stack needs another: as it stands, or as the code says, unless that contradicts what stands.
    fn needs(&self, stack: &Surveyed, other: &Surveyed) -> bool {
        let is_in_code = self.dependents(other.position).any(|dependent| dependent == stack.position);
        other.needed_by.contains(&stack.position) || is_in_code && !stack.needed_by.contains(&other.position)
    }

    pub(super) fn ended(&self, stack: &str, ended: Ended) -> Ended {
        self.observer.event(&Event::Finished { stack, outcome: ended.word(), outputs: None });
        ended
    }

    /// A pipeline would make again what is deleted.
    async fn stop_pipelines(&self, surveyed: &Surveyed) -> Result<(), Error> {
        let cloud = self.targets[surveyed.position].cloud;
        for pipeline in &surveyed.pipelines {
            let name = &pipeline.name;
            self.observer.event(&Event::Stopping { stack: &surveyed.stack, pipeline: name });
            let stopped = self.patience.call(|| cloud.stop_pipeline(pipeline)).await;
            stopped.map_err(|failure| failure.to_error(&format!("stop pipeline {name}; nothing was deleted")))?;
        }
        Ok(())
    }

    async fn deleted(&self, surveyed: &Surveyed, roles: &Roles) -> Result<Ended, Error> {
        let target = &self.targets[surveyed.position];
        let (name, estimate) = (&surveyed.stack, surveyed.estimate);
        self.observer.event(&Event::Started { stack: name, resources: surveyed.resources, estimate });
        self.wait(target, surveyed).await?;
        if self.settled(target).await?.is_none() {
            return Ok(Ended::Deleted);
        }
        if roles.are_of(surveyed) {
            // The stack does not know what the role was given since, and could not delete it. One that is gone it can.
            match self.remove_roles("first").await? {
                Ended::Deleted => {}
                ended => return Ok(ended),
            }
        }
        if surveyed.protected {
            let unprotected = self.patience.call(|| target.cloud.protect(&surveyed.arn, false)).await;
            let what = format!("take the protection from stack `{name}`");
            unprotected.map_err(|failure| failure.to_error(&what))?;
        }
        for resource in &surveyed.guarded {
            let unguarded = self.patience.call(|| target.cloud.unguard(resource)).await;
            let what = format!("take the protection from {} of stack `{name}`", resource.physical_id);
            unguarded.map_err(|failure| failure.to_error(&what))?;
        }
        self.attempted(target, surveyed).await
    }

    /// Empties and deletes, and once more where something has filled again meanwhile.
    async fn attempted(&self, target: &Target<'_, D>, surveyed: &Surveyed) -> Result<Ended, Error> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            for content in &surveyed.contents {
                self.emptied(target, content).await?;
            }
            // Another attempt is another operation.
            let token = format!("{}-{attempts}", self.token);
            let Surveyed { arn, retained, named_role, .. } = surveyed;
            let (role, is_forced) = (named_role.as_deref(), self.last_resort.forces(&surveyed.stack));
            let ended = self
                .delete(&target.place(), &Deletion { stack: arn, token: &token, role, retained, is_forced })
                .await?;
            if matches!(ended, Ended::Deleted) || attempts == ATTEMPTS || !self.has_filled(target, surveyed).await? {
                return Ok(ended);
            }
        }
    }

    /// Waits until nothing holds what AWS lets go of by itself. After a long time the deletion is tried all the same.
    async fn wait(&self, target: &Target<'_, D>, surveyed: &Surveyed) -> Result<(), Error> {
        let mut left = self.longest_wait;
        for resource in &surveyed.held {
            let (mut pauses, mut told) = (self.patience.pauses(), String::new());
            while left > 0 {
                left -= 1;
                let holders = self.patience.call(|| target.cloud.holders(resource)).await;
                let holders = self.or_warn(target, &format!("what holds {}", resource.id), holders);
                if holders.is_empty() {
                    break;
                }
                let held_by = holders.join(", ");
                if held_by != told {
                    self.observer.event(&Event::Held { stack: &surveyed.stack, id: &resource.id, by: &held_by });
                    told = held_by;
                }
                pauses.pause().await;
            }
        }
        Ok(())
    }

    async fn emptied(&self, target: &Target<'_, D>, Content { resource, count }: &Content) -> Result<(), Error> {
        let stack = &target.stack.name;
        let failed = |failure: Failure| failure.to_error(&format!("empty {} of stack `{stack}`", resource.physical_id));
        let mut gone = 0;
        // What is filled faster than it is emptied is left to its stack, which says so.
        while gone <= count.saturating_mul(2).saturating_add(MARGIN) {
            match self.patience.call(|| target.cloud.empty(resource)).await.map_err(failed)? {
                0 => return Ok(()),
                more => gone += more,
            }
            self.observer.event(&Event::Emptied { stack, id: &resource.id, gone });
        }
        Ok(())
    }

    /// Whether something was put back meanwhile.
    async fn has_filled(&self, target: &Target<'_, D>, surveyed: &Surveyed) -> Result<bool, Error> {
        for Content { resource, .. } in &surveyed.contents {
            let count = self.patience.call(|| target.cloud.content(resource)).await;
            let what = format!("see what is in {} of stack `{}`", resource.physical_id, surveyed.stack);
            if count.map_err(|failure| failure.to_error(&what))? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Has a stack deleted, and waits for the end.
    pub(super) async fn delete(&self, place: &Place<'_, D>, deletion: &Deletion<'_>) -> Result<Ended, Error> {
        let follower = Follower { token: deletion.token, ..self.follower() };
        let before = follower.last_event(place, deletion.stack).await?;
        let deleted = self.patience.call(|| self.begin(place, deletion)).await;
        deleted.map_err(|failure| {
            let error = failure.to_error(&format!("delete stack `{}`", place.name));
            if is_about_role(&failure) { error.help("`--role ARN` names another role") } else { error }
        })?;
        self.observer.event(&Event::Accepted { stack: place.name });
        Ok(match follower.follow(place, deletion.stack, Since::Event(before)).await? {
            Followed::Gone => Ended::Deleted,
            Followed::Ended { cause, .. } => Ended::Stuck(cause.unwrap_or_default()),
        })
    }

    /// A role that was just made is not known everywhere at once.
    async fn begin(&self, place: &Place<'_, D>, deletion: &Deletion<'_>) -> Result<(), Failure> {
        let mut pauses = self.patience.pauses();
        for _ in 0..ROLE_ATTEMPTS {
            match place.cloud.delete_stack(deletion).await {
                Err(failure) if deletion.role.is_none() && is_about_role(&failure) => {
                    pauses.pause().await;
                }
                answer => return answer,
            }
        }
        place.cloud.delete_stack(deletion).await
    }
}
