//! Taking back what a plan has made, and nothing else.

use futures_util::future::join_all;

use super::event::Event;
use super::plan::{Plan, Step};
use super::{Engine, Host, Patience, Target};
use crate::cloud::{CreatedChangeSet, Deletion, Deployments, Failure, Progress, StackStatus};

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
    /// Takes a plan back: its change sets go, and the empty stacks that were made for them.
    pub async fn decline(&self, plan: &Plan) {
        let steps = self.targets.iter().zip(&plan.stacks);
        join_all(steps.map(|(target, planned)| self.discard_step(target, &planned.step))).await;
    }

    /// Takes back the change sets of this run that were not executed, and the empty stacks that were made for them.
    pub async fn leave(&self) {
        let wanted = self.targets.iter().filter(|target| target.wanted);
        join_all(wanted.map(async |target| {
            let found = target.cloud.find_change_set(&target.stack.stack_name, &self.token).await;
            let Ok(Some(ids)) = found else { return };
            let open = [Progress::Ready, Progress::Computing, Progress::Failed];
            let set = target.cloud.change_set(&ids.change_set).await;
            if set.is_ok_and(|set| open.contains(&set.progress)) {
                self.discard(target, true, &ids).await;
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
        remove_empty(target.cloud, &self.patience, &Deletion::of(stack_id, &self.deletion_token())).await
    }
}

/// Deletes a stack that was made for change sets, and is nothing but their place, unless there are others of them.
pub(crate) async fn remove_empty<D: Deployments>(
    cloud: &D,
    patience: &Patience,
    deletion: &Deletion<'_>,
) -> Result<(), Failure> {
    let found = patience.call(|| cloud.stack(deletion.stack)).await?;
    let is_empty = found.is_some_and(|stack| stack.status == StackStatus::ReviewInProgress);
    if is_empty && patience.call(|| cloud.change_sets(deletion.stack)).await?.is_empty() {
        patience.call(|| cloud.delete_stack(deletion)).await?;
    }
    Ok(())
}
