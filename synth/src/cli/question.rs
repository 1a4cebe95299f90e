//! Questions to the person at the terminal.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal, stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, Once, PoisonError};
use std::thread;

use tokio::signal::ctrl_c;
use tokio::sync::Notify;

use crate::error::Error;
use crate::terminal;

/// Lines that were typed. One thread reads them all: nobody can stop reading from a terminal, and a reader that nobody waits
/// for any more would take the next answer.
static LINES: Mutex<VecDeque<Option<String>>> = Mutex::new(VecDeque::new());
static READER: Once = Once::new();

/// Nothing more is typed.
static HAS_ENDED: AtomicBool = AtomicBool::new(false);

/// A line was typed.
static TYPED: LazyLock<Notify> = LazyLock::new(Notify::new);

/// A question that was interrupted by another one is to be asked again.
static AGAIN: LazyLock<Notify> = LazyLock::new(Notify::new);

/// Whether there is somebody to ask.
pub(super) fn can_be_asked() -> bool {
    stdin().is_terminal()
}

/// Accounts and regions, in words.
pub(super) fn places<'a>(places: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let places = places.into_iter().map(|(account, region)| format!("account {account}, {region}"));
    places.collect::<Vec<_>>().join(" and ")
}

/// Asks, and waits for the answer, a line; `None` after Ctrl-C.
///
/// # Errors
///
/// The answer cannot be read.
pub(super) async fn ask(question: &str) -> Result<Option<String>, Error> {
    tokio::select! {
        answer = ask_in_between(question) => answer.map(Some),
        _ = ctrl_c() => Ok(None),
    }
}

/// Asks while something goes on that watches for Ctrl-C itself, and may ask in between.
///
/// # Errors
///
/// The answer cannot be read.
pub(super) async fn ask_in_between(question: &str) -> Result<String, Error> {
    READER.call_once(|| drop(thread::spawn(read)));
    let unreadable = || Error::other("the answer cannot be read: the terminal has ended");
    loop {
        if HAS_ENDED.load(Ordering::Acquire) {
            return Err(unreadable());
        }
        lines().clear();
        terminal::prompt(question);
        let answer = async {
            loop {
                let typed = TYPED.notified();
                if let Some(line) = lines().pop_front() {
                    return line;
                }
                typed.await;
            }
        };
        tokio::select! {
            line = answer => return line.ok_or_else(unreadable),
            () = AGAIN.notified() => {}
        }
    }
}

/// What was asked before is asked again.
pub(super) fn ask_again() {
    AGAIN.notify_waiters();
}

fn lines() -> std::sync::MutexGuard<'static, VecDeque<Option<String>>> {
    // Nothing that holds it can panic half-way.
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read() {
    loop {
        let mut line = String::new();
        let is_read = matches!(stdin().lock().read_line(&mut line), Ok(1..));
        HAS_ENDED.store(!is_read, Ordering::Release);
        lines().push_back(is_read.then(|| line.trim().to_owned()));
        TYPED.notify_waiters();
        if !is_read {
            return;
        }
    }
}
