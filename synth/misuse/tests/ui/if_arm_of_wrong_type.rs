//! Both arms of `if_` are of the property's kind.

use synth::aws::logs;
use synth::prelude::*;
use synth::template::Condition;

fn main() {
    let is_production = Condition::named("IsProduction");
    let _ = logs::LogGroup::new().log_group_name(if_(&is_production, "logs", 7));
}
