//! What is deployed.

use std::collections::HashMap;

use super::Connection;
use super::failure::Failure;

impl Connection {
    /// What a stack exports, by name; `None` where there is no such stack.
    ///
    /// # Errors
    ///
    /// `CloudFormation` does not say.
    pub async fn exports(&self, stack: &str) -> Result<Option<HashMap<String, String>>, Failure> {
        let described = self.cloudformation.describe_stacks().stack_name(stack).send().await;
        let described = match described.map_err(|error| self.failure("cloudformation:DescribeStacks", &error)) {
            Ok(described) => described,
            // There is no code for it.
            Err(failure) if failure.message.ends_with("does not exist") => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let outputs = described.stacks.into_iter().flatten().flat_map(|stack| stack.outputs.unwrap_or_default());
        Ok(Some(outputs.filter_map(|output| Some((output.export_name?, output.output_value?))).collect()))
    }
}
