//! What it answers to whoever gets stacks unstuck.

use synth::cloud::StackStatus as S;
use synth::cloud::{Failure, FailureKind, Recovery, StackEvent, StackStatus};

use super::course::{event, stack_event};
use super::{Fake, State, failure};

impl Recovery for Fake {
    async fn continue_rollback(
        &self,
        stack: &str,
        token: &str,
        role: Option<&str>,
        skipped: &[String],
    ) -> Result<(), Failure> {
        let action = "cloudformation:ContinueUpdateRollback";
        self.enter(action, &[&[stack.to_owned()], skipped].concat().join(" "))?;
        self.take_back(action, S::UpdateRollbackFailed, stack, token, role, skipped)?;
        self.leave(action)
    }

    async fn roll_back(&self, stack: &str, token: &str, role: Option<&str>) -> Result<(), Failure> {
        let action = "cloudformation:RollbackStack";
        self.enter(action, stack)?;
        self.take_back(action, S::UpdateFailed, stack, token, role, &[])?;
        self.leave(action)
    }
}

impl Fake {
    /// What is broken and not skipped fails again, unless the stack can be taken back by now.
    fn take_back(
        &self,
        action: &'static str,
        expected: StackStatus,
        stack: &str,
        token: &str,
        role: Option<&str>,
        skipped: &[String],
    ) -> Result<(), Failure> {
        let mut state = self.state.borrow_mut();
        let State { stacks, stuck, broken, number, .. } = &mut *state;
        let (name, entry) = stacks.iter_mut().find(|(_, entry)| entry.id == stack).unwrap();
        if entry.status != expected {
            return Err(failure(
                action,
                FailureKind::Refused,
                &format!("the stack is in {} state", entry.status.name()),
            ));
        }
        entry.status = S::UpdateRollbackInProgress;
        entry.role = role.map(str::to_owned).or(entry.role.take());
        let begun = stack_event(number, stack, S::UpdateRollbackInProgress, Some(token));
        entry.coming.push_back(StackEvent { reason: Some("User Initiated".to_owned()), ..begun });
        let failing = broken.iter().find(|id| stuck.contains(name) && !skipped.contains(id));
        if let Some(id) = failing {
            entry.coming.push_back(event(number, id, "UPDATE_FAILED", Some("still broken")));
        }
        let end = if failing.is_some() { S::UpdateRollbackFailed } else { S::UpdateRollbackComplete };
        entry.coming.push_back(stack_event(number, stack, end, Some(token)));
        Ok(())
    }
}
