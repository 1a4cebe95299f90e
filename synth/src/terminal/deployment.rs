//! A deployment, for whoever watches: lines of text, a live view where there is a terminal, or JSON.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{IsTerminal, stderr};
use std::panic::Location;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plan;
use crate::cloud::StackEvent;
use crate::construct::Synthesized;
use crate::deploy::{Cause, Event, Observer};
use crate::error::Error;
use crate::terminal;

/// How often the live view moves.
const TICK: Duration = Duration::from_millis(120);

/// Who tells a person, or a program, what happens.
pub fn observer(json: bool, stacks: &[Synthesized]) -> Box<dyn Observer> {
    if json {
        return Box::new(Lines::Json);
    }
    if stderr().is_terminal() {
        let width = stacks.iter().map(|stack| stack.name.len()).max().unwrap_or(0);
        return Box::new(Live { bars: MultiProgress::new(), rows: RefCell::default(), width });
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

/// A row for each stack that is being changed; what has ended scrolls away.
#[derive(Debug)]
struct Live {
    bars: MultiProgress,
    rows: RefCell<HashMap<String, Row>>,
    width: usize,
}

#[derive(Debug)]
struct Row {
    bar: ProgressBar,
    begun: Instant,
    done: usize,
    total: usize,
    blocking: Vec<String>,
}

impl Observer for Live {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Started { stack, resources } => self.begin(stack, *resources),
            Event::Resource { stack, id, status, .. } => self.resource(stack, id, status),
            Event::Finished { stack, .. } => self.end(stack),
            Event::Planned { .. } | Event::Waiting { .. } | Event::Warning { .. } => {}
        }
        let is_news = match event {
            Event::Resource { status, .. } => status.ends_with("_FAILED"),
            Event::Started { .. } => false,
            _ => true,
        };
        if let Some(text) = text(event).filter(|_| is_news) {
            self.bars.suspend(|| terminal::progress_line(&text));
        }
    }

    fn pause(&self, paused: bool) {
        if paused {
            // What is hidden is not drawn over.
            let _ = self.bars.clear();
        }
        self.bars.set_draw_target(if paused { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    }
}

impl Live {
    fn begin(&self, stack: &str, total: usize) {
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        let row = Row { bar, begun: Instant::now(), done: 0, total, blocking: Vec::new() };
        row.draw(stack, self.width);
        self.rows.borrow_mut().insert(stack.to_owned(), row);
    }

    fn resource(&self, stack: &str, id: &str, status: &str) {
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.get_mut(stack) else { return };
        row.blocking.retain(|other| other != id);
        if status.ends_with("_COMPLETE") {
            row.done += 1;
        } else if status.ends_with("_IN_PROGRESS") {
            row.blocking.push(id.to_owned());
        }
        row.draw(stack, self.width);
    }

    fn end(&self, stack: &str) {
        if let Some(row) = self.rows.borrow_mut().remove(stack) {
            row.bar.finish_and_clear();
            self.bars.remove(&row.bar);
        }
    }
}

impl Row {
    fn draw(&self, stack: &str, width: usize) {
        let Self { bar, begun, done, total, blocking } = self;
        let done = done.min(total);
        let seconds = begun.elapsed().as_secs();
        let blocking = blocking.first().map_or(String::new(), |id| format!("  waits for {id}"));
        bar.set_message(format!("{stack:width$}  {done} of {total}  {seconds} s{blocking}"));
    }
}

/// What an event says to a person; nothing where it says nothing new.
fn text(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::Waiting { stack, status } => format!("{stack}: is {status}; waiting until that has ended"),
        Event::Planned { planned } => plan::text(planned)?,
        Event::Started { stack, .. } => format!("{stack}: begins"),
        Event::Resource { stack, id, kind, status, reason } => {
            let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
            format!("{stack}: {status} {kind} {id}{reason}")
        }
        Event::Finished { stack, outcome } => {
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

/// What went wrong first of all, where it was declared, and what to do.
pub fn failure(stack: &str, Cause { event, details }: &Cause, line: Option<&Location<'_>>, is_stuck: bool) -> Error {
    let StackEvent { resource, kind, reason, .. } = &**event;
    let details: String = details.iter().flat_map(|detail| ["\n  ", detail]).collect();
    let reason = reason.as_deref().unwrap_or("CloudFormation gives no reason");
    let line = line.map_or(String::new(), |line| format!("\n  at {line}"));
    let (what, help) = if is_stuck {
        ("failed half-way", "a person has to say how it goes on: see its events in the console")
    } else {
        ("failed, and was taken back", "mend that, and run the command again")
    };
    Error::other(format!("stack `{stack}` {what}: {kind} {resource}: {reason}{details}{line}")).help(help)
}
