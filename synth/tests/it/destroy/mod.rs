//! Deleting stacks: what is looked at before, the order, and what stands in the way.

mod leftovers;
mod resources;
mod roles;

use std::time::Duration;

use synth::aws::{ec2, iam, logs, s3};
use synth::cloud::{FailureKind, StackStatus};
use synth::construct::{DeletionPolicy, Synthesized};
use synth::deploy::Patience;
use synth::destroy::{Ended, Engine, LastResort, Report, Survey, Target};
use synth::error::Error;
use synth::prelude::*;

use crate::deploy::fake::{Fake, Wrong};
use crate::deploy::{Told, deploy};
use crate::resource::{Database, Pipeline, Thing};

/// `base` with a bucket, protected; `network` in its role; `data`, which keeps something, in that too, and `site` on top of both.
pub(super) fn stacks() -> Vec<Synthesized> {
    let mut base = Stack::new("base").stack_name("app-base").termination_protection();
    let bucket = base.add("Bucket", s3::Bucket::new());
    let bucket = base.export("Bucket", bucket.reference());
    // The role is its own.
    let trust = iam::PolicyDocument::assumed_by("cloudformation.amazonaws.com");
    base.add("Role", iam::Role::new(trust).path("/app/").role_name("deployment"));
    let role = base.export("Role", Value::<String>::new("arn:role/deployment"));
    let mut network = Stack::new("network").stack_name("app-network").role(&role);
    let vpc = network.add("Vpc", ec2::Vpc::new());
    let vpc = network.export("Vpc", vpc.reference());
    let mut data = Stack::new("data").stack_name("app-data").role(&role);
    let files = data.add("Files", Thing::new().property("Vpc", &vpc));
    data.resource(&files).deletion_policy(DeletionPolicy::Retain);
    data.add("Log", s3::Bucket::new());
    data.add("Group", logs::LogGroup::new());
    let rows = data.add("Rows", Database::new());
    data.resource(&rows).deletion_policy(DeletionPolicy::Snapshot);
    let mut site = Stack::new("site").stack_name("app-site");
    site.add("Pipeline", Pipeline::new());
    let own = site.add("Site", Thing::new().property("Vpc", vpc).property("Bucket", bucket));
    site.add("Wall", Thing::new().property("Site", own.reference()));
    site.export("Address", own.reference());
    let mut app = App::new("app");
    for stack in [base, network, data, site] {
        app.add(stack);
    }
    app.synthesize().unwrap()
}

const BUCKET: &str = "app-base/Bucket";
const VPC: &str = "app-network/Vpc";
pub(super) const ROLE: &str = "arn:aws:iam::1:role/app/deployment";
pub(super) const ROLE_STACK: &str = "app-deletion-roles";

/// All stacks, of which those are wanted that are named; all where none is.
pub(super) fn targets<'a>(fake: &'a Fake, stacks: &'a [Synthesized], wanted: &[&str]) -> Vec<Target<'a, Fake>> {
    let is_wanted = |stack: &Synthesized| wanted.is_empty() || wanted.contains(&&*stack.name);
    stacks.iter().map(|stack| Target { cloud: fake, stack, wanted: is_wanted(stack) }).collect()
}

/// An engine that never sleeps.
pub(super) fn engine<'a>(targets: &'a [Target<'a, Fake>], told: &'a Told) -> Engine<'a, Fake> {
    Engine {
        targets,
        patience: Patience { first: Duration::ZERO, most: Duration::ZERO, attempts: 40 },
        longest_wait: 10,
        concurrency: None,
        token: "run".to_owned(),
        role: None,
        role_stack: ROLE_STACK.to_owned(),
        last_resort: LastResort::default(),
        observer: told,
    }
}

#[derive(Debug, Default)]
struct Run {
    told: Told,
    wanted: Vec<&'static str>,
    role: Option<&'static str>,
}

impl Run {
    fn with<T>(&self, fake: &Fake, work: impl AsyncFnOnce(&Engine<'_, Fake>) -> Result<T, Error>) -> Result<T, Error> {
        let stacks = stacks();
        let targets = targets(fake, &stacks, &self.wanted);
        let role = self.role.map(str::to_owned);
        synth::cloud::run(work(&Engine { role, ..engine(&targets, &self.told) }))
    }

    fn survey(&self, fake: &Fake) -> Result<Survey, Error> {
        self.with(fake, async |engine| engine.survey().await)
    }

    fn destroy(&self, fake: &Fake) -> Result<Report, Error> {
        self.with(fake, async |engine| {
            let survey = engine.survey().await?;
            engine.run(&survey).await
        })
    }
}

/// All of it, deployed.
pub(super) fn deployed() -> Fake {
    let fake = Fake::new(&stacks());
    deploy(&fake, &stacks());
    fake
}

pub(super) fn try_destroy(fake: &Fake) -> Result<Report, Error> {
    Run::default().destroy(fake)
}

pub(super) fn destroy_only(stack: &'static str, fake: &Fake) {
    Run { wanted: vec![stack], ..Run::default() }.destroy(fake).unwrap();
}

pub(super) fn words(report: &Report) -> Vec<(&str, &'static str)> {
    let word = |ended: &Ended| match ended {
        Ended::Deleted => "deleted",
        Ended::Stuck(_) => "stuck",
        Ended::Failed(_) => "failed",
        Ended::Skipped { .. } => "skipped",
    };
    report.0.iter().map(|(name, ended)| (&**name, word(ended))).collect()
}

const ALL_DELETED: [(&str, &str); 4] =
    [("site", "deleted"), ("data", "deleted"), ("network", "deleted"), ("base", "deleted")];

fn is_gone(fake: &Fake) -> bool {
    stacks().iter().all(|stack| fake.status(&stack.stack_name) == Some(StackStatus::DeleteComplete))
}

#[test]
fn everything_goes_in_the_order_that_strands_none() {
    let (fake, run) = (deployed(), Run::default());
    fake.fill(BUCKET, 25);
    assert_eq!(words(&run.destroy(&fake).unwrap()), ALL_DELETED);
    assert!(is_gone(&fake));
    assert_eq!(run.told.stacks("finished").last().unwrap(), "base");
    assert_eq!(run.told.stacks("accepted").len(), ALL_DELETED.len());
    let told = run.told.0.borrow();
    let emptied = told.iter().filter(|event| event["event"] == "emptied").map(|event| event["gone"].as_u64());
    assert_eq!(emptied.collect::<Vec<_>>(), [Some(10), Some(20), Some(25)]);
    // Another time there is nothing to do.
    drop(told);
    assert!(run.survey(&fake).unwrap().is_empty());
}

#[test]
fn what_would_be_lost_is_known_before_anything_is_touched() {
    let fake = deployed();
    fake.fill(BUCKET, 25);
    let survey = Run::default().survey(&fake).unwrap();
    let names: Vec<_> = survey.stacks.iter().map(|surveyed| &*surveyed.stack).collect();
    assert_eq!(names, ["site", "data", "network", "base"]);
    let [_, data, network, base] = &*survey.stacks else { panic!("{survey:?}") };
    assert_eq!((base.contents[0].count, base.protected, network.protected), (25, true, false));
    let stays: Vec<_> = data.left.stays.iter().map(|(own, policy)| (&*own.id, &**policy)).collect();
    assert_eq!((stays, data.resources), (vec![("Files", "Retain"), ("Rows", "Snapshot")], 3));
    assert_eq!((&*data.lost[0].resource.id, data.lost[0].amount.as_deref()), ("Group", Some("4711 bytes")));
    let copies: Vec<_> = data.left.copies.iter().map(|copy| &*copy.what).collect();
    assert_eq!(copies, ["snapshot by-hand"], "it was made before, and nobody deletes it");
    assert_eq!(fake.count("cloudformation:DeleteStack") + fake.count("s3:DeleteObjectVersion"), 0);
    assert!(fake.is_protected("app-base"));
}

#[test]
fn an_order_that_strands_a_stack_is_refused() {
    let fake = deployed();
    let error = Run { wanted: vec!["network"], ..Run::default() }.survey(&fake).unwrap_err().to_string();
    assert!(error.starts_with("stack `data` needs `network`, and would be stranded"), "{error}");
    fake.import("app-network:Vpc", "foreign");
    let error = Run::default().destroy(&fake).unwrap_err().to_string();
    let expected = "stack foreign, which is not to be deleted, imports `app-network:Vpc` from stack `network`";
    assert!(error.starts_with("nothing was deleted:\n") && error.contains(expected), "{error}");
    assert_eq!(fake.count("cloudformation:DeleteStack"), 0);
    // What nobody needs can go alone.
    let report = Run { wanted: vec!["site"], ..Run::default() }.destroy(&fake).unwrap();
    assert_eq!(words(&report), [("site", "deleted")]);
}

/// The code says that nobody imports any more; what stands does.
#[test]
fn what_stands_counts_and_not_what_the_code_says() {
    let fake = deployed();
    fake.import("app-site:Address", "app-data");
    let error = Run { wanted: vec!["site"], ..Run::default() }.survey(&fake).unwrap_err().to_string();
    assert!(error.contains("stack app-data, which is not to be deleted, imports `app-site:Address`"), "{error}");
    fake.keep_resource("Log");
    let report = Run::default().destroy(&fake).unwrap();
    assert_eq!(words(&report)[..2], [("site", "skipped"), ("data", "stuck")]);
    let fake = deployed();
    fake.import("app-base:Bucket", "app-other");
    let error = Run::default().survey(&fake).unwrap_err().to_string();
    assert!(error.contains("stack app-other, which is not to be deleted, imports `app-base:Bucket`"), "{error}");
}

/// Nothing is left out because it cannot be begun.
#[test]
fn stacks_that_need_each_other_are_told() {
    let fake = deployed();
    fake.import("app-site:Address", "app-base");
    let report = Run::default().destroy(&fake).unwrap();
    let failed: Vec<_> = report.0.iter().filter(|(_, ended)| matches!(ended, Ended::Failed(_))).collect();
    let Ended::Failed(error) = &failed[0].1 else { panic!("{report:?}") };
    assert!(error.to_string().starts_with("stack `site` was not deleted: it needs one that needs it"), "{error}");
    assert_eq!(fake.status("app-site"), Some(StackStatus::CreateComplete));
}

#[test]
fn what_somebody_makes_meanwhile_is_not_stranded() {
    let fake = deployed();
    Run { wanted: vec!["site"], ..Run::default() }.destroy(&fake).unwrap();
    let run = Run::default();
    let survey = run.survey(&fake).unwrap();
    deploy(&fake, &stacks());
    let error = run.with(&fake, async |engine| engine.run(&survey).await);
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("stack `site` was made, changed or deleted since"), "{error}");
    assert!(fake.is_protected("app-base"));
}

/// Its state is what it was.
#[test]
fn what_somebody_changes_meanwhile_is_not_deleted() {
    let (fake, run) = (deployed(), Run::default());
    let survey = run.survey(&fake).unwrap();
    fake.begin("app-site", &[StackStatus::UpdateInProgress, StackStatus::CreateComplete]);
    let error = run.with(&fake, async |engine| engine.run(&survey).await).unwrap_err().to_string();
    assert!(error.starts_with("stack `site` was made, changed or deleted since"), "{error}");
    assert_eq!(fake.count("cloudformation:DeleteStack") + fake.count("codepipeline:DisableStageTransition"), 0);
}

#[test]
fn what_fails_keeps_what_it_needs_and_nothing_else() {
    let fake = deployed();
    fake.keep_resource("Site");
    let report = Run::default().destroy(&fake).unwrap();
    let ended = [("site", "stuck"), ("data", "deleted"), ("network", "skipped"), ("base", "skipped")];
    assert_eq!(words(&report), ended);
    let Ended::Skipped { needed_by } = &report.0[2].1 else { panic!("{report:?}") };
    assert_eq!(needed_by, "site");
    assert_eq!(fake.status("app-site"), Some(StackStatus::DeleteFailed));
    // The same command does the rest.
    fake.let_go();
    let report = Run::default().destroy(&fake).unwrap();
    assert_eq!(words(&report), [("site", "deleted"), ("network", "deleted"), ("base", "deleted")]);
    assert!(is_gone(&fake));
}

#[test]
fn what_is_held_is_waited_for_but_not_for_ever() {
    for (times, asked) in [(3, 4), (100, 10)] {
        let (fake, run) = (deployed(), Run::default());
        fake.hold(VPC, times);
        assert_eq!(words(&run.destroy(&fake).unwrap()), ALL_DELETED);
        assert_eq!(fake.count("ec2:DescribeNetworkInterfaces"), asked);
        assert_eq!(run.told.stacks("held"), ["network"], "it is told once");
    }
}

#[test]
fn somebody_elses_operation_is_waited_for() {
    let fake = deployed();
    fake.begin("app-site", &[StackStatus::UpdateInProgress, StackStatus::UpdateComplete]);
    let run = Run::default();
    assert_eq!(words(&run.destroy(&fake).unwrap()), ALL_DELETED);
    assert_eq!(run.told.stacks("waiting"), ["site"]);
}

/// The same command goes on where a killed one stopped.
#[test]
fn a_killed_run_is_taken_up() {
    let whole = deployed();
    let before = whole.calls();
    whole.fill(BUCKET, 25);
    Run::default().destroy(&whole).unwrap();
    for calls in before..whole.calls() {
        let fake = deployed();
        fake.fill(BUCKET, 25);
        fake.kill_after(calls);
        _ = Run::default().destroy(&fake);
        fake.mend();
        let report = Run::default().destroy(&fake).unwrap();
        assert!(report.0.iter().all(|(_, ended)| matches!(ended, Ended::Deleted)), "{calls}: {report:?}");
        assert!(is_gone(&fake), "{calls}");
    }
}

const CALLS: [&str; 9] = [
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "cloudformation:ListImports",
    "codepipeline:GetPipelineState",
    "s3:ListBucketVersions",
    "cloudformation:UpdateTerminationProtection",
    "s3:DeleteObjectVersion",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
];

#[test]
fn throttling_thirty_times_in_a_row_stops_nothing() {
    for action in CALLS {
        let fake = deployed();
        fake.fault(action, Wrong::Not(FailureKind::Throttled), 30);
        assert_eq!(words(&Run::default().destroy(&fake).unwrap()), ALL_DELETED, "{action}");
    }
}

#[test]
fn a_right_to_look_can_be_done_without() {
    for action in [
        "cloudformation:GetResource",
        "ec2:DescribeNetworkInterfaces",
        "logs:DescribeLogGroups",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
    ] {
        let (fake, run) = (deployed(), Run::default());
        fake.fault(action, Wrong::Not(FailureKind::Denied), usize::MAX);
        assert_eq!(words(&run.destroy(&fake).unwrap()), ALL_DELETED, "{action}");
        assert!(!run.told.stacks("warning").is_empty(), "{action}");
    }
}

#[test]
fn a_right_that_is_missing_is_named() {
    for action in CALLS {
        let fake = deployed();
        fake.fill(BUCKET, 1);
        fake.fault(action, Wrong::Not(FailureKind::Denied), usize::MAX);
        let said = match Run::default().destroy(&fake) {
            Err(error) => error.to_string(),
            Ok(report) => {
                let failed = report.0.iter().find_map(|(_, ended)| match ended {
                    Ended::Failed(error) => Some(error.to_string()),
                    _ => None,
                });
                failed.unwrap_or_else(|| panic!("{action}: {report:?}"))
            }
        };
        assert!(said.contains("you have no right to") && said.contains(&format!("`{action}`")), "{action}: {said}");
        fake.mend();
        Run::default().destroy(&fake).unwrap();
        assert!(is_gone(&fake), "{action}");
    }
}
