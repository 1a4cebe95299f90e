//! Deleting stacks: first a survey of what would be lost, then the deletion, in parallel where the stacks allow it.
//!
//! A stack is deleted once no other needs it any more. What stands in the way is waited for, or emptied; what would strand a
//! stack is refused before anything is touched.

mod estimate;
mod run;
mod survey;

use crate::cloud::Removal;
use crate::construct::Synthesized;
use crate::deploy::follow::{Follower, Place};
use crate::deploy::{Observer, Patience};

pub use run::{Ended, Report};
pub use survey::{Content, Survey, Surveyed};

/// A stack that may be deleted.
#[derive(Debug)]
pub struct Target<'a, D> {
    /// AWS, in the stack's region.
    pub cloud: &'a D,
    /// The stack.
    pub stack: &'a Synthesized,
    /// Whether it is to be deleted.
    pub wanted: bool,
}

/// The engine.
#[derive(Debug)]
pub struct Engine<'a, D> {
    /// All stacks of the app, in the order of deployment.
    pub targets: &'a [Target<'a, D>],
    /// How long is waited between questions.
    pub patience: Patience,
    /// How often what holds a resource is asked for before the deletion is tried all the same.
    pub longest_wait: u32,
    /// How many stacks are deleted at once; all that can be where none is said.
    pub concurrency: Option<usize>,
    /// Tells the operations of this run from those of others.
    pub token: String,
    /// The role that deletes stacks whose own is gone.
    pub role: Option<String>,
    /// Who is told what happens.
    pub observer: &'a dyn Observer,
}

impl<D: Removal> Engine<'_, D> {
    fn follower(&self) -> Follower<'_> {
        Follower { patience: self.patience, token: &self.token, observer: self.observer }
    }

    /// The stacks that need this one, by their positions.
    fn dependents(&self, position: usize) -> impl Iterator<Item = usize> {
        let name = &self.targets[position].stack.name;
        let needs = move |target: &Target<'_, D>| target.stack.dependencies.contains(name);
        self.targets.iter().enumerate().filter(move |(_, target)| needs(target)).map(|(dependent, _)| dependent)
    }
}

impl<D> Target<'_, D> {
    fn place(&self) -> Place<'_, D> {
        Place { cloud: self.cloud, name: &self.stack.name }
    }
}
