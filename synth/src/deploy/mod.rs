//! Bringing stacks into AWS: a plan first, then its execution, in parallel where the stacks allow it.
//!
//! The engine talks to whatever is a [`Deployments`](crate::cloud::Deployments), and tells what happens as [`Event`]s. It prints
//! nothing, and asks nobody.

mod event;
mod follow;
mod patience;
mod plan;
mod run;

use std::collections::BTreeMap;

use crate::construct::Synthesized;
use crate::error::Error;

pub use event::{Event, Observer};
pub use patience::Patience;
pub use plan::{Computed, Plan, Planned, Step};
pub use run::{Ended, Report};

/// A stack that is to be deployed.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The stack.
    pub stack: &'a Synthesized,
    /// Its template.
    pub template: String,
    /// Whether it is to be deployed. What the others need of it must be there.
    pub wanted: bool,
}

impl<'a> Target<'a> {
    /// The stacks of an app, with their templates; all are wanted where none is named.
    pub fn of(stacks: &'a [Synthesized], wanted: &[String]) -> Vec<Self> {
        let target = |stack: &'a Synthesized| Self {
            stack,
            template: crate::assembly::yaml(stack),
            wanted: wanted.is_empty() || wanted.contains(&stack.name),
        };
        stacks.iter().map(target).collect()
    }
}

/// Where the values of parameters come from that stand for something that is made.
#[expect(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Assets {
    /// Puts what a stack needs where it belongs, now that these exports are known. Gives the values of its parameters.
    async fn values(
        &self,
        stack: &Synthesized,
        exports: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, String)>, Error>;
}

/// The engine.
#[derive(Debug)]
pub struct Engine<'a, D, A> {
    /// AWS.
    pub cloud: &'a D,
    /// What has to be made for the stacks.
    pub assets: &'a A,
    /// All stacks of the app, in the order of deployment.
    pub targets: &'a [Target<'a>],
    /// How long is waited between questions.
    pub patience: Patience,
    /// How many stacks are changed at once; all that can be where none is said.
    pub concurrency: Option<usize>,
    /// Tells the operations of this run from those of others.
    pub token: String,
    /// Who is told what happens.
    pub observer: &'a dyn Observer,
}
