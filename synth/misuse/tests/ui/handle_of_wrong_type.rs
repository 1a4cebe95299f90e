//! A subnet is in a VPC, not in another subnet.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let subnet = stack.add("Subnet", ec2::Subnet::new("vpc-0123"));
    let _ = ec2::Subnet::new(&subnet);
}
