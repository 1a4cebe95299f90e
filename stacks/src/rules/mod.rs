//! The rules of this application, beside those that hold for any template.

mod api;
mod authorizer;
mod network;
mod service;
mod structure;

use std::sync::LazyLock;

use synth::validate::{Resource, Rule, Set, View};

use crate::naming::stack_name;

/// All of them, by family.
pub(crate) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [&structure::RULES[..], &network::RULES, &service::RULES, &authorizer::RULES, &api::RULES].concat()
});

/// Whether the pipeline deploys a stack, with the deployment role.
fn is_deployed_by_pipeline(stack: &str) -> bool {
    stack == stack_name::NETWORK || stack.starts_with("app-")
}

/// Whether a value names a resource of a stack.
fn is_of_stack(value: &View<'_>, stack: &str) -> bool {
    value.text().is_some_and(|text| text.contains(&format!("${{{stack}/")))
}

/// The containers of all tasks, each with its task.
fn containers<'s>(set: &'s Set<'_>) -> impl Iterator<Item = (Resource<'s>, View<'s>)> {
    set.all("AWS::ECS::TaskDefinition").flat_map(|task| {
        let containers = task.key("ContainerDefinitions").items();
        containers.into_iter().map(move |container| (task.clone(), container))
    })
}

/// The value of a container's variable.
fn variable<'s>(container: &View<'s>, name: &str) -> Option<View<'s>> {
    let variables = container.key("Environment").items();
    variables.into_iter().find(|variable| variable.key("Name").is(name)).map(|variable| variable.key("Value"))
}
