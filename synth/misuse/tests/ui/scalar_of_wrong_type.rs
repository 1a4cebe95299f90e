//! A CIDR block is text.

use synth::aws::ec2;

fn main() {
    let _ = ec2::Vpc::new().cidr_block(true);
}
