//! The value of a tag is text.

use synth::aws::ec2;

fn main() {
    let _ = ec2::Vpc::new().tags([("cost-centre", 4711)]);
}
