//! One element of `list!` is not like the others.

use synth::aws::ecs::service::AwsVpcConfiguration;
use synth::prelude::*;

fn main() {
    let _ = AwsVpcConfiguration::new().subnets(list!["subnet-1", 2]);
}
