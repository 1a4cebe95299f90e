//! A property is misspelt.

use synth::aws::ec2;

fn main() {
    let _ = ec2::Vpc::new().cidr_blok("10.0.0.0/16");
}
