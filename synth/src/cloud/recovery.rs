//! What getting stacks unstuck needs of AWS, beside what deleting them does.

use super::Connection;
use super::failure::Failure;
use super::removal::Removal;

/// `CloudFormation`, as whoever mends stacks sees it.
#[expect(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Recovery: Removal {
    /// Begins to take back an update once more whose taking back has failed, without these resources. With another role than
    /// the stack's own if one is named, which stays its role.
    async fn continue_rollback(
        &self,
        stack: &str,
        token: &str,
        role: Option<&str>,
        skipped: &[String],
    ) -> Result<(), Failure>;

    /// Begins to take back an update that failed and was left so.
    async fn roll_back(&self, stack: &str, token: &str, role: Option<&str>) -> Result<(), Failure>;
}

impl Recovery for Connection {
    async fn continue_rollback(
        &self,
        stack: &str,
        token: &str,
        role: Option<&str>,
        skipped: &[String],
    ) -> Result<(), Failure> {
        let call = self.cloudformation.continue_update_rollback().stack_name(stack).client_request_token(token);
        let call = call.set_role_arn(role.map(str::to_owned));
        let call = call.set_resources_to_skip((!skipped.is_empty()).then(|| skipped.to_vec()));
        call.send().await.map(drop).map_err(|error| self.failure("cloudformation:ContinueUpdateRollback", &error))
    }

    async fn roll_back(&self, stack: &str, token: &str, role: Option<&str>) -> Result<(), Failure> {
        let call = self.cloudformation.rollback_stack().stack_name(stack).client_request_token(token);
        let call = call.set_role_arn(role.map(str::to_owned));
        call.send().await.map(drop).map_err(|error| self.failure("cloudformation:RollbackStack", &error))
    }
}
