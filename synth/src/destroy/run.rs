//! Deleting what was surveyed: every stack as soon as no other needs it.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::survey::{Content, Survey, Surveyed};
use super::{Engine, Target};
use crate::cloud::{Failure, FailureKind, Removal};
use crate::deploy::follow::{Followed, Follower, Since};
use crate::deploy::{Cause, Event};
use crate::error::Error;

/// How often a stack is tried whose bucket fills again while it is deleted.
const ATTEMPTS: usize = 3;

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

impl<D: Removal> Engine<'_, D> {
    /// Deletes what was surveyed. What fails keeps the stacks that it needs, and no others.
    ///
    /// # Errors
    ///
    /// A pipeline cannot be stopped: it would make again what is deleted. Nothing was deleted then.
    pub async fn run(&self, survey: &Survey) -> Result<Report, Error> {
        for surveyed in &survey.stacks {
            self.stop_pipelines(surveyed).await?;
        }
        self.check_still(survey).await?;
        let mut ended: Vec<Option<Ended>> = survey.stacks.iter().map(|_| None).collect();
        let (mut begun, mut running) = (vec![false; ended.len()], FuturesUnordered::new());
        loop {
            for (index, surveyed) in survey.stacks.iter().enumerate() {
                let is_full = self.concurrency.is_some_and(|most| running.len() >= most.max(1));
                if is_full || begun[index] {
                    continue;
                }
                let dependents: Vec<usize> =
                    self.dependents(surveyed.position).chain(surveyed.needed_by.iter().copied()).collect();
                let others = survey.stacks.iter().zip(&ended).filter(|(other, _)| dependents.contains(&other.position));
                let others: Vec<_> = others.collect();
                let stays = |(_, ended): &&(&Surveyed, &Option<Ended>)| {
                    ended.as_ref().is_some_and(|ended| !matches!(ended, Ended::Deleted))
                };
                if let Some((other, _)) = others.iter().find(stays) {
                    let skipped = Ended::Skipped { needed_by: other.stack.clone() };
                    begun[index] = true;
                    ended[index] = Some(self.ended(surveyed, skipped));
                } else if others.iter().all(|(_, ended)| ended.is_some()) {
                    begun[index] = true;
                    running.push(async move { (index, self.deleted(surveyed).await) });
                }
            }
            let Some((index, result)) = running.next().await else { break };
            let result = result.unwrap_or_else(Ended::Failed);
            ended[index] = Some(self.ended(&survey.stacks[index], result));
        }
        let names = survey.stacks.iter().map(|surveyed| surveyed.stack.clone());
        Ok(Report(names.zip(ended).filter_map(|(name, ended)| Some((name, ended?))).collect()))
    }

    fn ended(&self, surveyed: &Surveyed, ended: Ended) -> Ended {
        self.observer.event(&Event::Finished { stack: &surveyed.stack, outcome: ended.word(), outputs: None });
        ended
    }

    /// A pipeline would make again what is deleted.
    async fn stop_pipelines(&self, surveyed: &Surveyed) -> Result<(), Error> {
        let cloud = self.targets[surveyed.position].cloud;
        for name in &surveyed.pipelines {
            let stopped = self.patience.call(|| cloud.stop_pipeline(name)).await;
            stopped.map_err(|failure| failure.to_error(&format!("stop pipeline {name}; nothing was deleted")))?;
        }
        Ok(())
    }

    async fn deleted(&self, surveyed: &Surveyed) -> Result<Ended, Error> {
        let target = &self.targets[surveyed.position];
        let (name, estimate) = (&surveyed.stack, surveyed.estimate);
        self.observer.event(&Event::Started { stack: name, resources: surveyed.resources, estimate });
        self.wait(target, surveyed).await?;
        if self.settled(target).await?.is_none() {
            return Ok(Ended::Deleted);
        }
        if surveyed.protected {
            let unprotected = self.patience.call(|| target.cloud.protect(&surveyed.arn, false)).await;
            let what = format!("take the protection from stack `{name}`");
            unprotected.map_err(|failure| failure.to_error(&what))?;
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            for content in &surveyed.contents {
                self.emptied(target, content).await?;
            }
            let ended = self.delete(target, surveyed, attempts).await?;
            if matches!(ended, Ended::Deleted) || attempts == ATTEMPTS || !self.has_filled(target, surveyed).await? {
                return Ok(ended);
            }
        }
    }

    /// Waits until nothing holds what AWS lets go of by itself. After a long time the deletion is tried all the same.
    async fn wait(&self, target: &Target<'_, D>, surveyed: &Surveyed) -> Result<(), Error> {
        for resource in &surveyed.held {
            let (mut pauses, mut told) = (self.patience.pauses(), String::new());
            for _ in 0..self.longest_wait {
                let holders = match self.patience.call(|| target.cloud.holders(resource)).await {
                    // Who may not ask has it tried.
                    Err(failure) if failure.kind == FailureKind::Denied => {
                        let message = format!("what holds {} is not known: {}", resource.id, failure.message);
                        self.observer.event(&Event::Warning { stack: &surveyed.stack, message: &message });
                        break;
                    }
                    holders => holders.map_err(|failure| {
                        failure.to_error(&format!("see what holds {} of stack `{}`", resource.id, surveyed.stack))
                    })?,
                };
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

    async fn delete(&self, target: &Target<'_, D>, surveyed: &Surveyed, attempt: usize) -> Result<Ended, Error> {
        let (name, arn) = (&surveyed.stack, &surveyed.arn);
        // Another attempt is another operation.
        let token = format!("{}-{attempt}", self.token);
        let follower = Follower { token: &token, ..self.follower() };
        let before = follower.last_event(&target.place(), arn).await?;
        let deleted = self.patience.call(|| target.cloud.delete_stack(arn, &token, self.role.as_deref())).await;
        deleted.map_err(|failure| failure.to_error(&format!("delete stack `{name}`")))?;
        Ok(match follower.follow(&target.place(), arn, Since::Event(before)).await? {
            Followed::Gone => Ended::Deleted,
            Followed::Ended { cause, .. } => Ended::Stuck(cause.unwrap_or_default()),
        })
    }
}
