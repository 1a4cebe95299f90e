//! The terminal: the only place that prints. Results go to stdout, everything else to stderr.
#![expect(clippy::print_stderr, reason = "this is where printing belongs")]

#[cfg(feature = "cloud")]
pub mod deployment;
#[cfg(feature = "cloud")]
pub mod left;
#[cfg(feature = "cloud")]
mod live;
#[cfg(feature = "cloud")]
mod plan;
#[cfg(feature = "cloud")]
pub mod progress;
#[cfg(feature = "cloud")]
pub mod recovery;
#[cfg(feature = "cloud")]
pub mod survey;
mod table;

use std::io::{self, Write};

pub use table::Table;

use crate::error::Error;

/// Prints a result.
///
/// # Errors
///
/// Stdout cannot be written to. A reader that has gone away is no error: it has what it wanted.
pub fn result(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::other(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints outputs of stacks: the stack, the name, the value.
///
/// # Errors
///
/// Stdout cannot be written to.
#[cfg(feature = "cloud")]
pub fn outputs<'a>(outputs: impl Iterator<Item = [&'a String; 3]>) -> Result<(), Error> {
    let mut table = Table::new(["stack", "output", "value"]);
    let mut outputs = outputs.peekable();
    if outputs.peek().is_none() {
        return Ok(());
    }
    for output in outputs {
        table.row(output);
    }
    result(&table.to_string())
}

/// Prints something that was found out, as JSON of an event of this name.
///
/// # Errors
///
/// Stdout cannot be written to.
#[cfg(feature = "cloud")]
pub fn event(name: &str, found: &impl serde::Serialize) -> Result<(), Error> {
    let mut line = serde_json::to_value(found).unwrap_or_default();
    (line["event"], line["version"]) = (name.into(), 1.into());
    result(&format!("{line}\n"))
}

/// Prints a remark.
pub fn note(text: &str) {
    eprintln!("note: {text}");
}

/// Says why nothing seems to happen.
pub fn waiting_for_another() {
    note("another run is at work in target/package; waiting until it has ended");
}

/// Prints what happens, without its colours where there is no terminal, or where `NO_COLOR` is set.
#[cfg(feature = "cloud")]
pub fn progress_line(text: &str) {
    anstream::eprintln!("{text}");
}

/// Prints a question, whose answer follows on the same line.
#[cfg(feature = "cloud")]
pub fn prompt(text: &str) {
    eprint!("{text}");
}

/// Prints why a command did not do what it was asked.
pub fn error(error: &Error) {
    match error.problems() {
        [] => eprintln!("error: {error}"),
        problems => {
            for problem in problems {
                eprintln!("error: {problem}");
            }
            let count = problems.len();
            eprintln!("{count} {}; nothing was written", if count == 1 { "problem" } else { "problems" });
        }
    }
}
