//! Deleting stacks: first a survey of what would be lost, then the deletion, in parallel where the stacks allow it.
//!
//! A stack is deleted once no other needs it any more. What stands in the way is waited for, or emptied; what would strand a
//! stack is refused before anything is touched.

mod estimate;
mod leftovers;
mod resources;
mod roles;
mod run;
mod survey;

use crate::cloud::Removal;
use crate::construct::Synthesized;
use crate::deploy::follow::{Follower, Place};
use crate::deploy::{Observer, Patience};

pub use leftovers::{Gone, Leftovers};
pub use roles::{LostRole, Roles};
pub use run::{Ended, Report};
pub use survey::{Content, Lost, Survey, Surveyed};

/// A stack that may be deleted.
#[derive(Clone, Copy, Debug)]
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
    /// The role that deletes the stacks that have one, in its place.
    pub role: Option<String>,
    /// The name of the stack that makes roles again which are gone.
    pub role_stack: String,
    /// What may stay of stacks that cannot be deleted whole.
    pub last_resort: LastResort,
    /// Who is told what happens.
    pub observer: &'a dyn Observer,
}

/// What may stay of stacks whose deletion has failed before.
#[derive(Clone, Debug, Default)]
pub struct LastResort {
    /// Resources that stay, by stack and logical id.
    pub retained: Vec<(String, String)>,
    /// Stacks that go even where their resources stay.
    pub forced: Vec<String>,
}

impl LastResort {
    fn retains(&self, stack: &str, id: &str) -> bool {
        self.retained.iter().any(|(own, resource)| own == stack && resource == id)
    }

    pub(crate) fn forces(&self, stack: &str) -> bool {
        self.forced.iter().any(|own| own == stack)
    }
}

impl<D: Removal> Engine<'_, D> {
    /// The role that was named. `CloudFormation` keeps it: a stack that has none, and was made without, gets none.
    pub(crate) fn role_for(&self, own: Option<&String>) -> Option<String> {
        self.role.clone().filter(|_| own.is_some())
    }

    pub(crate) fn follower(&self) -> Follower<'_> {
        Follower { patience: self.patience, token: &self.token, observer: self.observer }
    }

    /// The stacks that need this one, by their positions.
    pub(crate) fn dependents(&self, position: usize) -> impl Iterator<Item = usize> {
        let name = &self.targets[position].stack.name;
        let needs = move |target: &Target<'_, D>| target.stack.dependencies.contains(name);
        self.targets.iter().enumerate().filter(move |(_, target)| needs(target)).map(|(dependent, _)| dependent)
    }
}

impl<D> Target<'_, D> {
    pub(crate) fn place(&self) -> Place<'_, D> {
        Place { cloud: self.cloud, name: &self.stack.name }
    }
}
