//! The subnets of a service are ids or handles.

use synth::aws::ecs::service::AwsVpcConfiguration;

fn main() {
    let _ = AwsVpcConfiguration::new().subnets([1, 2]);
}
