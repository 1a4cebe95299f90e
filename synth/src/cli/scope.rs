//! What a command works on that deletes stacks.

use std::path::Path;

use super::{Application, Shared, approval, known, token};
use crate::assembly::Assembly;
use crate::cloud::Connection;
use crate::construct::{Keys, Synthesized};
use crate::deploy::{Observer, Patience};
use crate::destroy::{Engine, LastResort, Target};
use crate::error::Error;

/// How often what holds a resource is asked for: every five seconds, for about an hour.
const LONGEST_WAIT: u32 = 720;

/// The stacks of an environment.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) environment: String,
    pub(super) keys: Option<Keys>,
    pub(super) stacks: Vec<Synthesized>,
    /// The stack that makes roles again which are gone.
    role_stack: String,
}

impl Scope {
    /// Of the environment that was chosen, which `approved` names if it is given. These stacks are in it.
    pub(super) fn new<A: Application>(
        application: &A,
        root: &Path,
        shared: &Shared,
        approved: Option<&str>,
        named: &[String],
    ) -> Result<Self, Error> {
        let app = application.app(root, shared.environment.as_deref(), &A::Switches::default())?;
        let environment = app.environment_name().unwrap_or(app.name()).to_owned();
        approval::check_name(approved, &environment)?;
        let (keys, role_stack) = (app.key_places().cloned(), format!("{}-{environment}-deletion-roles", app.name()));
        let stacks = Assembly::of(app)?.into_stacks();
        known("stack", named, stacks.iter().map(|stack| &*stack.name))?;
        Ok(Self { environment, keys, stacks, role_stack })
    }

    /// Those that are named are wanted; all where none is.
    pub(super) fn targets<'a>(
        &'a self,
        connections: &'a [Connection],
        named: &[String],
    ) -> Vec<Target<'a, Connection>> {
        let is_wanted = |stack: &Synthesized| named.is_empty() || named.contains(&stack.name);
        let targets = self.stacks.iter().zip(connections);
        targets.map(|(stack, cloud)| Target { cloud, stack, wanted: is_wanted(stack) }).collect()
    }

    /// An engine that deletes with the stacks' own roles, and nothing by force.
    pub(super) fn engine<'a>(
        &self,
        targets: &'a [Target<'a, Connection>],
        observer: &'a dyn Observer,
    ) -> Engine<'a, Connection> {
        Engine {
            targets,
            patience: Patience::default(),
            longest_wait: LONGEST_WAIT,
            concurrency: None,
            token: token(),
            role: None,
            role_stack: self.role_stack.clone(),
            last_resort: LastResort::default(),
            observer,
        }
    }
}
