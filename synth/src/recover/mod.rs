//! Getting stacks unstuck. What can be done with one depends on its state; that is said first, and then done.

mod plan;
mod run;

pub use plan::{Plan, Planned, Remedy};
pub use run::{Ended, Report};

use crate::destroy;

/// The engine.
#[derive(Debug)]
pub struct Engine<'a, D> {
    /// Deletes stacks for which nothing else is left. Its targets that are wanted are those that are looked at.
    pub removal: destroy::Engine<'a, D>,
    /// What is not taken back, by stack and logical id.
    pub skipped: Vec<(String, String)>,
}
