//! A value from another function of the stack has a kind as well.

use synth::aws::ec2;
use synth::prelude::*;

fn zones() -> Value<List<String>> {
    split(",", "use1-az1,use1-az2")
}

fn main() {
    let _ = ec2::Subnet::new("vpc-0123").availability_zone_id(zones());
}
