//! Following what goes on with a stack, by its events.

use super::event::Event;
use super::{Assets, Engine, Target};
use crate::cloud::{Deployments, Outcome, StackEvent, StackStatus};
use crate::error::Error;

/// From where on a stack is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// After this event; from the first one where there is none. Something has been begun since.
    Event(Option<String>),
    /// From now on. What goes on may have ended before it is looked at.
    Now,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Followed {
    /// It is there.
    Ended {
        /// How the operation ended.
        outcome: Outcome,
        /// What happened first of all that went wrong.
        cause: Option<StackEvent>,
    },
    /// It is not there any more.
    Gone,
}

impl<D: Deployments, A: Assets> Engine<'_, D, A> {
    /// The last thing that happened with a stack: where following begins.
    pub(super) async fn last_event(&self, target: &Target<'_>, id: &str) -> Result<Option<String>, Error> {
        let events = self.patience.call(|| self.cloud.events(id, None)).await;
        let events = events.map_err(|failure| failure.to_error(&format!("see stack `{}`", target.stack.name)))?;
        Ok(events.last().map(|event| event.id.clone()))
    }

    /// Waits until what goes on with a stack has ended.
    pub(super) async fn follow(&self, target: &Target<'_>, id: &str, since: Since) -> Result<Followed, Error> {
        let name = &target.stack.name;
        let may_have_ended = since == Since::Now;
        let mut seen = match since {
            Since::Event(event) => event,
            Since::Now => self.last_event(target, id).await?,
        };
        let (mut pauses, mut cause) = (self.patience.pauses(), None);
        loop {
            let events = self.patience.call(|| self.cloud.events(id, seen.as_deref())).await;
            let events = events.map_err(|failure| {
                failure.to_error(&format!("follow stack `{name}`, which is still being changed")).help(GO_ON)
            })?;
            for event in &events {
                if cause.is_none() && is_cause(event) {
                    cause = Some(event.clone());
                }
                if !event.is_stack {
                    self.observer.event(&Event::of_resource(name, event));
                } else if let Ok(status) = event.status.parse::<StackStatus>()
                    && let Some(outcome) = status.outcome()
                {
                    return Ok(match status {
                        StackStatus::DeleteComplete => Followed::Gone,
                        _ => Followed::Ended { outcome, cause: cause.or_else(|| Some(event.clone())) },
                    });
                }
            }
            if let Some(last) = events.last() {
                seen = Some(last.id.clone());
                pauses.shorten(&self.patience);
            } else if may_have_ended && let Some(followed) = self.looked_up(target, id).await? {
                return Ok(followed);
            }
            pauses.pause().await;
        }
    }

    /// How it ended, by the stack's state: the end may be among the events of the past.
    async fn looked_up(&self, target: &Target<'_>, id: &str) -> Result<Option<Followed>, Error> {
        let found = self.patience.call(|| self.cloud.stack(id)).await;
        let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", target.stack.name)))?;
        let Some(stack) = found else { return Ok(Some(Followed::Gone)) };
        Ok(match stack.status.outcome() {
            Some(_) if stack.status == StackStatus::DeleteComplete => Some(Followed::Gone),
            Some(outcome) => Some(Followed::Ended { outcome, cause: None }),
            None => None,
        })
    }
}

const GO_ON: &str = "AWS goes on without this command; run it again to see how it ended";

/// Whether something went wrong here, and not because something else had.
fn is_cause(event: &StackEvent) -> bool {
    let is_follow_up = event.reason.as_deref().is_some_and(|reason| reason.contains("cancelled"));
    !event.is_stack && event.status.ends_with("_FAILED") && !is_follow_up
}
