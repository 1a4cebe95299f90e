//! A `Vec` of numbers is no list of subnets.

use synth::aws::ecs::service::AwsVpcConfiguration;

fn main() {
    let numbers: Vec<i64> = Vec::new();
    let _ = AwsVpcConfiguration::new().subnets(&numbers);
}
