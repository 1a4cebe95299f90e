//! Doing what was planned: every stack as soon as those that it needs are there.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::estimate;
use super::event::Event;
use super::follow::{Cause, Followed, Follower, Since};
use super::plan::{Computed, Plan, Planned, Step, positions};
use super::{Engine, Exports, Host, Target};
use crate::cloud::{
    CreatedChangeSet, Deletion, DeployedStack, Deployments, Failure, FailureKind, Outcome, Situation, StackStatus,
};
use crate::error::Error;

/// How the deployment of a stack ended.
#[derive(Debug)]
pub enum Ended {
    /// It is as it should be. What it says to people.
    Done(BTreeMap<String, String>),
    /// It was as it should be.
    Unchanged,
    /// It failed, and is as it was before.
    RolledBack(Cause),
    /// It failed half-way.
    Stuck(Cause),
    /// A person did not want the changes, which could not be computed before.
    Declined,
    /// It could not be begun, or not followed to its end.
    Failed(Error),
    /// A stack that it needs is not there.
    Skipped {
        /// The stack that is not there.
        needs: String,
    },
}

/// How a deployment ended: each stack by its name, in the order of the plan.
#[derive(Debug)]
pub struct Report(pub Vec<(String, Ended)>);

/// What is known of a stack during the run.
enum State {
    Waiting,
    Running,
    Ended(Ended),
}

impl Ended {
    /// Whether the stack is as it should be.
    fn is_good(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Unchanged)
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => Outcome::Done.word(),
            Self::Unchanged => "unchanged",
            Self::RolledBack(_) => Outcome::RolledBack.word(),
            Self::Stuck(_) => Outcome::Stuck.word(),
            Self::Declined => "declined",
            Self::Failed(_) => "failed",
            Self::Skipped { .. } => "skipped",
        }
    }
}

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
    /// Does what the plan says. What fails stops the stacks that need it, and no others.
    pub async fn run(&self, plan: &Plan) -> Report {
        let positions = positions(self.targets);
        let exports = RefCell::new(plan.exports.clone());
        let mut states: Vec<State> = plan.stacks.iter().map(|_| State::Waiting).collect();
        let mut running = FuturesUnordered::new();
        loop {
            for (position, planned) in plan.stacks.iter().enumerate() {
                let is_full = self.concurrency.is_some_and(|most| running.len() >= most.max(1));
                if is_full || !matches!(states[position], State::Waiting) {
                    continue;
                }
                let needed = self.targets[position].stack.dependencies.iter();
                let needed: Vec<usize> = needed.filter_map(|name| positions.get(name).copied()).collect();
                let failed = |needed: &&usize| matches!(&states[**needed], State::Ended(ended) if !ended.is_good());
                if let Some(needed) = needed.iter().find(failed) {
                    let needs = plan.stacks[*needed].stack.clone();
                    self.discard_step(&self.targets[position], &planned.step).await;
                    states[position] = self.ended(position, Ended::Skipped { needs });
                } else if needed.iter().all(|needed| matches!(states[*needed], State::Ended(_))) {
                    states[position] = State::Running;
                    let (target, exports) = (&self.targets[position], &exports);
                    running.push(async move { (position, self.stack(target, &planned.step, exports).await) });
                }
            }
            let Some((position, ended)) = running.next().await else { break };
            states[position] = self.ended(position, ended);
        }
        let ended = states.into_iter().filter_map(|state| match state {
            State::Ended(ended) => Some(ended),
            State::Waiting | State::Running => None,
        });
        Report(plan.stacks.iter().map(|planned| planned.stack.clone()).zip(ended).collect())
    }

    /// Has AWS take back every update that this run began and that goes on. What is being made cannot be taken back before it
    /// is made.
    pub async fn cancel(&self) {
        for target in self.targets.iter().filter(|target| target.wanted) {
            let name = &target.stack.stack_name;
            let found = target.cloud.stack(name).await;
            let is_updated = |stack: &DeployedStack| stack.status == StackStatus::UpdateInProgress;
            if !found.is_ok_and(|stack| stack.as_ref().is_some_and(is_updated)) {
                continue;
            }
            let last = target.cloud.last_event(name).await;
            if !last.is_ok_and(|event| event.is_some_and(|event| event.token.as_ref() == Some(&self.token))) {
                continue;
            }
            if let Err(failure) = target.cloud.cancel_update(name).await {
                let message = format!("the update goes on: {}", failure.message);
                self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
            }
        }
    }

    fn ended(&self, position: usize, ended: Ended) -> State {
        let stack = &self.targets[position].stack.name;
        let outputs = if let Ended::Done(outputs) = &ended { Some(outputs) } else { None };
        self.observer.event(&Event::Finished { stack, outcome: ended.word(), outputs });
        State::Ended(ended)
    }

    async fn stack(&self, target: &Target<'_, D>, step: &Step, exports: &RefCell<Exports>) -> Ended {
        match self.deployed(target, step, exports).await {
            Ok(ended) => ended,
            Err(error) => Ended::Failed(error),
        }
    }

    async fn deployed(&self, target: &Target<'_, D>, step: &Step, exports: &RefCell<Exports>) -> Result<Ended, Error> {
        let ended = match step {
            Step::Nothing => return Ok(Ended::Unchanged),
            Step::Protect => Ended::Done(BTreeMap::new()),
            Step::Execute(computed) => self.executed(target, computed).await?,
            Step::Later { creates, .. } => self.computed_now(target, *creates, exports).await?,
            Step::MakeAgain { left, .. } => match self.deleted(target, left).await? {
                Some(ended) => ended,
                None => self.computed_now(target, true, exports).await?,
            },
        };
        if !ended.is_good() {
            return Ok(ended);
        }
        let outputs = self.finish(target, exports).await?;
        Ok(if let Ended::Done(_) = ended { Ended::Done(outputs) } else { ended })
    }

    /// What could not be computed before can be now.
    async fn computed_now(
        &self,
        target: &Target<'_, D>,
        creates: bool,
        exports: &RefCell<Exports>,
    ) -> Result<Ended, Error> {
        let known = exports.borrow().clone();
        let Some(computed) = self.compute(target, creates, &known).await? else { return Ok(Ended::Unchanged) };
        let (stack, stack_name) = (target.stack.name.clone(), target.stack.stack_name.clone());
        let planned = Planned { stack, stack_name, step: Step::Execute(computed.clone()) };
        self.observer.event(&Event::Planned { planned: &planned });
        // That it is made was approved with the plan.
        let approved = if creates { Ok(true) } else { self.host.approves(&planned).await };
        if !matches!(approved, Ok(true)) {
            self.discard(target, creates, &computed.ids).await;
            return approved.map(|_| Ended::Declined);
        }
        self.executed(target, &computed).await
    }

    async fn executed(&self, target: &Target<'_, D>, computed: &Computed) -> Result<Ended, Error> {
        let (stack, ids) = (target.stack, &computed.ids);
        let (resources, estimate) = (computed.changes.len(), estimate::duration(&stack.template, &computed.changes));
        self.observer.event(&Event::Started { stack: &stack.name, resources, estimate });
        let before = match self.begin(target, ids).await {
            Ok(before) => before,
            Err(error) => {
                self.discard(target, computed.creates, ids).await;
                return Err(error);
            }
        };
        let followed = self.follower().follow(&target.place(), &ids.stack_id, Since::Event(before)).await?;
        Ok(match followed {
            Followed::Ended { outcome: Outcome::Done, .. } => Ended::Done(BTreeMap::new()),
            Followed::Ended { outcome: Outcome::RolledBack, cause } => Ended::RolledBack(cause.unwrap_or_default()),
            Followed::Ended { outcome: Outcome::Stuck, cause } => Ended::Stuck(cause.unwrap_or_default()),
            Followed::Gone => Ended::Failed(
                Error::other(format!("stack `{}` was deleted while it was changed", stack.name))
                    .help("run the command again: it makes it anew"),
            ),
        })
    }

    /// Has a change set executed. Gives the last event before.
    async fn begin(&self, target: &Target<'_, D>, ids: &CreatedChangeSet) -> Result<Option<String>, Error> {
        let before = self.follower().last_event(&target.place(), &ids.stack_id).await?;
        let executed = self.patience.call(|| target.cloud.execute_change_set(&ids.change_set, &self.token)).await;
        let Err(failure) = executed else { return Ok(before) };
        let error = failure.to_error(&format!("change stack `{}`", target.stack.name));
        if failure.kind != FailureKind::Refused {
            return Err(error);
        }
        if self.follower().has_begun(&target.place(), &ids.stack_id, before.as_deref()).await? {
            return Ok(before);
        }
        Err(error.help("it may have been changed by somebody else since: run the command again"))
    }

    /// Deletes what is left of a stack that never stood. Gives how that failed.
    async fn deleted(&self, target: &Target<'_, D>, left: &str) -> Result<Option<Ended>, Error> {
        let name = &target.stack.name;
        let failed = |failure: Failure| failure.to_error(&format!("delete what is left of stack `{name}`"));
        let found = self.patience.call(|| target.cloud.stack(&target.stack.stack_name)).await.map_err(failed)?;
        let Some(stack) = found else { return Ok(None) };
        if stack.id != left || stack.status.situation() != Situation::NeverStood {
            return Err(Error::other(format!(
                "stack `{name}` was made by somebody else meanwhile; nothing was deleted"
            ))
            .help("run the command again"));
        }
        let token = self.deletion_token();
        let follower = Follower { token: &token, ..self.follower() };
        let before = follower.last_event(&target.place(), left).await?;
        let deletion = Deletion::of(left, &token);
        self.patience.call(|| target.cloud.delete_stack(&deletion)).await.map_err(failed)?;
        Ok(match follower.follow(&target.place(), left, Since::Event(before)).await? {
            Followed::Gone => None,
            Followed::Ended { cause, .. } => Some(Ended::Stuck(cause.unwrap_or_default())),
        })
    }

    /// Learns what the stack exports, and protects it where it wants that. Gives what it says to people.
    async fn finish(
        &self,
        target: &Target<'_, D>,
        exports: &RefCell<Exports>,
    ) -> Result<BTreeMap<String, String>, Error> {
        let (name, stack_name) = (&target.stack.name, &target.stack.stack_name);
        let found = self.patience.call(|| target.cloud.stack(stack_name)).await;
        let found = found.map_err(|failure| failure.to_error(&format!("see stack `{name}`")))?;
        let Some(stack) = found else { return Ok(BTreeMap::new()) };
        exports.borrow_mut().learn(target.cloud.region(), stack.exports);
        if target.stack.termination_protection && !stack.protected {
            let protected = self.patience.call(|| target.cloud.protect(stack_name, true)).await;
            protected.map_err(|failure| failure.to_error(&format!("protect stack `{name}` from deletion")))?;
        }
        Ok(stack.outputs)
    }
}
