//! What is heard of stacks while they are changed.

use synth::deploy::Ended;

use super::fake::Fake;
use super::{ALL_DONE, Run, changed, deploy, stacks, words};

/// What happened to resources, as it was told.
fn resources(run: &Run) -> Vec<String> {
    let told = run.told.0.borrow();
    let events = told.iter().filter(|event| event["event"] == "resource" && event["stack"] == "network");
    events.map(|event| format!("{} {}", event["id"].as_str().unwrap(), event["status"].as_str().unwrap())).collect()
}

/// What a nested stack went through before is no news, and no cause.
const BEFORE: [(&str, &str); 3] = [("", "CREATE_IN_PROGRESS"), ("Old", "CREATE_FAILED"), ("", "CREATE_COMPLETE")];

#[test]
fn what_is_nested_is_followed_too() {
    let stacks = stacks();
    let (fake, run) = (Fake::new(&stacks), Run::default());
    let now = [("", "UPDATE_IN_PROGRESS"), ("Queue", "CREATE_IN_PROGRESS"), ("Queue", "CREATE_COMPLETE")];
    fake.nest("Vpc", &BEFORE, &now);
    assert_eq!(words(&run.deploy(&fake, &stacks).unwrap()), ALL_DONE);
    assert_eq!(
        resources(&run),
        [
            "Subnet CREATE_IN_PROGRESS",
            "Subnet CREATE_COMPLETE",
            "Vpc CREATE_IN_PROGRESS",
            "Vpc/Queue CREATE_IN_PROGRESS",
            "Vpc/Queue CREATE_COMPLETE",
            "Vpc CREATE_COMPLETE",
        ]
    );
}

/// That a nested stack failed is no cause: what failed in it is.
#[test]
fn the_first_cause_may_be_nested() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    fake.nest("Vpc", &BEFORE, &[("", "UPDATE_IN_PROGRESS"), ("Queue", "CREATE_FAILED")]);
    fake.break_resource("Vpc");
    let report = deploy(&fake, &stacks);
    let Ended::RolledBack(cause) = &report.0[1].1 else { panic!("{report:?}") };
    assert_eq!((&*cause.event.resource, cause.event.reason.as_deref()), ("Vpc/Queue", Some("said inside")));
    assert_eq!(cause.details, ["log: Vpc/Queue says why"]);
}

/// Events of two operations may be mixed; the end of the other one is not the end of ours.
#[test]
fn the_end_of_another_operation_is_no_end() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    fake.interleave();
    fake.break_resource("Subnet2");
    assert_eq!(words(&deploy(&fake, &changed()))[1], ("network", "rolled back"));
}
