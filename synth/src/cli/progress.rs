//! How far a deletion is: what is said where it ends early.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

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

#[derive(Debug, Default)]
struct Seen {
    /// By the stack's name.
    stages: BTreeMap<String, Stage>,
    /// Names of pipelines.
    stopped: BTreeSet<String>,
}

/// How far a stack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It is prepared.
    Begun,
    /// AWS goes on with it by itself.
    Accepted,
    /// The same, and nobody looks any more.
    Lost,
    Deleted,
    /// It is still there.
    Left,
}

impl Observer for Progress {
    fn event(&self, event: &Event<'_>) {
        self.seen.borrow_mut().note(event);
        self.observer.event(event);
    }

    fn pause(&self, paused: bool) {
        self.observer.pause(paused);
    }
}

impl Seen {
    fn note(&mut self, event: &Event<'_>) {
        let (stack, stage) = match event {
            Event::Started { stack, .. } => (stack, Stage::Begun),
            Event::Accepted { stack } => (stack, Stage::Accepted),
            Event::Finished { stack, outcome: "deleted", .. } => (stack, Stage::Deleted),
            Event::Finished { stack, outcome: "failed", .. } if self.stage(stack) == Some(Stage::Accepted) => {
                (stack, Stage::Lost)
            }
            Event::Finished { stack, .. } => (stack, Stage::Left),
            Event::Stopping { pipeline, .. } => {
                self.stopped.insert((*pipeline).to_owned());
                return;
            }
            _ => return,
        };
        self.stages.insert((*stack).to_owned(), stage);
    }

    fn stage(&self, stack: &str) -> Option<Stage> {
        self.stages.get(stack).copied()
    }

    /// Whether a stack is gone, or goes whatever becomes of this run.
    fn is_going(&self, stack: &str) -> bool {
        matches!(self.stage(stack), Some(Stage::Accepted | Stage::Lost | Stage::Deleted))
    }
}

impl Progress {
    pub(super) fn new(observer: Box<dyn Observer>) -> Self {
        Self { observer, seen: RefCell::default() }
    }

    pub(super) fn has_deleted(&self, stack: &str) -> bool {
        self.seen.borrow().stage(stack) == Some(Stage::Deleted)
    }

    /// Says of each of these stacks how far it is, where a person does not wait for the end.
    pub(super) fn tell_unfinished<'s>(&self, stacks: impl Iterator<Item = &'s str>) {
        for stack in stacks {
            let what = match self.seen.borrow().stage(stack) {
                None => "was not begun",
                Some(Stage::Begun) => "is still there; its protection, and what is in it, may be gone",
                Some(Stage::Accepted) => "is in progress",
                Some(Stage::Lost | Stage::Deleted | Stage::Left) => continue,
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
        if seen.stage(stack).map_or(*is_there, |stage| stage != Stage::Deleted) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(events: &[Event<'_>]) -> Seen {
        let mut seen = Seen::default();
        for event in events {
            seen.note(event);
        }
        seen
    }

    fn finished(outcome: &'static str) -> Event<'static> {
        Event::Finished { stack: "web", outcome, outputs: None }
    }

    /// What AWS has taken on goes also where it could not be followed.
    #[test]
    fn a_stack_goes_from_when_aws_has_accepted_that() {
        let accepted = || Event::Accepted { stack: "web" };
        assert!(!seen(&[]).is_going("web"));
        assert!(seen(&[accepted()]).is_going("web"));
        for (outcome, is_going) in [("deleted", true), ("failed", true), ("stuck", false)] {
            assert_eq!(seen(&[accepted(), finished(outcome)]).is_going("web"), is_going, "{outcome}");
        }
        assert!(!seen(&[finished("failed")]).is_going("web"));
    }
}
