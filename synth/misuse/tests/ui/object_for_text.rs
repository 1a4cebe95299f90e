//! A container's environment is made of names and values.

use synth::aws::ecs::task_definition::{ContainerDefinition, PortMapping};

fn main() {
    let _ = ContainerDefinition::new("app", "example/app:1").environment([PortMapping::new()]);
}
