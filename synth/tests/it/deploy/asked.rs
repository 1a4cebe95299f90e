//! What a person is asked during a run, and what Ctrl-C does.

use synth::cloud::{FailureKind, StackStatus};
use synth::construct::Synthesized;
use synth::prelude::*;

use super::super::resource::Thing;
use super::fake::{Fake, Wrong};
use super::{Around, Run, deploy, stacks, words};

/// `upper` stands on `lower`. With `more`, it needs what `lower` does not export before.
fn two(more: bool) -> Vec<Synthesized> {
    let mut lower = Stack::new("lower");
    let thing = lower.add("Thing", Thing::new());
    let first = lower.export("First", thing.reference());
    let mut upper = Stack::new("upper");
    let mut own = Thing::new().property("First", first);
    if more {
        let other = lower.add("Other", Thing::new());
        own = own.property("Second", lower.export("Second", other.reference()));
    }
    upper.add("Own", own);
    let mut app = App::new("two");
    app.add(lower);
    app.add(upper);
    app.synthesize().unwrap()
}

#[test]
fn changes_that_were_not_known_are_asked_about() {
    for (declines, end) in [(false, "done"), (true, "declined")] {
        let fake = Fake::new(&two(false));
        deploy(&fake, &two(false));
        let stacks = two(true);
        let fake = fake.with(&stacks);
        let run = Run { around: Around { declines, ..Around::default() }, ..Run::default() };
        assert_eq!(words(&run.deploy(&fake, &stacks).unwrap()), [("lower", "done"), ("upper", end)]);
        assert_eq!(*run.around.asked.borrow(), ["upper"]);
        assert_eq!(fake.change_sets(), 0);
    }
}

/// A stack that is made was approved with the plan.
#[test]
fn what_is_made_later_is_not_asked_about_again() {
    let stacks = two(true);
    let (fake, run) = (Fake::new(&stacks), Run::default());
    run.deploy(&fake, &stacks).unwrap();
    assert!(run.around.asked.borrow().is_empty());
}

#[test]
fn updates_of_this_run_can_be_taken_back() {
    use StackStatus as S;
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    deploy(&fake, &stacks);
    fake.begin_as(Some("run"), "app-dev-network", &[S::UpdateInProgress, S::UpdateComplete]);
    fake.begin_as(Some("run"), "app-dev-other", &[S::UpdateRollbackInProgress, S::UpdateRollbackComplete]);
    fake.begin_as(Some("theirs"), "app-dev-site", &[S::UpdateInProgress, S::UpdateComplete]);
    let run = Run::default();
    fake.fault("cloudformation:CancelUpdateStack", Wrong::Not(FailureKind::Refused), 1);
    for _ in 0..2 {
        run.with(&fake, &stacks, async |engine| {
            engine.cancel().await;
            Ok(())
        })
        .unwrap();
        assert_eq!(run.told.stacks("warning"), ["network"]);
    }
    assert_eq!(fake.asked("cloudformation:CancelUpdateStack"), ["app-dev-network"; 2]);
}

/// What has begun goes on; what has not leaves nothing.
#[test]
fn what_was_not_begun_is_taken_back_when_a_person_leaves() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    let run = Run::default();
    run.with(&fake, &stacks, async |engine| {
        engine.plan().await?;
        fake.begin_as(Some("run"), "app-dev-base", &[StackStatus::CreateInProgress, StackStatus::CreateComplete]);
        fake.outdate("app-dev-base");
        engine.leave().await;
        Ok(())
    })
    .unwrap();
    assert_eq!(fake.status("app-dev-base"), Some(StackStatus::CreateInProgress));
    assert_eq!(fake.status("app-dev-other"), Some(StackStatus::DeleteComplete));
    assert_eq!(fake.asked("cloudformation:DeleteChangeSet"), ["arn:app-dev-other/run"]);
    assert!(run.told.stacks("warning").is_empty());
}
