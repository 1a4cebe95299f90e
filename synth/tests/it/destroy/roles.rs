//! Roles without which stacks are stranded.

use synth::cloud::{FailureKind, StackStatus};
use synth::destroy::Ended;

use super::{ALL_DELETED, ROLE, ROLE_STACK, Run, deployed, is_gone, words};
use crate::deploy::fake::{Fake, Wrong};

fn without_role() -> Fake {
    let fake = deployed();
    fake.lose_role(ROLE);
    fake
}

#[test]
fn it_is_told_before_anything_is_touched() {
    let fake = without_role();
    let survey = Run::default().survey(&fake).unwrap();
    let [lost] = &*survey.roles.lost else { panic!("{:?}", survey.roles) };
    assert_eq!((&*lost.arn, lost.stacks.join(" ")), (ROLE, "data network".to_owned()));
    let may = |action: &str| lost.actions.contains(action);
    assert!(may("ec2:DeleteVpc") && may("rds:DeleteDBInstance") && !may("codepipeline:DeletePipeline"), "{lost:?}");
    assert_eq!(fake.count("cloudformation:DeleteStack") + fake.count("cloudformation:CreateChangeSet"), 4);
    assert_eq!(fake.status(ROLE_STACK), None);
}

/// It has the same ARN, may delete what the stack has, and is gone in the end.
#[test]
fn one_of_its_name_is_made_for_the_deletion() {
    let (fake, run) = (without_role(), Run::default());
    let mut expected = ALL_DELETED.to_vec();
    expected.push((ROLE_STACK, "deleted"));
    assert_eq!(words(&run.destroy(&fake).unwrap()), expected);
    assert!(is_gone(&fake));
    let made = fake.template(ROLE_STACK);
    for text in
        ["Path: /app/\n", "RoleName: deployment\n", "Service: cloudformation.amazonaws.com", "- ec2:DeleteVpc\n"]
    {
        assert!(made.contains(text), "{text}: {made}");
    }
    assert_eq!(fake.status(ROLE_STACK), Some(StackStatus::DeleteComplete));
    assert!(run.survey(&fake).unwrap().is_empty());
}

/// A stack keeps a role for ever that it is deleted with. One that has none does not get one.
#[test]
fn another_role_can_be_named() {
    let other = "arn:aws:iam::1:role/other";
    let (fake, run) = (without_role(), Run { role: Some(other), ..Run::default() });
    let named: Vec<_> = run.survey(&fake).unwrap().stacks.into_iter().map(|own| (own.stack, own.named_role)).collect();
    let expected = [("site", None), ("data", Some(other)), ("network", Some(other)), ("base", None)];
    assert_eq!(named, expected.map(|(stack, role)| (stack.to_owned(), role.map(str::to_owned))));
    assert_eq!(words(&run.destroy(&fake).unwrap()), ALL_DELETED);
    for (stack, role) in expected {
        assert_eq!(fake.role(&format!("app-{stack}")).as_deref(), role, "{stack}");
    }
    assert_eq!(fake.status(ROLE_STACK), None);
}

#[test]
fn what_is_no_role_cannot_be_made_again() {
    let fake = deployed();
    fake.give_role("app-network", "arn:odd");
    fake.lose_role("arn:odd");
    fake.spoil_role(ROLE, "it does not trust anybody");
    let error = Run::default().survey(&fake).unwrap_err().to_string();
    let expected = [
        "stack `network` is deleted with the role arn:odd, which is gone: name another one".to_owned(),
        format!("stack `data` is deleted with the role {ROLE}, but it does not trust anybody: name another one"),
    ];
    assert!(expected.iter().all(|expected| error.contains(expected)), "{error}");
}

/// It was named by a person, and is told to that person at once.
#[test]
fn a_role_that_was_named_is_not_waited_for() {
    let (fake, run) = (without_role(), Run { role: Some("arn:aws:iam::1:role/other"), ..Run::default() });
    fake.hesitate(1);
    let report = run.destroy(&fake).unwrap();
    let Ended::Failed(error) = &report.0[1].1 else { panic!("{report:?}") };
    let error = error.to_string();
    assert!(error.contains("cannot be assumed") && error.contains("`--role ARN` names another"), "{error}");
}

/// IAM takes a while to tell everybody.
#[test]
fn a_role_that_is_not_known_yet_is_waited_for() {
    let fake = without_role();
    fake.hesitate(3);
    assert!(words(&Run::default().destroy(&fake).unwrap()).iter().all(|(_, word)| *word == "deleted"));
    assert_eq!(fake.count("cloudformation:DeleteStack"), ALL_DELETED.len() + 1 + 3);
}

#[test]
fn as_long_as_something_is_left_the_role_stays() {
    let (fake, run) = (without_role(), Run::default());
    fake.keep_resource("Vpc");
    let report = run.destroy(&fake).unwrap();
    assert_eq!(words(&report)[2..], [("network", "stuck"), ("base", "skipped")]);
    assert_eq!(fake.status(ROLE_STACK), Some(StackStatus::CreateComplete));
    fake.let_go();
    let report = run.destroy(&fake).unwrap();
    assert_eq!(words(&report), [("network", "deleted"), ("base", "deleted"), (ROLE_STACK, "deleted")]);
}

/// The stack that has the role does not know what it was given since: it is gone before that stack goes.
#[test]
fn the_role_goes_before_the_stack_that_has_it() {
    let fake = without_role();
    let arn = || fake.arn(ROLE_STACK).into_iter().chain(fake.arn("app-base")).collect::<Vec<_>>();
    Run::default().destroy(&fake).unwrap();
    let deleted = fake.asked("cloudformation:DeleteStack");
    assert_eq!(deleted[deleted.len() - 2..], arn());
}

/// It goes where it was made for those alone that were named, and stays where others have begun with it.
#[test]
fn the_role_stays_for_stacks_that_were_not_named() {
    let (fake, run) = (without_role(), Run { wanted: vec!["data"], ..Run::default() });
    Run { wanted: vec!["site"], ..Run::default() }.destroy(&fake).unwrap();
    fake.keep_resource("Log");
    assert_eq!(words(&run.destroy(&fake).unwrap()), [("data", "stuck")]);
    assert!(!fake.template(ROLE_STACK).contains("ec2:DeleteVpc"));
    fake.let_go();
    assert_eq!(words(&run.destroy(&fake).unwrap()), [("data", "deleted")]);
    assert_eq!(fake.status(ROLE_STACK), Some(StackStatus::UpdateComplete));
    let survey = Run::default().survey(&fake).unwrap();
    assert_eq!((survey.roles.lost[0].stacks.join(" "), survey.roles.is_there), ("network".to_owned(), true));
    assert!(words(&Run::default().destroy(&fake).unwrap()).iter().all(|(_, word)| *word == "deleted"));
    assert!(fake.template(ROLE_STACK).contains("ec2:DeleteVpc"));
    assert_eq!(fake.status(ROLE_STACK), Some(StackStatus::DeleteComplete));
}

#[test]
fn a_stack_of_roles_that_is_stuck_is_made_anew() {
    let fake = without_role();
    fake.fault("cloudformation:DeleteStack", Wrong::Not(FailureKind::Denied), 1);
    Run { wanted: vec!["data"], ..Run::default() }.destroy(&fake).unwrap();
    fake.set(ROLE_STACK, StackStatus::RollbackFailed);
    assert!(words(&Run::default().destroy(&fake).unwrap()).iter().all(|(_, word)| *word == "deleted"));
    assert_eq!(fake.status(ROLE_STACK), Some(StackStatus::DeleteComplete));
}

#[test]
fn without_the_right_to_make_it_nothing_is_deleted() {
    let fake = without_role();
    fake.fault("cloudformation:ExecuteChangeSet", Wrong::Not(FailureKind::Denied), 1);
    let error = Run::default().destroy(&fake).unwrap_err().to_string();
    assert!(error.contains(&format!("cannot change stack `{ROLE_STACK}`")), "{error}");
    assert_eq!(fake.count("cloudformation:DeleteStack"), 1, "only the stack that was to make it is taken back");
    assert_eq!(fake.status("app-site"), Some(StackStatus::CreateComplete));
}

#[test]
fn a_killed_run_is_taken_up() {
    let whole = without_role();
    let before = whole.calls();
    Run::default().destroy(&whole).unwrap();
    for calls in before..whole.calls() {
        let fake = without_role();
        fake.kill_after(calls);
        _ = Run::default().destroy(&fake);
        fake.mend();
        let run = Run::default();
        let report = run.destroy(&fake).unwrap();
        assert!(words(&report).iter().all(|(_, word)| *word == "deleted"), "{calls}: {report:?}");
        assert!(is_gone(&fake), "{calls}");
        assert!(fake.status(ROLE_STACK).is_none_or(|status| status == StackStatus::DeleteComplete), "{calls}");
    }
}
