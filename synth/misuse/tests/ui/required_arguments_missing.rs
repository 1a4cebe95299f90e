//! A function has code and a role.

use synth::aws::lambda;

fn main() {
    let _ = lambda::Function::new(lambda::function::Code::new().zip_file("exports.handler = 1"));
}
