//! Following what goes on with a stack, by its events.

use super::event::Event;
use super::{Engine, Host, Target};
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

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
    /// The last thing that happened with a stack: where following begins.
    pub(super) async fn last_event(&self, target: &Target<'_, D>, id: &str) -> Result<Option<String>, Error> {
        let event = self.patience.call(|| target.cloud.last_event(id)).await;
        let event = event.map_err(|failure| failure.to_error(&format!("see stack `{}`", target.stack.name)))?;
        Ok(event.map(|event| event.id))
    }

    /// Waits until what goes on with a stack has ended.
    pub(super) async fn follow(&self, target: &Target<'_, D>, id: &str, since: Since) -> Result<Followed, Error> {
        let name = &target.stack.name;
        // What was just begun has not ended before something was heard of it, whatever the stack's state says.
        let mut may_have_ended = since == Since::Now;
        let mut seen = match since {
            Since::Event(event) => event,
            Since::Now => self.last_event(target, id).await?,
        };
        let (mut pauses, mut cause, mut silent) = (self.patience.pauses(), None, 0);
        loop {
            let events = self.patience.call(|| target.cloud.events(id, seen.as_deref())).await;
            let what = format!("follow stack `{name}`, with which AWS goes on (run the command again to follow it)");
            let events = events.map_err(|failure| failure.to_error(&what))?;
            for event in &events {
                cause = cause.or_else(|| Some(event).filter(|event| is_cause(event)).cloned());
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
                (silent, may_have_ended) = (0, true);
                pauses.shorten(&self.patience);
            } else {
                silent += 1;
            }
            if may_have_ended
                && silent > 0
                && silent % SILENCE == 0
                && let Some(followed) = self.looked_up(target, id).await?
            {
                return Ok(followed);
            }
            if !may_have_ended && silent == self.patience.attempts {
                return Err(Error::other(format!("nothing is heard of the changes of stack `{name}`"))
                    .help("see its events in the console; run the command again to follow it, or to begin anew"));
            }
            pauses.pause().await;
        }
    }

    /// How it ended, by the stack's state: nothing has happened for a while, and the end may be among the events of the past.
    async fn looked_up(&self, target: &Target<'_, D>, id: &str) -> Result<Option<Followed>, Error> {
        let found = self.patience.call(|| target.cloud.stack(id)).await;
        let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", target.stack.name)))?;
        let Some(stack) = found else { return Ok(Some(Followed::Gone)) };
        Ok(match stack.status.outcome() {
            Some(_) if stack.status == StackStatus::DeleteComplete => Some(Followed::Gone),
            Some(outcome) => Some(Followed::Ended { outcome, cause: None }),
            None => None,
        })
    }
}

/// After how many questions without news the stack itself is looked at.
const SILENCE: u32 = 3;

/// Whether something went wrong here, and not because something else had. Some things go wrong with the stack as a whole: an
/// export that others use, an update that somebody cancels.
fn is_cause(event: &StackEvent) -> bool {
    let is_follow_up = event.reason.as_deref().is_some_and(|reason| reason.contains("cancelled"));
    let is_failure = event.status.ends_with("_FAILED") && !is_follow_up;
    let takes_back = event.status.ends_with("ROLLBACK_IN_PROGRESS") && event.reason.is_some();
    if event.is_stack { takes_back || (is_failure && event.reason.is_some()) } else { is_failure }
}
