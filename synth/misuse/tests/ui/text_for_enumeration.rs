//! The values of an enumeration are constants, so that a typo is an error.

use synth::aws::ecs;

fn main() {
    let _ = ecs::Service::new().launch_type("FARGAT");
}
