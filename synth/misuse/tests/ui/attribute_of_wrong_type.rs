//! What `GetAtt` returns has a type too: the blocks of a VPC are a list.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let vpc = stack.add("Vpc", ec2::Vpc::new());
    let _ = ec2::Subnet::new(&vpc).cidr_block(vpc.cidr_block_associations());
}
