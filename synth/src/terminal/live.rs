//! The live view of a deployment: a row for each stack that is being changed; what has ended scrolls away.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::deployment::text;
use crate::construct::Synthesized;
use crate::deploy::{Event, Observer};
use crate::terminal;

/// How often it moves.
const TICK: Duration = Duration::from_millis(120);

#[derive(Debug)]
pub(super) struct Live {
    bars: MultiProgress,
    rows: RefCell<HashMap<String, Row>>,
    width: usize,
    /// How many need the terminal for themselves.
    pauses: Cell<usize>,
}

#[derive(Debug)]
struct Row {
    bar: ProgressBar,
    estimate: Duration,
    /// How many resources there are to change, as far as it is known.
    total: usize,
    done: BTreeSet<String>,
    /// Those that are being changed, the longest first.
    open: Vec<String>,
    is_taken_back: bool,
}

impl Live {
    pub(super) fn new(stacks: &[Synthesized]) -> Self {
        let width = stacks.iter().map(|stack| stack.name.len()).max().unwrap_or(0);
        Self { bars: MultiProgress::new(), rows: RefCell::default(), width, pauses: Cell::new(0) }
    }

    fn begin(&self, stack: &str, total: usize, estimate: Duration) {
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {seconds} of about {wide_msg}") {
            let seconds = |state: &ProgressState, out: &mut dyn Write| {
                // A row that cannot be drawn is drawn again.
                let _ = write!(out, "{} s", state.elapsed().as_secs());
            };
            bar.set_style(style.with_key("seconds", seconds));
        }
        bar.enable_steady_tick(TICK);
        let (done, open) = (BTreeSet::new(), Vec::new());
        let row = Row { bar, estimate, total, done, open, is_taken_back: false };
        self.rows.borrow_mut().insert(stack.to_owned(), row);
    }

    fn resource(&self, stack: &str, id: &str, status: &str) {
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.get_mut(stack) else { return };
        row.open.retain(|other| other != id);
        row.done.remove(id);
        if status.ends_with("_COMPLETE") {
            row.done.insert(id.to_owned());
        } else if status.ends_with("_IN_PROGRESS") {
            row.open.push(id.to_owned());
        }
        // What is nested is not known before.
        row.total = row.total.max(row.done.len() + row.open.len());
    }

    fn end(&self, stack: &str) {
        if let Some(row) = self.rows.borrow_mut().remove(stack) {
            row.bar.finish_and_clear();
            self.bars.remove(&row.bar);
        }
    }

    fn draw(&self) {
        for (stack, row) in &*self.rows.borrow() {
            let Row { bar, total, done, .. } = row;
            bar.set_prefix(format!("{stack:width$}  {} of {total}", done.len(), width = self.width));
            bar.set_message(row.text());
        }
    }
}

impl Observer for Live {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Started { stack, resources, estimate } => self.begin(stack, *resources, *estimate),
            Event::Resource { stack, id, status, .. } => self.resource(stack, id, status),
            Event::TakenBack { stack } => {
                if let Some(row) = self.rows.borrow_mut().get_mut(*stack) {
                    row.is_taken_back = true;
                }
            }
            Event::Finished { stack, .. } => self.end(stack),
            Event::Planned { .. }
            | Event::Waiting { .. }
            | Event::Warning { .. }
            | Event::Accepted { .. }
            | Event::Stopping { .. }
            | Event::Held { .. }
            | Event::Emptied { .. } => {}
        }
        let is_news = match event {
            Event::Resource { status, .. } => status.ends_with("_FAILED"),
            Event::Started { .. } | Event::TakenBack { .. } => false,
            _ => true,
        };
        if let Some(text) = text(event).filter(|_| is_news) {
            self.bars.suspend(|| terminal::progress_line(&text));
        }
        self.draw();
    }

    fn pause(&self, paused: bool) {
        let before = self.pauses.get();
        let now = if paused { before + 1 } else { before.saturating_sub(1) };
        self.pauses.set(now);
        if before == 0 && now > 0 {
            // What is hidden is not drawn over; a terminal that is gone needs no clearing.
            let _ = self.bars.clear();
            self.bars.set_draw_target(ProgressDrawTarget::hidden());
        } else if before > 0 && now == 0 {
            self.bars.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Row {
    fn text(&self) -> String {
        let estimate = rounded(self.estimate);
        match (self.is_taken_back, self.open.first()) {
            (true, None) => format!("{estimate}  is taken back"),
            (true, Some(id)) => format!("{estimate}  is taken back, waits for {id}"),
            (false, Some(id)) => format!("{estimate}  waits for {id}"),
            (false, None) => estimate,
        }
    }
}

/// A duration as one says it.
fn rounded(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            bar: ProgressBar::hidden(),
            estimate: Duration::from_secs(61),
            total: 2,
            done: BTreeSet::new(),
            open: Vec::new(),
            is_taken_back: false,
        }
    }

    #[test]
    fn a_row_names_what_blocks_and_counts_what_is_nested() {
        let live = Live::new(&[]);
        live.rows.borrow_mut().insert("app".to_owned(), row());
        let step = |id: &str, status: &str| {
            live.resource("app", id, status);
            let rows = live.rows.borrow();
            rows.get("app").map(|row| format!("{} of {}, {}", row.done.len(), row.total, row.text()))
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(step("Vpc", "CREATE_IN_PROGRESS"), is("0 of 2, 2 min  waits for Vpc"));
        assert_eq!(step("Vpc", "CREATE_COMPLETE"), is("1 of 2, 2 min"));
        step("Nested", "CREATE_IN_PROGRESS");
        assert_eq!(step("Nested/Queue", "CREATE_IN_PROGRESS"), is("1 of 3, 2 min  waits for Nested"));
        assert_eq!(step("Nested/Queue", "CREATE_FAILED"), is("1 of 3, 2 min  waits for Nested"));
        live.event(&Event::TakenBack { stack: "app" });
        assert_eq!(step("Nested", "DELETE_IN_PROGRESS"), is("1 of 3, 2 min  is taken back, waits for Nested"));
        assert_eq!(step("Nested", "DELETE_COMPLETE"), is("2 of 3, 2 min  is taken back"));
    }
}
