//! How far a deletion is: what is said where it ends early.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::json;

use super::Output;
use crate::cloud::Pipeline;
use crate::deploy::{Event, Observer};
use crate::destroy::{Roles, Survey};
use crate::error::Error;
use crate::terminal;
use crate::terminal::left::{self, Left};

/// Remembers what is told, and tells it.
#[derive(Debug)]
pub(super) struct Progress {
    observer: Box<dyn Observer>,
    seen: RefCell<Seen>,
}

/// Names of stacks and of pipelines.
#[derive(Debug, Default)]
struct Seen {
    begun: BTreeSet<String>,
    /// Those that AWS goes on with by itself.
    accepted: BTreeSet<String>,
    /// Those that AWS has ended with, and that are still there.
    stuck: BTreeSet<String>,
    finished: BTreeSet<String>,
    deleted: BTreeSet<String>,
    stopped: BTreeSet<String>,
}

impl Observer for Progress {
    fn event(&self, event: &Event<'_>) {
        let mut seen = self.seen.borrow_mut();
        match event {
            Event::Started { stack, .. } => {
                seen.begun.insert((*stack).to_owned());
                seen.deleted.remove(*stack);
            }
            Event::Accepted { stack } => _ = seen.accepted.insert((*stack).to_owned()),
            Event::Finished { stack, outcome, .. } => {
                seen.finished.insert((*stack).to_owned());
                match *outcome {
                    "deleted" => _ = seen.deleted.insert((*stack).to_owned()),
                    "stuck" => _ = seen.stuck.insert((*stack).to_owned()),
                    _ => {}
                }
            }
            Event::Stopping { pipeline, .. } => _ = seen.stopped.insert((*pipeline).to_owned()),
            _ => {}
        }
        drop(seen);
        self.observer.event(event);
    }

    fn pause(&self, paused: bool) {
        self.observer.pause(paused);
    }
}

impl Seen {
    /// Whether a stack is gone, or goes whatever becomes of this run.
    fn is_going(&self, stack: &str) -> bool {
        self.deleted.contains(stack) || self.accepted.contains(stack) && !self.stuck.contains(stack)
    }
}

impl Progress {
    pub(super) fn new(observer: Box<dyn Observer>) -> Self {
        Self { observer, seen: RefCell::default() }
    }

    pub(super) fn has_deleted(&self, stack: &str) -> bool {
        self.seen.borrow().deleted.contains(stack)
    }

    /// Says of each of these stacks how far it is, where a person does not wait for the end.
    pub(super) fn tell_unfinished<'s>(&self, stacks: impl Iterator<Item = &'s str>) {
        let seen = self.seen.borrow();
        for stack in stacks.filter(|stack| !seen.finished.contains(*stack)) {
            let what = match (seen.accepted.contains(stack), seen.begun.contains(stack)) {
                (true, _) => "is in progress",
                (false, true) => "is still there; its protection, and what is in it, may be gone",
                (false, false) => "was not begun",
            };
            terminal::note(&format!("stack `{stack}` {what}"));
        }
    }

    /// Says what stays of stacks that go, and what was done for the deletion of those that are there.
    ///
    /// # Errors
    ///
    /// Stdout cannot be written to.
    pub(super) fn tell_left(&self, survey: &Survey, output: Output) -> Result<(), Error> {
        let left = self.left(survey);
        match output {
            Output::Human => left.iter().for_each(|left| terminal::progress_line(left.text().trim_end())),
            Output::Json => terminal::event("left", &json!({"left": left}))?,
        }
        Ok(())
    }

    fn left(&self, survey: &Survey) -> Vec<Left> {
        let seen = self.seen.borrow();
        let mut all = left::of(survey, |stack| seen.is_going(stack));
        let Roles { stack, is_there, .. } = &survey.roles;
        if (*is_there || seen.begun.contains(stack)) && !seen.deleted.contains(stack) {
            all.push(Left::of_roles(&survey.roles));
        }
        for surveyed in &survey.stacks {
            let is_going = seen.is_going(&surveyed.stack);
            let stays =
                |own: &Pipeline| !is_going || surveyed.left.stays.iter().any(|(kept, _)| kept.physical_id == own.name);
            let is_stopped = |own: &&Pipeline| seen.stopped.contains(&own.name) && !own.stages.is_empty() && stays(own);
            let stopped = surveyed.pipelines.iter().filter(is_stopped);
            all.extend(stopped.map(|pipeline| Left::of_pipeline(&surveyed.arn, pipeline)));
        }
        all
    }
}
