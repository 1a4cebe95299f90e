//! A subnet is always in a VPC.

use synth::aws::ec2;

fn main() {
    let _ = ec2::Subnet::new().cidr_block("10.0.0.0/24");
}
