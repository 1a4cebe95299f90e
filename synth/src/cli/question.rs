//! Questions to the person at the terminal.

use std::io::{BufRead, IsTerminal, stdin};
use std::thread;

use tokio::signal::ctrl_c;
use tokio::sync::oneshot;

use crate::error::Error;
use crate::terminal;

/// Whether there is somebody to ask.
pub(super) fn can_be_asked() -> bool {
    stdin().is_terminal()
}

/// Asks, and waits for the answer, a line; `None` after Ctrl-C.
///
/// # Errors
///
/// The answer cannot be read.
pub(super) async fn ask(question: &str) -> Result<Option<String>, Error> {
    terminal::prompt(question);
    let (sender, answer) = oneshot::channel();
    // Nobody can stop reading from a terminal: the thread ends with the process.
    thread::spawn(move || {
        let mut line = String::new();
        let read = stdin().lock().read_line(&mut line);
        // Who asked may have left.
        let _ = sender.send(read.map(|_| line));
    });
    tokio::select! {
        answer = answer => {
            let answer = answer.map_err(|_| Error::other("the answer was not read"))?;
            let line = answer.map_err(|source| Error::other(format!("cannot read the answer: {source}")))?;
            Ok(Some(line.trim().to_owned()))
        }
        _ = ctrl_c() => Ok(None),
    }
}
