//! What goes wrong meanwhile.

use synth::cloud::{FailureKind, StackStatus as S};
use synth::recover::Ended;

use super::{Run, stuck_deletion, stuck_update, words};
use crate::deploy::fake::Wrong;
use crate::destroy::destroy_only;

#[test]
fn somebody_elses_operation_is_waited_for() {
    let (fake, run) = (stuck_update(), Run::default());
    fake.begin("app-site", &[S::UpdateRollbackInProgress, S::UpdateRollbackComplete]);
    assert!(run.plan(&fake).unwrap().is_empty());
    assert_eq!(run.told.stacks("waiting"), ["site"]);
}

/// While a person thinks about it.
#[test]
fn what_was_mended_meanwhile_is_not_deleted() {
    let (fake, run) = (stuck_deletion(), Run::default());
    let plan = run.plan(&fake).unwrap();
    fake.set("app-site", S::UpdateComplete);
    let report = run.with(&fake, async |engine| Ok(engine.run(&plan).await)).unwrap();
    let error = report.deleted.unwrap_err().to_string();
    assert!(error.starts_with("stack `site` was made, changed or deleted since it was looked at"), "{error}");
    assert_eq!(fake.status("app-site"), Some(S::UpdateComplete));
}

#[test]
fn what_somebody_changed_meanwhile_is_left() {
    let (fake, run) = (stuck_update(), Run::default());
    let plan = run.plan(&fake).unwrap();
    fake.set("app-site", S::UpdateRollbackComplete);
    let report = run.with(&fake, async |engine| Ok(engine.run(&plan).await)).unwrap();
    let [(_, Ended::Failed(error))] = &*report.mended else { panic!("{report:?}") };
    assert!(error.to_string().starts_with("stack `site` is not as it was looked at"), "{error}");
    assert_eq!(fake.count("cloudformation:ContinueUpdateRollback"), 0);
}

/// The operation goes on; asked for again, it is refused.
#[test]
fn a_lost_answer_is_no_failure() {
    let fake = stuck_update();
    fake.mend();
    fake.fault("cloudformation:ContinueUpdateRollback", Wrong::AnswerLost, 1);
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "recovered")]);
    // The second time it is refused: the stack is being taken back.
    assert_eq!(fake.count("cloudformation:ContinueUpdateRollback"), 2);
}

#[test]
fn a_killed_run_is_taken_up() {
    let stuck = || {
        let fake = stuck_update();
        fake.mend();
        fake.keep_resource("Log");
        destroy_only("data", &fake);
        fake.let_go();
        fake
    };
    let whole = stuck();
    let before = whole.calls();
    assert_eq!(words(&Run::default().recover(&whole).unwrap()), [("site", "recovered"), ("data", "deleted")]);
    for calls in before..whole.calls() {
        let fake = stuck();
        fake.kill_after(calls);
        _ = Run::default().recover(&fake);
        fake.mend();
        Run::default().recover(&fake).unwrap();
        assert!(Run::default().plan(&fake).unwrap().is_empty(), "{calls}");
        assert_eq!(fake.status("app-site"), Some(S::UpdateRollbackComplete), "{calls}");
        assert_eq!(fake.status("app-data"), Some(S::DeleteComplete), "{calls}");
    }
}

#[test]
fn a_right_that_is_missing_is_named() {
    for action in ["cloudformation:ListStackResources", "cloudformation:ContinueUpdateRollback"] {
        let fake = stuck_update();
        fake.fault(action, Wrong::Not(FailureKind::Denied), usize::MAX);
        let error = match Run::default().recover(&fake) {
            Err(error) => error.to_string(),
            Ok(report) => match &report.mended[0].1 {
                Ended::Failed(error) => error.to_string(),
                other => panic!("{other:?}"),
            },
        };
        assert!(error.contains(&format!("the right is `{action}`")), "{error}");
    }
}
