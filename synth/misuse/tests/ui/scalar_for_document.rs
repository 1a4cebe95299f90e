//! A policy document is JSON, or `PolicyDocument`.

use synth::aws::iam;

fn main() {
    let _ = iam::Role::new(true);
}
