//! `Fn::GetAZs` is a list; a property that takes text wants one of them.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let _ = ec2::Subnet::new("vpc-0123").availability_zone(get_azs());
}
