//! A port is a number, also inside an object inside a list.

use synth::aws::ecs::task_definition::{ContainerDefinition, PortMapping};

fn main() {
    let _ = ContainerDefinition::new("app", "example/app:1").port_mappings([PortMapping::new().container_port("8080")]);
}
