//! Taking back what a plan has made, and nothing else.

use futures_util::future::join_all;

use super::event::Event;
use super::plan::{Plan, Step};
use super::{Engine, Host, Target};
use crate::cloud::{CreatedChangeSet, Deployments, Failure, Progress, StackStatus};

impl<D: Deployments, H: Host<D>> Engine<'_, D, H> {
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
            self.patience.call(|| target.cloud.delete_stack(stack_id, &self.token, None)).await?;
        }
        Ok(())
    }
}
