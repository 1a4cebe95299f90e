//! What `Fn::Join` joins is text.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let _ = ec2::Vpc::new().cidr_block(join("/", list!["10.0.0.0", 16]));
}
