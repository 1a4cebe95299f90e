//! A task definition's CPU is text.

use synth::aws::ecs;

fn main() {
    let _ = ecs::TaskDefinition::new().cpu(256);
}
