//! Doing what was planned.

use std::time::Duration;

use super::Engine;
use super::plan::{Plan, Planned, Remedy};
use crate::cloud::{Deletion, Failure, FailureKind, OpenChangeSet, Outcome, Recovery};
use crate::deploy::discard::remove_empty;
use crate::deploy::follow::{Followed, Follower, Place, Since};
use crate::deploy::{Cause, Event};
use crate::destroy::{self, Target};
use crate::error::Error;

/// How long taking back may take: nobody knows, as what it waits for has failed before.
const USUAL: Duration = Duration::from_mins(1);

/// How the recovery of a stack ended.
#[derive(Debug)]
pub enum Ended {
    /// It can be changed again.
    Recovered,
    /// It failed once more.
    Stuck(Cause),
    /// It could not be begun, or not followed to its end.
    Failed(Error),
    /// Nothing can be done here.
    Left {
        /// Why.
        why: String,
    },
}

/// How a recovery ended.
#[derive(Debug)]
pub struct Report {
    /// Each stack that was not deleted, by its name.
    pub mended: Vec<(String, Ended)>,
    /// Those that were to be deleted. None was, if that could not be begun.
    pub deleted: Result<destroy::Report, Error>,
}

impl Ended {
    fn word(&self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Stuck(_) => "stuck",
            Self::Failed(_) => "failed",
            Self::Left { .. } => "skipped",
        }
    }
}

impl<D: Recovery> Engine<'_, D> {
    /// Does what the plan says. What can be mended is, one after the other, before anything is deleted.
    pub async fn run(&self, plan: &Plan) -> Report {
        let mut mended = Vec::new();
        // What one exports can be taken back once no other imports it.
        for planned in plan.stacks.iter().rev().filter(|planned| !matches!(planned.remedy, Remedy::Delete { .. })) {
            mended.push(self.mended(planned).await);
        }
        let deleted = match (self.deleting(&plan.stacks), &plan.survey) {
            (Some(targets), Some(survey)) => self.removal_of(&targets).run(survey).await,
            _ => Ok(destroy::Report(Vec::new())),
        };
        Report { mended, deleted }
    }

    async fn mended(&self, planned: &Planned) -> (String, Ended) {
        let (stack, target) = (&planned.stack, &self.removal.targets[planned.position]);
        let ended = self.mend(target, planned).await.unwrap_or_else(Ended::Failed);
        self.removal.observer.event(&Event::Finished { stack, outcome: ended.word(), outputs: None });
        (stack.clone(), ended)
    }

    async fn mend(&self, target: &Target<'_, D>, planned: &Planned) -> Result<Ended, Error> {
        let (stack, token, role) = (&planned.arn, &*self.removal.token, planned.named_role.as_deref());
        let (cloud, patience) = (target.cloud, &self.removal.patience);
        if let Remedy::None { why } = &planned.remedy {
            return Ok(Ended::Left { why: why.clone() });
        }
        let found = self.removal.settled(target).await?;
        let before = (stack, planned.status, planned.updated);
        if found.is_none_or(|found| (&found.id, found.status.name(), found.updated) != before) {
            return Err(Error::other(format!("stack `{}` is not as it was looked at", planned.stack))
                .help("somebody else has changed it since: run the command again"));
        }
        match &planned.remedy {
            Remedy::Continue { skipped } => {
                let begin = async || patience.call(|| cloud.continue_rollback(stack, token, role, skipped)).await;
                self.taken_back(&target.place(), planned, begin).await
            }
            Remedy::RollBack => {
                let begin = async || patience.call(|| cloud.roll_back(stack, token, role)).await;
                self.taken_back(&target.place(), planned, begin).await
            }
            Remedy::Discard { change_sets, with_stack } => {
                self.discarded(target, planned, change_sets, *with_stack).await.map_err(|failure| {
                    failure.to_error(&format!("delete what is left of a plan for stack `{}`", planned.stack))
                })?;
                Ok(Ended::Recovered)
            }
            Remedy::Delete { .. } | Remedy::None { .. } => Ok(Ended::Recovered),
        }
    }

    /// Begins to take an update back, and waits for the end.
    async fn taken_back(
        &self,
        place: &Place<'_, D>,
        planned: &Planned,
        begin: impl AsyncFn() -> Result<(), Failure>,
    ) -> Result<Ended, Error> {
        let Planned { stack, arn, failed, .. } = planned;
        let follower: Follower<'_> = self.removal.follower();
        self.removal.observer.event(&Event::Started { stack, resources: failed.len(), estimate: USUAL });
        let before = follower.last_event(place, arn).await?;
        if let Err(failure) = begin().await {
            let is_begun =
                failure.kind == FailureKind::Refused && follower.has_begun(place, arn, before.as_deref()).await?;
            if !is_begun {
                return Err(failure.to_error(&format!("take back the update of stack `{stack}`")));
            }
        }
        self.removal.observer.event(&Event::Accepted { stack });
        Ok(match follower.follow(place, arn, Since::Event(before)).await? {
            Followed::Ended { outcome: Outcome::Stuck, cause } => Ended::Stuck(cause.unwrap_or_default()),
            Followed::Ended { outcome: Outcome::Done | Outcome::RolledBack, .. } => Ended::Recovered,
            Followed::Gone => Ended::Failed(Error::other(format!("stack `{stack}` was deleted meanwhile"))),
        })
    }

    /// Deletes change sets, and the stack if that was made for them and is nothing else.
    async fn discarded(
        &self,
        target: &Target<'_, D>,
        planned: &Planned,
        change_sets: &[OpenChangeSet],
        with_stack: bool,
    ) -> Result<(), Failure> {
        let (cloud, patience) = (target.cloud, &self.removal.patience);
        for OpenChangeSet { id, .. } in change_sets {
            patience.call(|| cloud.delete_change_set(id)).await?;
        }
        if !with_stack {
            return Ok(());
        }
        let role = planned.named_role.as_deref();
        remove_empty(cloud, patience, &Deletion { role, ..Deletion::of(&planned.arn, &self.removal.token) }).await
    }
}
