//! Bringing stacks into AWS: a plan first, then its execution, in parallel where the stacks allow it.
//!
//! The engine talks to whatever is a [`Deployments`](crate::cloud::Deployments), and tells what happens as [`Event`]s. It prints
//! nothing, and asks nobody.

mod compute;
mod consequences;
pub(crate) mod discard;
mod estimate;
mod event;
mod exports;
pub(crate) mod follow;
mod patience;
mod plan;
mod rights;
mod run;

use follow::{Follower, Place};

use crate::construct::Synthesized;
use crate::error::Error;

pub use consequences::Consequence;
pub(crate) use event::seconds;
pub use event::{Event, Observer};
pub use exports::Exports;
pub use follow::Cause;
pub use patience::Patience;
pub use plan::{Computed, Plan, Planned, Step};
pub use rights::Right;
pub use run::{Ended, Report};

/// What the tokens of operations begin with, and the names of change sets.
pub const OPERATION_PREFIX: &str = "synth-";

/// A stack that is to be deployed.
#[derive(Debug)]
pub struct Target<'a, D> {
    /// AWS, in the stack's region.
    pub cloud: &'a D,
    /// The stack.
    pub stack: &'a Synthesized,
    /// Its template.
    pub template: String,
    /// Whether it is to be deployed. What the others need of it must be there.
    pub wanted: bool,
}

impl<'a, D> Target<'a, D> {
    fn place(&self) -> Place<'_, D> {
        Place { cloud: self.cloud, name: &self.stack.name }
    }

    /// A stack with its template; all are wanted where none is named.
    pub fn of(stack: &'a Synthesized, cloud: &'a D, wanted: &[String]) -> Self {
        let is_wanted = wanted.is_empty() || wanted.contains(&stack.name);
        Self { cloud, stack, template: crate::assembly::yaml(stack), wanted: is_wanted }
    }
}

/// What the engine needs of the program that it runs in.
#[expect(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Host<D> {
    /// Puts what is made for a stack where it belongs, now that these exports are known. Gives the values of its parameters.
    async fn values(&self, target: &Target<'_, D>, exports: &Exports) -> Result<Vec<(String, String)>, Error>;

    /// Puts a stack's template into a bucket. Gives its URL.
    async fn template(&self, target: &Target<'_, D>, bucket: &str) -> Result<String, Error>;

    /// Whether changes of a stack that stands may be made, which could not be computed when the plan was approved.
    async fn approves(&self, planned: &Planned) -> Result<bool, Error>;
}

/// The engine.
#[derive(Debug)]
pub struct Engine<'a, D, H> {
    /// The program around it.
    pub host: &'a H,
    /// All stacks of the app, in the order of deployment.
    pub targets: &'a [Target<'a, D>],
    /// How long is waited between questions.
    pub patience: Patience,
    /// How many stacks are changed at once; all that can be where none is said.
    pub concurrency: Option<usize>,
    /// Tells the operations of this run from those of others.
    pub token: String,
    /// Who is told what happens.
    pub observer: &'a dyn Observer,
}

impl<D, H> Engine<'_, D, H> {
    /// What is left is deleted and made again by operations of different tokens.
    fn deletion_token(&self) -> String {
        format!("{}-delete", self.token)
    }

    fn follower(&self) -> Follower<'_> {
        Follower { patience: self.patience, token: &self.token, observer: self.observer }
    }
}
