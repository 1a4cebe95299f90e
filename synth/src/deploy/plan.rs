//! What a deployment would do: a change set for every stack for which one can be made already.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use futures_util::future::join_all;
use serde::Serialize;

use super::consequences::Consequence;
use super::event::Event;
use super::follow::{Followed, Since};
use super::rights::Right;
use super::{Engine, Exports, Host, Target};
use crate::cloud::{
    ChangeSet, ChangeSetRequest, CreatedChangeSet, DeployedStack, Deployments, Failure, FailureKind, Progress,
    Situation, StackStatus, TemplateSource,
};
use crate::error::Error;
use crate::template::verify::MAXIMUM_INLINE_BYTES;

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
        // arn:aws:cloudformation:<region>:<account>:stack/...
        let parts = arns.map(|arn| arn.split(':').collect::<Vec<_>>());
        parts.filter_map(|parts| Some((*parts.get(4)?, *parts.get(3)?))).collect()
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

    /// Takes a plan back: its change sets go, and the empty stacks that were made for them.
    pub async fn decline(&self, plan: &Plan) {
        let steps = self.targets.iter().zip(&plan.stacks);
        join_all(steps.map(|(target, planned)| self.discard_step(target, &planned.step))).await;
    }

    /// Takes back the change sets of stacks that were not begun.
    pub async fn leave(&self, plan: &Plan) {
        let steps = self.targets.iter().zip(&plan.stacks);
        join_all(steps.map(async |(target, planned)| {
            let Step::Execute(computed) = &planned.step else { return };
            let found = target.cloud.change_set(&computed.ids.change_set).await;
            if found.is_ok_and(|found| found.progress == Progress::Ready) {
                self.discard(target, computed.creates, &computed.ids).await;
            }
        }))
        .await;
    }

    pub(super) async fn discard_step(&self, target: &Target<'_, D>, step: &Step) {
        if let Step::Execute(computed) = step {
            self.discard(target, computed.creates, &computed.ids).await;
        }
    }

    /// Takes back a change set that will not be executed.
    pub(super) async fn discard(&self, target: &Target<'_, D>, creates: bool, ids: &CreatedChangeSet) {
        if let Err(failure) = self.discarded(target, creates, ids).await {
            let message = format!("a change set is left: {}", failure.message);
            self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
        }
    }

    async fn discarded(&self, target: &Target<'_, D>, creates: bool, ids: &CreatedChangeSet) -> Result<(), Failure> {
        let CreatedChangeSet { change_set, stack_id } = ids;
        self.patience.call(|| target.cloud.delete_change_set(change_set)).await?;
        if !creates {
            return Ok(());
        }
        // A stack that was made for it is nothing but the change set's place, unless others use that too.
        let found = self.patience.call(|| target.cloud.stack(stack_id)).await?;
        let is_empty = found.is_some_and(|stack| stack.status == StackStatus::ReviewInProgress);
        if is_empty && self.patience.call(|| target.cloud.count_change_sets(stack_id)).await? == 0 {
            self.patience.call(|| target.cloud.delete_stack(stack_id, &self.token)).await?;
        }
        Ok(())
    }

    /// A stack, once nobody is changing it.
    async fn settled(&self, target: &Target<'_, D>) -> Result<Option<DeployedStack>, Error> {
        let name = &target.stack.stack_name;
        loop {
            let found = self.patience.first_call(|| target.cloud.stack(name)).await;
            let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", target.stack.name)))?;
            let Some(stack) = found else { return Ok(None) };
            match stack.status.situation() {
                _ if !target.wanted => return Ok(Some(stack)),
                Situation::Absent => return Ok(None),
                Situation::Reviewed | Situation::Standing | Situation::NeverStood => return Ok(Some(stack)),
                Situation::Stuck => return Err(stuck(target, &stack)),
                Situation::Busy => {
                    let status = stack.status.name();
                    self.observer.event(&Event::Waiting { stack: &target.stack.name, status });
                    let followed = self.follower().follow(&target.place(), &stack.id, Since::Now).await?;
                    if matches!(followed, Followed::Gone) {
                        return Ok(None);
                    }
                }
            }
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

    /// Makes a change set, and waits until it is computed; `None` where there is nothing to change.
    pub(super) async fn compute(
        &self,
        target: &Target<'_, D>,
        creates: bool,
        exports: &Exports,
    ) -> Result<Option<Computed>, Error> {
        let ids = self.request(target, creates, exports).await?;
        match self.computed(target, &ids.change_set).await {
            Ok(ChangeSet { progress: Progress::Ready, changes, .. }) => {
                let changes = Consequence::of_all(changes);
                let rights = self.rights(target, creates, &changes).await;
                Ok(Some(Computed { creates, ids, changes, rights }))
            }
            Ok(ChangeSet { progress: Progress::Failed, reason, .. }) if is_no_change(&reason) => {
                self.discard(target, false, &ids).await;
                Ok(None)
            }
            Ok(ChangeSet { progress, reason, .. }) => {
                let error = self.uncomputable(target, &ids.change_set, progress, &reason).await;
                self.discard(target, creates, &ids).await;
                Err(error)
            }
            Err(failure) => {
                self.discard(target, creates, &ids).await;
                Err(failure.to_error(&format!("compute the changes of stack `{}`", target.stack.name)))
            }
        }
    }

    async fn computed(&self, target: &Target<'_, D>, change_set: &str) -> Result<ChangeSet, Failure> {
        let mut pauses = self.patience.pauses();
        loop {
            let found = self.patience.call(|| target.cloud.change_set(change_set)).await?;
            if found.progress != Progress::Computing {
                return Ok(found);
            }
            pauses.pause().await;
        }
    }

    async fn request(
        &self,
        target: &Target<'_, D>,
        creates: bool,
        exports: &Exports,
    ) -> Result<CreatedChangeSet, Error> {
        let stack = target.stack;
        let template = self.template(target, exports).await?;
        let parameters = target.parameters(self.host.values(target, exports).await?)?;
        let request = ChangeSetRequest {
            stack: &stack.stack_name,
            name: &self.token,
            creates,
            template,
            parameters: &parameters,
            tags: &stack.tags,
            role: stack.role.as_ref().map(|role| exports.value(target.cloud.region(), role)),
        };
        let made = self.patience.call(|| target.cloud.create_change_set(&request)).await;
        match made {
            Err(failure) if failure.kind == FailureKind::Refused => Err(self.refused(target, creates, &failure).await),
            made => made.map_err(|failure| failure.to_error(&format!("compute the changes of stack `{}`", stack.name))),
        }
    }

    /// The template itself, or where it was put if it is too large for a request.
    async fn template<'t>(&self, target: &'t Target<'_, D>, exports: &Exports) -> Result<TemplateSource<'t>, Error> {
        match &target.stack.template_bucket {
            Some(bucket) if target.template.len() > MAXIMUM_INLINE_BYTES => {
                let bucket = exports.value(target.cloud.region(), bucket);
                self.host.template(target, bucket).await.map(TemplateSource::Url)
            }
            _ => Ok(TemplateSource::Body(&target.template)),
        }
    }

    /// Why a change set was refused: for its own sake, or because the stack is not any more what it was.
    async fn refused(&self, target: &Target<'_, D>, creates: bool, failure: &Failure) -> Error {
        let name = &target.stack.name;
        let found = target.cloud.stack(&target.stack.stack_name).await.ok().flatten();
        let situation = found.map_or(Situation::Absent, |stack| stack.status.situation());
        if situation == Situation::Busy || (situation == Situation::Standing) == creates {
            return Error::other(format!("stack `{name}` was changed by somebody else since it was looked at"))
                .help("run the command again");
        }
        failure.to_error(&format!("compute the changes of stack `{name}`"))
    }

    /// Why a change set could not be made, with what the service found in the template.
    async fn uncomputable(&self, target: &Target<'_, D>, change_set: &str, progress: Progress, reason: &str) -> Error {
        let name = &target.stack.name;
        if progress == Progress::Stale {
            return Error::other(format!(
                "stack `{name}` was changed by somebody else while its changes were computed"
            ))
            .help("run the command again");
        }
        let mut message = format!("the changes of stack `{name}` cannot be computed: {reason}");
        match target.cloud.validation_failures(change_set).await {
            Ok(failures) => {
                for failure in failures {
                    let line = target.stack.line(&failure.resource).map_or(String::new(), |line| format!(" ({line})"));
                    let reason = failure.reason.unwrap_or_default();
                    _ = write!(message, "\n  {} {}{line}: {reason}", failure.kind, failure.resource);
                }
            }
            Err(failure) => {
                let message = format!("what exactly is wrong was not told: {}", failure.message);
                self.observer.event(&Event::Warning { stack: name, message: &message });
            }
        }
        Error::other(message)
    }
}

impl<D> Target<'_, D> {
    fn check_size(&self) -> Result<(), Error> {
        let (bytes, name) = (self.template.len(), &self.stack.name);
        if bytes <= MAXIMUM_INLINE_BYTES || self.stack.template_bucket.is_some() {
            return Ok(());
        }
        Err(Error::other(format!(
            "the template of stack `{name}` has {bytes} bytes, and a request carries at most {MAXIMUM_INLINE_BYTES}"
        ))
        .help("name a bucket for it with `Stack::template_bucket`, or split the stack"))
    }

    pub(super) fn resources(&self) -> usize {
        self.stack.template.resources().count()
    }

    /// The values of the parameters. One with a default need not be given, one without must be.
    fn parameters(&self, made: Vec<(String, String)>) -> Result<Vec<(String, String)>, Error> {
        let has_default = |id: &str| {
            let parameter = self.stack.template.section("Parameters").find(|(name, _)| *name == id);
            parameter.and_then(|(_, node)| node.as_map()?.get("Default")).is_some()
        };
        let mut values = made;
        for parameter in &self.stack.parameters {
            if values.iter().any(|(name, _)| *name == parameter.name) {
                continue;
            }
            match &parameter.value {
                Some(value) => values.push((parameter.name.clone(), value.clone())),
                None if has_default(&parameter.name) => {}
                None => {
                    let (name, stack) = (&parameter.name, &self.stack.name);
                    return Err(Error::other(format!("parameter `{name}` of stack `{stack}` has no value"))
                        .help("give it a value or a default, or let `package --push` make what it stands for"));
                }
            }
        }
        Ok(values)
    }
}

fn is_no_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

fn stuck<D>(target: &Target<'_, D>, stack: &DeployedStack) -> Error {
    let reason = stack.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    let (name, status) = (&target.stack.name, stack.status.name());
    Error::other(format!("stack `{name}` is {status}{reason}"))
        .help("something failed half-way there, and a person has to say how it goes on: see its events in the console")
}

/// The stacks by name.
pub(super) fn positions<D>(targets: &[Target<'_, D>]) -> HashMap<String, usize> {
    targets.iter().enumerate().map(|(position, target)| (target.stack.name.clone(), position)).collect()
}
