//! An enumeration has no such constant.

use synth::aws::ecs::{self, service::LaunchType};

fn main() {
    let _ = ecs::Service::new().launch_type(LaunchType::FARGAT);
}
