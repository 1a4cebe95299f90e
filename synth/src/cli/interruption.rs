//! Ctrl-C during a deployment.

use std::io::{BufRead, IsTerminal, stdin};
use std::pin::pin;
use std::thread;

use tokio::signal::ctrl_c;
use tokio::sync::oneshot;

use crate::cloud::Deployments;
use crate::deploy::{Assets, Engine, Plan, Report};
use crate::terminal;

/// What a person wants after Ctrl-C.
enum Choice {
    GoOn,
    Cancel,
    Leave,
}

/// Does what the plan says. After Ctrl-C a person may leave AWS to it (nothing is given then), or have AWS take back the
/// updates that go on. A second Ctrl-C leaves at once.
pub(super) async fn watched<D: Deployments, A: Assets>(engine: &Engine<'_, D, A>, plan: &Plan) -> Option<Report> {
    let mut run = pin!(engine.run(plan));
    loop {
        tokio::select! {
            report = &mut run => return Some(report),
            _ = ctrl_c() => {}
        }
        match choice().await {
            Choice::GoOn => {}
            Choice::Cancel => engine.cancel().await,
            Choice::Leave => return None,
        }
    }
}

/// Without a terminal, what goes on is left.
async fn choice() -> Choice {
    if !stdin().is_terminal() {
        return Choice::Leave;
    }
    terminal::prompt("\nLeave it running (l), have AWS take back the updates (c), or go on (g)? [l/c/g] ");
    let (sender, answer) = oneshot::channel();
    // Nobody can stop reading from a terminal: the thread ends with the process.
    thread::spawn(move || {
        let mut line = String::new();
        let read = stdin().lock().read_line(&mut line);
        // Who asked may have left.
        let _ = sender.send(read.map(|_| line));
    });
    tokio::select! {
        answer = answer => match answer.map(Result::unwrap_or_default).unwrap_or_default().trim() {
            "c" => Choice::Cancel,
            "g" => Choice::GoOn,
            _ => Choice::Leave,
        },
        _ = ctrl_c() => Choice::Leave,
    }
}
