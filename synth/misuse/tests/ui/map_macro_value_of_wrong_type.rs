//! One value of `map!` is not like the others.

use synth::aws::ec2;
use synth::prelude::*;

fn main() {
    let _ = ec2::Vpc::new().tags(map! { "app" => "tracker", "cost-centre" => 4711 });
}
