//! A handle is no text: its reference or one of its attributes is.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let vpc = stack.add("Vpc", ec2::Vpc::new());
    stack.output("Vpc", sub!["vpc: ", &vpc]);
}
