//! Only resources have a place in a stack.

use synth::aws::ecs::task_definition::PortMapping;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    stack.add("Port", PortMapping::new());
}
