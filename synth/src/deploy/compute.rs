//! Change sets: how they are asked for, waited for, and why they cannot be made.

use std::fmt::Write as _;

use super::consequences::Consequence;
use super::event::Event;
use super::plan::Computed;
use super::{Engine, Exports, Host, Target};
use crate::cloud::{
    ChangeSet, ChangeSetRequest, CreatedChangeSet, Deployments, Failure, FailureKind, Progress, Situation,
    TemplateSource,
};
use crate::error::Error;
use crate::template::verify::MAXIMUM_INLINE_BYTES;

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
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
    pub(super) fn check_size(&self) -> Result<(), Error> {
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
