//! A bucket is not one of a service's security groups.

use synth::aws::ecs::service::AwsVpcConfiguration;
use synth::aws::s3;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let bucket = stack.add("Bucket", s3::Bucket::new());
    let _ = AwsVpcConfiguration::new().security_groups(list!["sg-0123", &bucket]);
}
