//! The pipeline that brings a new authorizer into a system that is there.

use synth::prelude::*;

use crate::bootstrap;
use crate::environment::Environment;
use crate::naming::stack_name;
use crate::pipeline::{Compute, Pipeline};

/// The stack of the pipeline. It imports nothing of what it deploys, or it would have to be deleted first.
pub(crate) fn stack(
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    connection_arn: &Value<String>,
) -> Stack {
    let (stack, _) = Pipeline {
        name: "update-authorizer",
        description: "The pipeline that brings a new authorizer",
        environment,
        bootstrap,
        connection_arn,
        steps: &[&[stack_name::AUTHORIZER]],
        compute: Compute::Medium,
    }
    .stack();
    stack.after(stack_name::API)
}
