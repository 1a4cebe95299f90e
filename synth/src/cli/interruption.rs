//! Ctrl-C while AWS works, and being told to end by whoever began the tool.

use std::pin::pin;

use tokio::signal::ctrl_c;

use super::question;
use crate::cloud::Deployments;
use crate::deploy::{Engine, Host, Observer};
use crate::error::Error;

/// What a person wants after Ctrl-C.
enum Choice {
    GoOn,
    Cancel,
    Leave,
}

/// Waits for the end of what goes on. After Ctrl-C a person may leave AWS to it (nothing is given then), or have AWS take back
/// the updates that go on. A second Ctrl-C leaves at once.
pub(super) async fn watched<T>(
    observer: &dyn Observer,
    run: impl Future<Output = T>,
    cancel: impl AsyncFn(),
) -> Option<T> {
    let choices = "Leave it running (l), have AWS take back the updates (c), or go on (g)? [l/c/g]";
    interrupted(observer, run, cancel, choices).await
}

/// The same, for what cannot be taken back.
pub(super) async fn watched_to_the_end<T>(observer: &dyn Observer, run: impl Future<Output = T>) -> Option<T> {
    interrupted(observer, run, async || {}, "Leave it running (l), or go on (g)? [l/g]").await
}

async fn interrupted<T>(
    observer: &dyn Observer,
    run: impl Future<Output = T>,
    cancel: impl AsyncFn(),
    choices: &str,
) -> Option<T> {
    let (mut run, mut told) = (pin!(run), pin!(told_to_end()));
    loop {
        tokio::select! {
            report = &mut run => return Some(report),
            () = &mut told => return None,
            _ = ctrl_c() => {}
        }
        observer.pause(true);
        let choice = tokio::select! {
            choice = choice(choices) => choice,
            () = &mut told => Choice::Leave,
        };
        observer.pause(false);
        match choice {
            Choice::GoOn => {}
            Choice::Cancel => cancel().await,
            Choice::Leave => return None,
        }
        question::ask_again();
    }
}

/// That a person has left AWS to it.
pub(super) fn abandoned() -> Error {
    Error::other("left: AWS goes on with what has begun, and nothing else is begun")
        .help("run the command again to follow it and do the rest; `status` shows how far it is")
}

/// Takes back what has not begun, unless a person is in a hurry.
pub(super) async fn left<D: Deployments, H: Host<D>>(engine: &Engine<'_, D, H>) {
    tokio::select! {
        () = engine.leave() => {}
        () = told_to_end() => {}
        _ = ctrl_c() => {}
    }
}

/// By SIGTERM: nobody can be asked then. SIGHUP is what `nohup` says it is.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => _ = terminate.recv().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    std::future::pending().await
}

/// Without a terminal, what goes on is left.
async fn choice(choices: &str) -> Choice {
    if !question::can_be_asked() {
        return Choice::Leave;
    }
    // A second Ctrl-C leaves at once.
    match question::ask(&format!("\n{choices} ")).await.ok().flatten().as_deref() {
        Some("c") => Choice::Cancel,
        Some("g") => Choice::GoOn,
        _ => Choice::Leave,
    }
}
