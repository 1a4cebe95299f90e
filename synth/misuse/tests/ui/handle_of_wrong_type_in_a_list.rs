//! A VPC is not one of a service's subnets.

use synth::aws::ec2;
use synth::aws::ecs::service::AwsVpcConfiguration;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let vpc = stack.add("Vpc", ec2::Vpc::new());
    let _ = AwsVpcConfiguration::new().subnets([&vpc]);
}
