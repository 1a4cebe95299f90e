//! What a deployment would do: a change set for every stack for which one can be made already.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures_util::future::join_all;
use serde::Serialize;

use super::consequences::Consequence;
use super::event::Event;
use super::rights::Right;
use super::{Engine, Exports, Host, Target};
use crate::cloud::{CreatedChangeSet, DeployedStack, Deployments, Situation, place};
use crate::error::Error;

/// What would happen with all stacks, in the order of deployment.
#[derive(Debug)]
pub struct Plan {
    /// A plan for each stack.
    pub stacks: Vec<Planned>,
    /// What is exported already, by stacks that stand.
    pub(super) exports: Exports,
}

/// What would happen with a stack.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// What the command line calls the stack.
    pub stack: String,
    /// Its name in AWS.
    pub stack_name: String,
    /// What is done with it.
    #[serde(flatten)]
    pub step: Step,
}

/// What is done with a stack.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Step {
    /// Nothing: it is as it should be.
    Nothing,
    /// It is as it should be, but anybody could delete it: it is protected.
    Protect,
    /// It is made or changed as its change set says.
    Execute(Computed),
    /// It is made, or changed, once stacks that it needs are there: its change set cannot be computed before.
    Later {
        /// Whether it is made.
        creates: bool,
        /// The stacks that come first.
        needs: Vec<String>,
        /// How many resources it will have.
        resources: usize,
    },
    /// What is left of its failed making is deleted, and it is made again. It never stood.
    MakeAgain {
        /// The ARN of what is left.
        left: String,
        /// How many resources it will have.
        resources: usize,
    },
}

/// A change set that can be executed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Computed {
    /// Whether the stack is made.
    pub creates: bool,
    /// The change set's ARN, and the stack's.
    #[serde(flatten)]
    pub(super) ids: CreatedChangeSet,
    /// What changes.
    pub changes: Vec<Consequence>,
    /// The rights that these changes give.
    pub rights: Vec<Right>,
}

impl Plan {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.stacks.iter().all(|planned| matches!(planned.step, Step::Nothing))
    }

    /// Where things would happen: the account and the region of each stack, as far as they are known.
    pub fn places(&self) -> BTreeSet<(&str, &str)> {
        let arns = self.stacks.iter().filter_map(|planned| match &planned.step {
            Step::Execute(computed) => Some(&computed.ids.stack_id),
            Step::MakeAgain { left, .. } => Some(left),
            Step::Nothing | Step::Protect | Step::Later { .. } => None,
        });
        arns.filter_map(|arn| place(arn)).collect()
    }
}

impl Computed {
    /// Changes of a stack that stands, in no change set.
    #[cfg(test)]
    pub(crate) fn of(changes: Vec<Consequence>, rights: Vec<Right>) -> Self {
        let ids = CreatedChangeSet { change_set: String::new(), stack_id: String::new() };
        Self { creates: false, ids, changes, rights }
    }
}

impl Planned {
    /// Whether it changes who may do what, or what can be reached from where. What is made anew may.
    pub fn changes_rights(&self) -> bool {
        match &self.step {
            Step::Nothing | Step::Protect => false,
            Step::Execute(computed) => {
                computed.creates || computed.changes.iter().any(|own| own.change.changes_rights())
            }
            Step::Later { .. } | Step::MakeAgain { .. } => true,
        }
    }

    /// Whether it deletes or replaces something. What a stack that stands will change later is not known yet, and asked about
    /// then.
    pub fn destroys(&self) -> bool {
        match &self.step {
            Step::Nothing | Step::Protect | Step::MakeAgain { .. } | Step::Later { .. } => false,
            Step::Execute(computed) => computed.changes.iter().any(|own| own.change.destroys()),
        }
    }
}

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
    /// Computes the plan. Stacks that somebody else is changing are waited for.
    ///
    /// # Errors
    ///
    /// A stack is in a state that a person has to mend, a change set cannot be made, or AWS does not answer. No stack has changed
    /// then, and no change set is left; images and archives that were pushed for the plan stay, for the next one.
    pub async fn plan(&self) -> Result<Plan, Error> {
        self.targets.iter().filter(|target| target.wanted).try_for_each(Target::check_size)?;
        let found = join_all(self.targets.iter().map(|target| self.settled(target))).await;
        let found = found.into_iter().collect::<Result<Vec<_>, _>>()?;
        // Whatever its state: what a stack exports can be imported.
        let mut exports = Exports::default();
        for (target, stack) in self.targets.iter().zip(&found) {
            exports.learn(target.cloud.region(), stack.iter().flat_map(|stack| stack.exports.clone()).collect());
        }
        let steps = self.targets.iter().zip(&found).map(|(target, found)| self.step(target, found.as_ref(), &exports));
        let steps = join_all(steps).await;
        if steps.iter().any(Result::is_err) {
            let made = self.targets.iter().zip(&steps).filter_map(|(target, step)| Some((target, step.as_ref().ok()?)));
            join_all(made.map(|(target, step)| self.discard_step(target, step))).await;
        }
        let steps = steps.into_iter().collect::<Result<Vec<_>, _>>()?;
        let stacks = self.targets.iter().zip(steps).map(|(target, step)| Planned {
            stack: target.stack.name.clone(),
            stack_name: target.stack.stack_name.clone(),
            step,
        });
        let plan = Plan { stacks: stacks.collect(), exports };
        for planned in &plan.stacks {
            self.observer.event(&Event::Planned { planned });
        }
        Ok(plan)
    }

    /// A stack, once nobody is changing it. One that is not wanted is taken as it is.
    async fn settled(&self, target: &Target<'_, D>) -> Result<Option<DeployedStack>, Error> {
        let (follower, place, name) = (self.follower(), target.place(), &target.stack.stack_name);
        if !target.wanted {
            return follower.seen(&place, name).await;
        }
        match follower.settled(&place, name).await? {
            Some(stack) if stack.status.situation() == Situation::Stuck => Err(stuck(target, &stack)),
            found => Ok(found),
        }
    }

    async fn step(
        &self,
        target: &Target<'_, D>,
        found: Option<&DeployedStack>,
        exports: &Exports,
    ) -> Result<Step, Error> {
        if !target.wanted {
            return Ok(Step::Nothing);
        }
        let situation = found.map_or(Situation::Absent, |found| found.status.situation());
        let resources = target.resources();
        if let Some(found) = found.filter(|_| situation == Situation::NeverStood) {
            return Ok(Step::MakeAgain { left: found.id.clone(), resources });
        }
        let creates = situation != Situation::Standing;
        let missing = self.missing(target, exports);
        if let Some(needed) = missing.iter().find(|needed| !needed.wanted) {
            let (stack, needed) = (&target.stack.name, &needed.stack.name);
            return Err(Error::other(format!("stack `{stack}` needs `{needed}`, which is not deployed"))
                .help(format!("deploy `{needed}` too, or everything: name no stack")));
        }
        if !missing.is_empty() {
            // What another of them needs too goes without saying.
            let is_implied = |name: &String| missing.iter().any(|other| other.stack.dependencies.contains(name));
            let names = missing.iter().map(|needed| needed.stack.name.clone());
            let needs = names.filter(|name| !is_implied(name)).collect();
            return Ok(Step::Later { creates, needs, resources });
        }
        let computed = self.compute(target, creates, exports).await?;
        let is_unprotected = found.is_some_and(|found| target.stack.termination_protection && !found.protected);
        Ok(match computed {
            Some(computed) => Step::Execute(computed),
            None if is_unprotected => Step::Protect,
            None => Step::Nothing,
        })
    }

    /// The stacks of this app whose exports a stack needs, and which do not export them yet.
    fn missing(&self, target: &Target<'_, D>, exports: &Exports) -> Vec<&Target<'_, D>> {
        let region = target.cloud.region();
        let absent: HashSet<&String> =
            target.stack.imports.iter().filter(|name| !exports.knows(region, name)).collect();
        let near = self.targets.iter().filter(|other| other.cloud.region() == region);
        near.filter(|other| other.stack.exports.iter().any(|own| absent.contains(own))).collect()
    }
}

fn stuck<D>(target: &Target<'_, D>, stack: &DeployedStack) -> Error {
    let reason = stack.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    let (name, status) = (&target.stack.name, stack.status.name());
    Error::other(format!("stack `{name}` is {status}{reason}"))
        .help("something failed half-way there: `recover` says what can be done, and does it")
}

/// The stacks by name.
pub(super) fn positions<D>(targets: &[Target<'_, D>]) -> HashMap<String, usize> {
    targets.iter().enumerate().map(|(position, target)| (target.stack.name.clone(), position)).collect()
}
