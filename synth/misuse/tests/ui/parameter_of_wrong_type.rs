//! A parameter that is text does not make a boolean.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let dns = stack.parameter("Dns", Parameter::string());
    let _ = ec2::Vpc::new().enable_dns_support(&dns);
}
