//! The pipeline that makes the whole system, and brings all of it up to date.

use synth::prelude::*;

use crate::bootstrap;
use crate::environment::{Environment, Storage};
use crate::naming::stack_name;
use crate::pipeline::{Compute, Pipeline};

/// What other stacks use of this one.
pub(crate) struct Exports {
    /// The pipeline's name. The network imports it, so that this stack cannot be deleted before those that it deployed.
    pub(crate) interlock: Value<String>,
}

/// The stack of the pipeline.
pub(crate) fn stack(
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    connection_arn: &Value<String>,
) -> (Stack, Exports) {
    let mut steps: Vec<&[&str]> = vec![&[stack_name::NETWORK], &[stack_name::PLATFORM]];
    match environment.storage() {
        Storage::Ephemeral => {}
        Storage::Efs | Storage::Postgres => steps.push(&[stack_name::DATA]),
    }
    steps.extend([&[stack_name::SERVICE, stack_name::AUTHORIZER][..], &[stack_name::API]]);
    let (mut stack, pipeline) = Pipeline {
        name: "create",
        description: "The pipeline that makes the whole system",
        environment,
        bootstrap,
        connection_arn,
        steps: &steps,
        compute: Compute::Large,
    }
    .stack();
    let exports = Exports { interlock: stack.export("Interlock", pipeline.reference()) };
    (stack, exports)
}
