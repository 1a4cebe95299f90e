//! Both arms of `if_` are of the resource type that the property refers to.

use synth::aws::{ec2, s3};
use synth::prelude::*;
use synth::template::Condition;

fn main() {
    let mut stack = Stack::new("network");
    let is_production = Condition::named("IsProduction");
    let bucket = stack.add("Bucket", s3::Bucket::new());
    let _ = ec2::Subnet::new(if_(&is_production, &bucket, "vpc-0123"));
}
