//! What goes wrong, what is told, and what is there afterwards.

use synth::cloud::{FailureKind, StackStatus};
use synth::deploy::Ended;

use super::fake::{Fake, Wrong};
use super::{ALL_DONE, Run, changed, deploy, stacks, words};

/// Every call that a deployment makes.
const CALLS: [&str; 5] = [
    "cloudformation:DescribeStacks",
    "cloudformation:CreateChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:DescribeStackEvents",
];

#[test]
fn throttling_thirty_times_in_a_row_stops_nothing() {
    for action in CALLS {
        let stacks = stacks();
        let fake = Fake::new(&stacks);
        fake.fault(action, Wrong::Not(FailureKind::Throttled), 30);
        assert_eq!(words(&deploy(&fake, &stacks)), ALL_DONE, "{action}");
    }
}

#[test]
fn a_lost_answer_is_no_failure() {
    for action in [
        "cloudformation:CreateChangeSet",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:UpdateTerminationProtection",
    ] {
        let stacks = stacks();
        let fake = Fake::new(&stacks);
        fake.fault(action, Wrong::AnswerLost, 1);
        assert_eq!(words(&deploy(&fake, &stacks)), ALL_DONE, "{action}");
        let again = deploy(&fake, &stacks);
        assert!(again.0.iter().all(|(_, ended)| matches!(ended, Ended::Unchanged)), "{action}: {again:?}");
    }
}

#[test]
fn a_right_that_is_missing_is_named() {
    for action in CALLS {
        let stacks = stacks();
        let fake = Fake::new(&stacks);
        fake.fault(action, Wrong::Not(FailureKind::Denied), usize::MAX);
        let said = match Run::default().deploy(&fake, &stacks) {
            Err(error) => error.to_string(),
            Ok(report) => {
                let failed = report.0.iter().find_map(|(_, ended)| match ended {
                    Ended::Failed(error) => Some(error.to_string()),
                    _ => None,
                });
                failed.unwrap_or_else(|| panic!("{action}: {:?}", words(&report)))
            }
        };
        assert_eq!(fake.change_sets(), 0, "{action}");
        assert!(said.contains("you have no right to") && said.contains(&format!("`{action}`")), "{action}: {said}");
        fake.mend();
        assert_eq!(words(&deploy(&fake, &stacks)), ALL_DONE, "{action}");
    }
}

#[test]
fn a_failed_creation_is_told_by_its_first_cause_and_stops_only_what_needs_it() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    // What stops because of it is told first.
    fake.break_resource("Vpc");
    let report = deploy(&fake, &stacks);
    assert_eq!(words(&report), [("base", "done"), ("network", "rolled back"), ("site", "skipped"), ("other", "done")]);
    let Ended::RolledBack(cause) = &report.0[1].1 else { panic!("{report:?}") };
    assert_eq!((&*cause.event.resource, cause.event.reason.as_deref()), ("Vpc", Some("as the test wants")));
    let Ended::Skipped { needs } = &report.0[2].1 else { panic!("{report:?}") };
    assert_eq!(needs, "network");
    // What is left of it is deleted, and it is made again.
    fake.mend();
    assert_eq!(fake.status("app-dev-network"), Some(StackStatus::RollbackComplete));
    let ended = [("base", "unchanged"), ("network", "done"), ("site", "done"), ("other", "unchanged")];
    assert_eq!(words(&deploy(&fake, &stacks)), ended);
}

#[test]
fn a_change_set_that_cannot_be_computed_is_told_and_taken_back() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.uncomputable("app-dev-network", "Template error: no such thing");
    let error = Run::default().plan(&fake, &changed()).unwrap_err().to_string();
    assert_eq!(error, "the changes of stack `network` cannot be computed: Template error: no such thing");
    assert_eq!((fake.change_sets(), fake.count("cloudformation:DescribeEvents")), (0, 1));
}

#[test]
fn a_failed_update_is_taken_back_and_can_be_tried_again() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.break_resource("Subnet2");
    let stacks = changed();
    assert_eq!(words(&deploy(&fake, &stacks))[1], ("network", "rolled back"));
    assert_eq!(fake.status("app-dev-network"), Some(StackStatus::UpdateRollbackComplete));
    fake.mend();
    assert_eq!(words(&deploy(&fake, &stacks))[1], ("network", "done"));
}

#[test]
fn what_is_stuck_is_for_recover() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.break_resource("Subnet2");
    fake.break_rollback("app-dev-network");
    let stacks = changed();
    assert_eq!(words(&deploy(&fake, &stacks))[1], ("network", "stuck"));
    let error = Run::default().plan(&fake, &stacks).unwrap_err().to_string();
    let expected = "stack `network` is UPDATE_ROLLBACK_FAILED\n  help: something failed half-way there: `recover` says \
                    what can be done, and does it";
    assert_eq!(error, expected);
    assert_eq!(fake.change_sets(), 0);
}

#[test]
fn every_state_in_which_something_failed_half_way_stops_the_plan() {
    use StackStatus as S;
    let stacks = stacks();
    for status in [S::CreateFailed, S::RollbackFailed, S::DeleteFailed, S::UpdateFailed, S::ImportRollbackFailed] {
        let fake = Fake::new(&stacks);
        deploy(&fake, &stacks);
        fake.set("app-dev-other", status);
        let error = Run::default().plan(&fake, &changed()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("stack `other` is {}", status.name())), "{error}");
        assert_eq!((fake.change_sets(), fake.count("cloudformation:ExecuteChangeSet")), (0, 4));
    }
}

#[test]
fn somebody_elses_operation_is_waited_for() {
    use StackStatus as S;
    let before = stacks();
    for (course, left) in [
        (&[S::UpdateInProgress, S::UpdateCompleteCleanupInProgress, S::UpdateComplete][..], "done"),
        (&[S::UpdateRollbackInProgress, S::UpdateRollbackComplete], "done"),
        (&[S::ImportInProgress, S::ImportComplete], "done"),
        (&[S::DeleteInProgress, S::DeleteComplete], "done"),
    ] {
        let fake = Fake::new(&before);
        deploy(&fake, &before);
        fake.begin("app-dev-network", course);
        let run = Run::default();
        let report = run.deploy(&fake, &changed()).unwrap();
        assert_eq!(words(&report)[1], ("network", left), "{course:?}");
        assert_eq!(run.told.stacks("waiting"), ["network"], "{course:?}");
    }
}

/// It has ended between the look at the stack and the look at its events.
#[test]
fn an_operation_that_ends_at_once_is_not_waited_for_for_ever() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.begin("app-dev-network", &[StackStatus::UpdateInProgress, StackStatus::UpdateComplete]);
    assert_eq!(words(&deploy(&fake, &changed()))[1], ("network", "done"));
}

#[test]
fn a_change_set_that_became_stale_is_told() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    let stacks = changed();
    let run = Run::default();
    let report = run.with(&fake, &stacks, async |engine| {
        let plan = engine.plan().await?;
        fake.outdate("app-dev-network");
        Ok(engine.run(&plan).await)
    });
    let report = report.unwrap();
    let Ended::Failed(error) = &report.0[1].1 else { panic!("{report:?}") };
    assert!(error.to_string().contains("it may have been changed by somebody else since"), "{error}");
    assert_eq!(words(&deploy(&fake, &stacks))[1], ("network", "done"));
}

#[test]
fn a_stack_that_is_deleted_meanwhile_is_made_again_next_time() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.vanish("app-dev-network");
    let report = deploy(&fake, &changed());
    let Ended::Failed(error) = &report.0[1].1 else { panic!("{report:?}") };
    assert!(error.to_string().starts_with("stack `network` was deleted while it was changed"), "{error}");
    fake.mend();
    assert_eq!(words(&deploy(&fake, &changed()))[1], ("network", "done"));
}

/// The same command goes on where a killed one stopped.
#[test]
fn a_killed_run_is_taken_up() {
    let stacks = stacks();
    let whole = Fake::new(&stacks);
    deploy(&whole, &stacks);
    for calls in 0..whole.calls() {
        let fake = Fake::new(&stacks);
        fake.kill_after(calls);
        _ = Run::default().deploy(&fake, &stacks);
        fake.mend();
        let report = deploy(&fake, &stacks);
        let is_good = |ended: &Ended| matches!(ended, Ended::Done(_) | Ended::Unchanged);
        assert!(report.0.iter().all(|(_, ended)| is_good(ended)), "{calls}: {report:?}");
        assert!(stacks.iter().all(|stack| fake.status(&stack.stack_name) == Some(StackStatus::CreateComplete)));
        assert!(fake.is_protected("app-dev-base"), "{calls}");
    }
}

/// Somebody else makes the stack while a person thinks about the plan: declining it takes nothing of theirs.
#[test]
fn what_others_made_meanwhile_is_not_taken_back() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    Run::default()
        .with(&fake, &stacks, async |engine| {
            let plan = engine.plan().await?;
            fake.set("app-dev-base", StackStatus::CreateComplete);
            engine.decline(&plan).await;
            Ok(())
        })
        .unwrap();
    assert_eq!(fake.status("app-dev-base"), Some(StackStatus::CreateComplete));
    assert_eq!(fake.asked("cloudformation:DeleteStack").len(), 1, "only that of `other`");
}

/// The same for a stack that was to be deleted because it never stood.
#[test]
fn what_others_made_again_meanwhile_is_not_deleted() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    fake.break_resource("Thing");
    deploy(&fake, &stacks);
    assert_eq!(fake.status("app-dev-other"), Some(StackStatus::RollbackComplete));
    let report = Run::default().with(&fake, &stacks, async |engine| {
        let plan = engine.plan().await?;
        fake.set("app-dev-other", StackStatus::CreateComplete);
        Ok(engine.run(&plan).await)
    });
    let report = report.unwrap();
    let Ended::Failed(error) = &report.0[3].1 else { panic!("{report:?}") };
    assert!(error.to_string().starts_with("stack `other` was made by somebody else meanwhile"), "{error}");
    assert_eq!(fake.count("cloudformation:DeleteStack"), 0);
}

/// What was planned for a stack that is not begun is taken back.
#[test]
fn no_change_set_outlives_a_run_that_failed() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    let mut stacks = changed();
    let site = stacks.iter_mut().find(|stack| stack.name == "site").unwrap();
    let text = synth::assembly::yaml(site).replace("  Site:", "  Site2:");
    let document = synth::template::read::document(&text, "site").unwrap();
    site.template = synth::template::Template::from_node(document.node().clone()).unwrap();
    fake.break_resource("Subnet2");
    let report = deploy(&fake, &stacks);
    assert_eq!(words(&report)[1..3], [("network", "rolled back"), ("site", "skipped")]);
    assert_eq!(fake.change_sets(), 0);
}

/// The stack still has its old state, and nothing has happened yet: that is no end.
#[test]
fn what_begins_late_is_waited_for() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.be_late(20);
    assert_eq!(words(&deploy(&fake, &changed()))[1], ("network", "done"));
    assert_eq!(fake.status("app-dev-network"), Some(StackStatus::UpdateComplete));
    fake.be_late(usize::MAX);
    let report = deploy(&fake, &before);
    let Ended::Failed(error) = &report.0[1].1 else { panic!("{report:?}") };
    assert!(error.to_string().starts_with("nothing is heard of the changes of stack `network`"), "{error}");
}

/// An export that others use: only the stack itself says so.
#[test]
fn a_cause_may_be_the_stack_s_own() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.refuse("app-dev-network", "Export app-dev-network:Vpc cannot be deleted as it is in use by app-dev-site");
    let report = deploy(&fake, &changed());
    let Ended::RolledBack(cause) = &report.0[1].1 else { panic!("{report:?}") };
    assert_eq!(
        cause.event.reason.as_deref(),
        Some("Export app-dev-network:Vpc cannot be deleted as it is in use by app-dev-site")
    );
}
