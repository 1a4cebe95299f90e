//! Following what goes on with a stack, and with the stacks nested in it, by their events.

use super::event::{Event, Observer};
use super::patience::{Patience, Pauses};
use crate::cloud::{DeployedStack, Deployments, Outcome, Situation, StackEvent, StackStatus};
use crate::error::Error;

/// The type of stacks in stacks.
const NESTED: &str = "AWS::CloudFormation::Stack";

/// After how many questions without news the stack itself is looked at.
const SILENCE: u32 = 3;

/// How often the first event of an operation is looked for.
const LOOKS: u32 = 5;

/// A stack that is followed.
#[derive(Debug)]
pub(crate) struct Place<'a, D> {
    pub(crate) cloud: &'a D,
    /// What the command line calls it.
    pub(crate) name: &'a str,
}

/// From where on a stack is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// After this event; from the first one where there is none. Something has been begun since.
    Event(Option<String>),
    /// From now on. What goes on may have ended before it is looked at.
    Now,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Followed {
    /// It is there.
    Ended {
        /// How the operation ended.
        outcome: Outcome,
        /// What happened first of all that went wrong.
        cause: Option<Cause>,
    },
    /// It is not there any more.
    Gone,
}

/// What went wrong first of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cause {
    /// What happened. In a nested stack the resource has its path: `Nested/Queue`.
    pub event: Box<StackEvent>,
    /// What else is known of it, a line each: why tasks stopped, what was logged.
    pub details: Vec<String>,
}

/// A stack whose events are asked for.
#[derive(Debug)]
struct Watched {
    /// What stands before its logical ids: empty, or the path of the nested stack and a slash.
    prefix: String,
    id: String,
    /// The last event that is known.
    seen: Option<String>,
}

/// What is followed, and what was heard of it.
#[derive(Debug)]
struct Watch {
    /// The stack itself first, then what is nested in it.
    stacks: Vec<Watched>,
    /// Whether something was begun of which nothing has been heard yet: what is heard belongs to something else.
    is_expected: bool,
    /// The operation that was begun, once it is known.
    operation: Option<String>,
    /// When the first thing happened. What happened before in a nested stack belongs to something else.
    begun: Option<f64>,
    cause: Option<Cause>,
    /// What was just begun has not ended before something was heard of it, whatever the stack's state says.
    may_have_ended: bool,
    /// How often nothing was heard.
    silent: u32,
    pauses: Pauses,
}

/// Whoever follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follower<'a> {
    pub(crate) patience: Patience,
    /// The token of the operation that was begun.
    pub(crate) token: &'a str,
    pub(crate) observer: &'a dyn Observer,
}

impl Follower<'_> {
    /// The last thing that happened with a stack: where following begins.
    pub(crate) async fn last_event<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        id: &str,
    ) -> Result<Option<String>, Error> {
        let event = self.patience.call(|| stack.cloud.last_event(id)).await;
        let event =
            event.map_err(|failure| failure.to_error(&format!("see what happens with stack `{}`", stack.name)))?;
        Ok(event.map(|event| event.id))
    }

    /// Whether the operation is among what has happened since an event: an answer may be lost, and the request not. The first
    /// event may take a moment.
    pub(crate) async fn has_begun<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        id: &str,
        before: Option<&str>,
    ) -> Result<bool, Error> {
        let mut pauses = self.patience.pauses();
        for _ in 0..LOOKS {
            let events = self.patience.call(|| stack.cloud.events(id, before)).await;
            let events = events.map_err(|failure| failure.to_error(&format!("see stack `{}`", stack.name)))?;
            if events.iter().any(|event| event.token.as_deref() == Some(self.token)) {
                return Ok(true);
            }
            pauses.pause().await;
        }
        Ok(false)
    }

    /// A stack by its name in AWS, as it is.
    pub(crate) async fn seen<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        name: &str,
    ) -> Result<Option<DeployedStack>, Error> {
        let found = self.patience.first_call(|| stack.cloud.stack(name)).await;
        found.map_err(|failure| failure.to_error(&format!("see stack `{}`", stack.name)))
    }

    /// A stack by its name in AWS, once nobody is changing it.
    pub(crate) async fn settled<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        name: &str,
    ) -> Result<Option<DeployedStack>, Error> {
        loop {
            let Some(found) = self.seen(stack, name).await? else { return Ok(None) };
            match found.status.situation() {
                Situation::Absent => return Ok(None),
                Situation::Reviewed | Situation::Standing | Situation::NeverStood | Situation::Stuck => {
                    return Ok(Some(found));
                }
                Situation::Busy => {
                    self.observer.event(&Event::Waiting { stack: stack.name, status: found.status.name() });
                    if matches!(self.follow(stack, &found.id, Since::Now).await?, Followed::Gone) {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Waits until what goes on with a stack has ended.
    pub(crate) async fn follow<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        id: &str,
        since: Since,
    ) -> Result<Followed, Error> {
        let may_have_ended = since == Since::Now;
        let seen = match since {
            Since::Event(event) => event,
            Since::Now => self.last_event(stack, id).await?,
        };
        let watched = Watched { prefix: String::new(), id: id.to_owned(), seen };
        let mut watch = Watch::new(watched, may_have_ended, self.patience.pauses());
        loop {
            if let Some(followed) = self.listen(stack, &mut watch).await? {
                return Ok(followed);
            }
            let Watch { may_have_ended, silent, .. } = watch;
            if silent > 0
                && silent % SILENCE == 0
                && let Some(followed) = self.looked_up(stack, id, &mut watch).await?
                && (may_have_ended || matches!(followed, Followed::Gone))
            {
                return Ok(followed);
            }
            if !may_have_ended && silent == self.patience.attempts {
                let name = stack.name;
                return Err(Error::other(format!("nothing is heard of the changes of stack `{name}`"))
                    .help("see its events in the console; run the command again to follow it, or to begin anew"));
            }
            watch.pauses.pause().await;
        }
    }

    /// Asks every stack for its news, once. What begins to be nested meanwhile is asked too.
    async fn listen<D: Deployments>(&self, stack: &Place<'_, D>, watch: &mut Watch) -> Result<Option<Followed>, Error> {
        let (mut is_silent, mut position) = (true, 0);
        while let Some(Watched { id, seen, .. }) = watch.stacks.get(position) {
            let events = self.patience.call(|| stack.cloud.events(id, seen.as_deref())).await;
            let name = stack.name;
            let what = format!("follow stack `{name}`, with which AWS goes on (run the command again to follow it)");
            let events = events.map_err(|failure| failure.to_error(&what))?;
            for event in &events {
                if let Some(followed) = self.heard(stack, watch, position, event).await {
                    return Ok(Some(followed));
                }
            }
            if let Some(last) = events.last() {
                watch.stacks[position].seen = Some(last.id.clone());
                is_silent = false;
            }
            position += 1;
        }
        if is_silent {
            watch.silent += 1;
        } else {
            (watch.silent, watch.may_have_ended) = (0, true);
            watch.pauses.shorten(&self.patience);
        }
        Ok(None)
    }

    /// Something happened. Gives how all of it ended, if that was the end.
    async fn heard<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        watch: &mut Watch,
        position: usize,
        event: &StackEvent,
    ) -> Option<Followed> {
        if event.at < *watch.begun.get_or_insert(event.at) {
            return None;
        }
        let is_beginning = watch.is_expected && event.token.as_deref() == Some(self.token);
        if is_beginning {
            watch.is_expected = false;
            watch.operation.clone_from(&event.operation);
        }
        let event =
            StackEvent { resource: format!("{}{}", watch.stacks[position].prefix, event.resource), ..event.clone() };
        if watch.cause.is_none() && !is_beginning && is_cause(&event) {
            watch.cause = Some(self.cause(stack, watch.begun, event.clone()).await);
        }
        if !event.is_stack {
            self.observer.event(&Event::of_resource(stack.name, &event));
            watch.nest(&event);
            return None;
        }
        if position == 0 && event.status.ends_with("ROLLBACK_IN_PROGRESS") && !watch.is_expected && !is_beginning {
            self.observer.event(&Event::TakenBack { stack: stack.name });
            // Taking back is an operation of its own.
            watch.operation.clone_from(&event.operation);
        }
        let is_own = position == 0 && !watch.is_other(&event);
        let status: StackStatus = event.status.parse().ok().filter(|_| is_own)?;
        let outcome = status.outcome()?;
        Some(match status {
            StackStatus::DeleteComplete => Followed::Gone,
            _ => Followed::Ended {
                outcome,
                cause: watch.cause.take().or(Some(Cause { event: Box::new(event), details: Vec::new() })),
            },
        })
    }

    /// How it ended, by the stack's state: nothing has happened for a while, and the end may be among the events of the past.
    async fn looked_up<D: Deployments>(
        &self,
        stack: &Place<'_, D>,
        id: &str,
        watch: &mut Watch,
    ) -> Result<Option<Followed>, Error> {
        let found = self.patience.call(|| stack.cloud.stack(id)).await;
        let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", stack.name)))?;
        let Some(found) = found else { return Ok(Some(Followed::Gone)) };
        Ok(match found.status.outcome() {
            Some(_) if found.status == StackStatus::DeleteComplete => Some(Followed::Gone),
            Some(outcome) => Some(Followed::Ended { outcome, cause: watch.cause.take() }),
            None => None,
        })
    }

    /// What is known of a failure. Of a nested stack's, its own first cause is.
    async fn cause<D: Deployments>(&self, stack: &Place<'_, D>, begun: Option<f64>, mut event: StackEvent) -> Cause {
        while event.kind == NESTED
            && let Some(id) = &event.physical_id
            && let Ok(events) = self.patience.call(|| stack.cloud.events(id, None)).await
            && let Some(inner) = events
                .into_iter()
                .find(|inner| !inner.is_stack && is_cause(inner) && begun.is_none_or(|begun| inner.at >= begun))
        {
            event = StackEvent { resource: format!("{}/{}", event.resource, inner.resource), ..inner };
        }
        let details = stack.cloud.details(&event).await.unwrap_or_else(|failure| {
            let message = format!("what else is known of {} was not told: {}", event.resource, failure.message);
            self.observer.event(&Event::Warning { stack: stack.name, message: &message });
            Vec::new()
        });
        Cause { event: Box::new(event), details }
    }
}

impl Watch {
    fn new(watched: Watched, may_have_ended: bool, pauses: Pauses) -> Self {
        Self {
            stacks: vec![watched],
            is_expected: !may_have_ended,
            operation: None,
            begun: None,
            cause: None,
            may_have_ended,
            silent: 0,
            pauses,
        }
    }

    /// Whether what happened with the stack belongs to something else that goes on, or went on.
    fn is_other(&self, event: &StackEvent) -> bool {
        self.is_expected || self.operation.is_some() && event.operation.is_some() && self.operation != event.operation
    }

    /// A stack that begins to be made or changed inside of this one is followed too.
    fn nest(&mut self, event: &StackEvent) {
        let Some(id) = event.physical_id.as_ref().filter(|id| event.kind == NESTED && !id.is_empty()) else { return };
        if event.status.ends_with("_IN_PROGRESS") && self.stacks.iter().all(|known| known.id != *id) {
            let prefix = format!("{}/", event.resource);
            self.stacks.push(Watched { prefix, id: id.clone(), seen: None });
        }
    }
}

/// Whether something is said to have failed only because something else had.
pub(crate) fn follows(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| reason.contains("cancelled"))
}

/// Whether something went wrong here, and not because something else had. Some things go wrong with the stack as a whole: an
/// export that others use, an update that somebody cancels.
fn is_cause(event: &StackEvent) -> bool {
    let is_failure = event.status.ends_with("_FAILED") && !follows(event.reason.as_deref());
    let takes_back = event.status.ends_with("ROLLBACK_IN_PROGRESS") && event.reason.is_some();
    if event.is_stack { takes_back || (is_failure && event.reason.is_some()) } else { is_failure }
}
