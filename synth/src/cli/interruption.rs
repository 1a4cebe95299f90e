//! Ctrl-C during a deployment.

use std::pin::pin;

use tokio::signal::ctrl_c;

use super::question;
use crate::cloud::Deployments;
use crate::deploy::{Engine, Host, Plan, Report};

/// What a person wants after Ctrl-C.
enum Choice {
    GoOn,
    Cancel,
    Leave,
}

/// Does what the plan says. After Ctrl-C a person may leave AWS to it (nothing is given then), or have AWS take back the
/// updates that go on. A second Ctrl-C leaves at once.
pub(super) async fn watched<D: Deployments, H: Host<D>>(engine: &Engine<'_, D, H>, plan: &Plan) -> Option<Report> {
    let mut run = pin!(engine.run(plan));
    loop {
        tokio::select! {
            report = &mut run => return Some(report),
            _ = ctrl_c() => {}
        }
        engine.observer.pause(true);
        let choice = choice().await;
        engine.observer.pause(false);
        match choice {
            Choice::GoOn => {}
            Choice::Cancel => engine.cancel().await,
            Choice::Leave => {
                left(engine).await;
                return None;
            }
        }
        question::ask_again();
    }
}

/// Takes back what has not begun, unless a person is in a hurry.
pub(super) async fn left<D: Deployments, H: Host<D>>(engine: &Engine<'_, D, H>) {
    tokio::select! {
        () = engine.leave() => {}
        _ = ctrl_c() => {}
    }
}

/// Without a terminal, what goes on is left.
async fn choice() -> Choice {
    if !question::can_be_asked() {
        return Choice::Leave;
    }
    let question = "\nLeave it running (l), have AWS take back the updates (c), or go on (g)? [l/c/g] ";
    // A second Ctrl-C leaves at once.
    match question::ask(question).await.ok().flatten().as_deref() {
        Some("c") => Choice::Cancel,
        Some("g") => Choice::GoOn,
        _ => Choice::Leave,
    }
}
