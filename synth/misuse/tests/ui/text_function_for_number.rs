//! `Fn::Sub` is text; a port is a number.

use synth::aws::ecs::task_definition::PortMapping;
use synth::prelude::*;

fn main() {
    let _ = PortMapping::new().container_port(sub!["80", "80"]);
}
