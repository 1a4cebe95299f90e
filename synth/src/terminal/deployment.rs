//! A deployment, for whoever watches: lines of text, a live view where there is a terminal, or JSON.

use std::io::{IsTerminal, stderr};
use std::panic::Location;

use super::live::Live;
use super::plan;
use crate::cloud::StackEvent;
use crate::construct::Synthesized;
use crate::deploy::{Cause, Event, Observer};
use crate::error::Error;
use crate::terminal;

/// Who tells a person, or a program, what happens.
pub fn observer(json: bool, stacks: &[Synthesized]) -> Box<dyn Observer> {
    if json {
        return Box::new(Lines::Json);
    }
    if stderr().is_terminal() {
        return Box::new(Live::new(stacks));
    }
    Box::new(Lines::Text)
}

/// A line for each event.
#[derive(Debug)]
enum Lines {
    Text,
    Json,
}

impl Observer for Lines {
    fn event(&self, event: &Event<'_>) {
        match self {
            Self::Json => {
                let mut line = serde_json::to_value(event).unwrap_or_default();
                line["version"] = 1.into();
                // A reader that has gone away does not stop a deployment.
                let _ = terminal::result(&format!("{line}\n"));
            }
            Self::Text => {
                if let Some(text) = text(event) {
                    terminal::progress_line(&text);
                }
            }
        }
    }
}

/// What an event says to a person; nothing where it says nothing new.
pub(super) fn text(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::Waiting { stack, status } => format!("{stack}: is {status}; waiting until that has ended"),
        Event::Planned { planned } => plan::text(planned)?,
        Event::Started { stack, .. } => format!("{stack}: begins"),
        Event::Accepted { .. } => return None,
        Event::Stopping { stack, pipeline } => format!("{stack}: pipeline {pipeline} is stopped"),
        Event::Held { stack, id, by } => format!("{stack}: {id} is still held by {by}; waiting"),
        Event::Emptied { stack, id, gone } => format!("{stack}: {gone} of {id} are deleted"),
        Event::TakenBack { stack } => format!("{stack}: is taken back"),
        Event::Resource { stack, id, kind, status, reason } => {
            let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
            format!("{stack}: {status} {kind} {id}{reason}")
        }
        Event::Finished { stack, outcome, .. } => {
            let outcome = match *outcome {
                "unchanged" => return None,
                "rolledBack" => "failed, and was taken back",
                "stuck" => "failed half-way",
                "skipped" => "was not begun",
                "declined" => "was not changed",
                other => other,
            };
            format!("{stack}: {outcome}")
        }
        Event::Warning { stack, message } => format!("warning: {stack}: {message}"),
    })
}

/// What went wrong first of all, and where it was declared. `what` became of the stack.
pub fn failure(stack: &str, what: &str, Cause { event, details }: &Cause, line: Option<&Location<'_>>) -> Error {
    let StackEvent { resource, kind, reason, .. } = &**event;
    let details: String = details.iter().flat_map(|detail| ["\n  ", detail]).collect();
    let reason = reason.as_deref().unwrap_or("CloudFormation gives no reason");
    let line = line.map_or(String::new(), |line| format!("\n  at {line}"));
    Error::other(format!("stack `{stack}` {what}\n  {kind} {resource}: {reason}{details}{line}"))
}
