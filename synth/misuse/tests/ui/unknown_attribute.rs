//! A VPC has no ARN.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let vpc = stack.add("Vpc", ec2::Vpc::new());
    stack.output("VpcArn", vpc.arn());
}
