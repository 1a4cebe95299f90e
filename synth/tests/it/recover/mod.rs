//! Getting stacks unstuck: what is said of each state, and what is done.

mod faults;

use synth::assembly::yaml;
use synth::cloud::{ChangeSetRequest, Deployments, StackStatus as S, TemplateSource};
use synth::destroy::{self, LastResort};
use synth::error::Error;
use synth::recover::{Ended, Engine, Plan, Remedy, Report};
use synth::template::{Template, read};

use crate::deploy::fake::Fake;
use crate::deploy::{Told, deploy};
use crate::destroy::{ROLE, ROLE_STACK, deployed, destroy_only, engine, stacks, targets};

#[derive(Debug, Default)]
struct Run {
    told: Told,
    wanted: Vec<&'static str>,
    skip: Vec<(&'static str, &'static str)>,
    retain: Vec<(&'static str, &'static str)>,
    force: Vec<&'static str>,
    role: Option<&'static str>,
}

impl Run {
    fn with<T>(&self, fake: &Fake, work: impl AsyncFnOnce(&Engine<'_, Fake>) -> Result<T, Error>) -> Result<T, Error> {
        let stacks = stacks();
        let targets = targets(fake, &stacks, &self.wanted);
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(stack, id)| ((*stack).to_owned(), (*id).to_owned())).collect::<Vec<_>>()
        };
        let removal = destroy::Engine {
            role: self.role.map(str::to_owned),
            last_resort: LastResort {
                retained: pairs(&self.retain),
                forced: self.force.iter().map(|stack| (*stack).to_owned()).collect(),
            },
            ..engine(&targets, &self.told)
        };
        synth::cloud::run(work(&Engine { removal, skipped: pairs(&self.skip) }))
    }

    fn plan(&self, fake: &Fake) -> Result<Plan, Error> {
        self.with(fake, async |engine| engine.plan().await)
    }

    fn recover(&self, fake: &Fake) -> Result<Report, Error> {
        self.with(fake, async |engine| {
            let plan = engine.plan().await?;
            Ok(engine.run(&plan).await)
        })
    }
}

/// How each stack ended: those that were mended, then those that were deleted.
fn words(report: &Report) -> Vec<(&str, &'static str)> {
    let mended = report.mended.iter().map(|(name, ended)| {
        let word = match ended {
            Ended::Recovered => "recovered",
            Ended::Stuck(_) => "stuck",
            Ended::Failed(_) => "failed",
            Ended::Left { .. } => "left",
        };
        (&**name, word)
    });
    mended.chain(crate::destroy::words(report.deleted.as_ref().unwrap())).collect()
}

/// An update of `site` fails at one resource, with which another one is cancelled, and cannot be taken back.
fn stuck_update() -> Fake {
    let fake = deployed();
    fake.break_resource("Site");
    fake.break_rollback("app-site");
    let mut stacks = stacks();
    for stack in stacks.iter_mut().filter(|stack| stack.name == "site") {
        let text = yaml(stack).replace("Properties:\n", "Properties:\n      More: more\n");
        let document = read::document(&text, "site").unwrap();
        stack.template = Template::from_node(document.into_node()).unwrap();
    }
    deploy(&fake, &stacks);
    assert_eq!(fake.status("app-site"), Some(S::UpdateRollbackFailed));
    fake
}

/// The deletion of `site` fails.
fn stuck_deletion() -> Fake {
    let fake = deployed();
    fake.keep_resource("Site");
    destroy_only("site", &fake);
    assert_eq!(fake.status("app-site"), Some(S::DeleteFailed));
    fake
}

#[test]
fn where_nothing_is_stuck_there_is_nothing_to_do() {
    let fake = deployed();
    assert!(Run::default().plan(&fake).unwrap().is_empty());
    fake.set("app-site", S::RollbackComplete);
    assert!(Run::default().plan(&fake).unwrap().is_empty(), "`deploy` makes it again by itself");
}

#[test]
fn why_it_is_stuck_is_said_first() {
    let fake = stuck_update();
    let plan = Run::default().plan(&fake).unwrap();
    let [site] = &*plan.stacks else { panic!("{plan:?}") };
    assert_eq!((&*site.stack, site.status), ("site", "UPDATE_ROLLBACK_FAILED"));
    assert!(matches!(&site.remedy, Remedy::Continue { skipped } if skipped.is_empty()), "{site:?}");
    let failed: Vec<_> = site.failed.iter().map(|own| (&*own.id, own.reason.as_deref())).collect();
    assert_eq!(failed, [("Site", Some("as the test wants"))], "what was only cancelled is no cause");
    assert_eq!(fake.count("cloudformation:ContinueUpdateRollback"), 0);
}

#[test]
fn an_update_is_taken_back_once_more() {
    let fake = stuck_update();
    let report = Run::default().recover(&fake).unwrap();
    let [(name, Ended::Stuck(cause))] = &*report.mended else { panic!("{report:?}") };
    assert_eq!(
        (&**name, &*cause.event.resource, cause.event.reason.as_deref()),
        ("site", "Site", Some("still broken"))
    );
    fake.mend();
    let run = Run::default();
    assert_eq!(words(&run.recover(&fake).unwrap()), [("site", "recovered")]);
    assert_eq!(fake.status("app-site"), Some(S::UpdateRollbackComplete));
    assert_eq!(run.told.stacks("takenBack"), Vec::<String>::new(), "it was asked for");
    assert_eq!(run.told.stacks("finished"), ["site"]);
}

#[test]
fn what_cannot_be_taken_back_can_be_skipped() {
    let fake = stuck_update();
    let run = Run { skip: vec![("site", "Site")], ..Run::default() };
    assert_eq!(words(&run.recover(&fake).unwrap()), [("site", "recovered")]);
    assert!(fake.asked("cloudformation:ContinueUpdateRollback")[0].ends_with(" Site"));
}

/// What is in a nested stack is in no list of the stack around it.
#[test]
fn what_is_nested_is_skipped_by_its_path() {
    let fake = stuck_update();
    let run = Run { skip: vec![("site", "Nested.Queue")], ..Run::default() };
    assert_eq!(words(&run.recover(&fake).unwrap()), [("site", "stuck")]);
    assert!(fake.asked("cloudformation:ContinueUpdateRollback")[0].ends_with(" Nested.Queue"));
}

#[test]
fn only_what_failed_can_be_skipped_or_kept() {
    let wrong = [
        (
            Run { skip: vec![("site", "Pipeline")], ..Run::default() },
            "`--skip site.Pipeline` names no resource that failed",
        ),
        (
            Run { retain: vec![("site", "Site")], ..Run::default() },
            "`--retain` is for stacks that are DELETE_FAILED: stack `site` is UPDATE_ROLLBACK_FAILED",
        ),
        (
            Run { force: vec!["data"], ..Run::default() },
            "`--force` is for stacks that are DELETE_FAILED: stack `data` was not looked at, or is not stuck",
        ),
    ];
    let fake = stuck_update();
    for (run, expected) in wrong {
        let error = run.recover(&fake).unwrap_err();
        assert!(error.is_usage() && error.to_string().starts_with(expected), "{error}");
    }
    let run = Run { retain: vec![("site", "Pipeline")], ..Run::default() };
    let error = run.recover(&stuck_deletion()).unwrap_err().to_string();
    assert!(
        error.starts_with("`--retain site.Pipeline` names no resource that failed\n  help: these did: Site"),
        "{error}"
    );
    assert_eq!(fake.count("cloudformation:ContinueUpdateRollback"), 0);
}

#[test]
fn a_failed_update_that_was_left_so_is_taken_back() {
    let fake = deployed();
    fake.set("app-site", S::UpdateFailed);
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "recovered")]);
    assert_eq!(fake.count("cloudformation:RollbackStack"), 1);
    assert_eq!(fake.status("app-site"), Some(S::UpdateRollbackComplete));
}

/// It can be deleted, and made again.
#[test]
fn what_never_stood_is_deleted() {
    for status in [S::CreateFailed, S::RollbackFailed] {
        let fake = deployed();
        fake.set("app-site", status);
        assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "deleted")]);
        assert_eq!(crate::deploy::words(&deploy(&fake, &stacks()))[3], ("site", "done"));
    }
}

#[test]
fn a_deletion_is_tried_again() {
    let fake = stuck_deletion();
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "stuck")]);
    fake.let_go();
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "deleted")]);
}

#[test]
fn what_cannot_be_deleted_can_be_kept() {
    for (run, going) in [
        (Run { retain: vec![("site", "Site")], ..Run::default() }, 2),
        // It is tried once more.
        (Run { force: vec!["site"], ..Run::default() }, 3),
    ] {
        let fake = stuck_deletion();
        let survey = run.plan(&fake).unwrap().survey.unwrap();
        let [site] = &*survey.stacks else { panic!("{survey:?}") };
        let stays: Vec<_> = site.left.stays.iter().map(|(own, _)| &*own.id).collect();
        assert_eq!((stays, site.resources), (vec!["Site"], going));
        assert_eq!(words(&run.recover(&fake).unwrap()), [("site", "deleted")]);
        assert_eq!(fake.status("app-site"), Some(S::DeleteComplete));
    }
}

/// The role of one of them is gone, and cannot be made again.
#[test]
fn what_cannot_be_deleted_keeps_nothing_from_being_mended() {
    let fake = stuck_update();
    fake.set("app-data", S::DeleteFailed);
    fake.keep_resource("Log");
    fake.lose_role("arn:odd");
    fake.give_role("app-data", "arn:odd");
    let plan = Run::default().plan(&fake).unwrap();
    let [data, site] = &*plan.stacks else { panic!("{plan:?}") };
    let Remedy::None { why } = &data.remedy else { panic!("{data:?}") };
    assert!(why.contains("is deleted with the role arn:odd, which is gone"), "{why}");
    assert!(matches!(site.remedy, Remedy::Continue { .. }), "{site:?}");
    // Another that can be deleted is.
    fake.set("app-site", S::DeleteFailed);
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("data", "left"), ("site", "deleted")]);
}

#[test]
fn what_somebody_else_imports_from_is_left() {
    let fake = stuck_deletion();
    fake.import("app-site:Address", "foreign");
    let report = Run::default().recover(&fake).unwrap();
    assert_eq!(words(&report), [("site", "left")]);
    let Ended::Left { why } = &report.mended[0].1 else { panic!("{report:?}") };
    assert!(why.starts_with("stack foreign, which is not to be deleted, imports `app-site:Address`"), "{why}");
}

/// Its deletion would fail again.
#[test]
fn what_another_stack_needs_is_left() {
    let fake = deployed();
    fake.set("app-network", S::DeleteFailed);
    let report = Run::default().recover(&fake).unwrap();
    let [(name, Ended::Left { why })] = &*report.mended else { panic!("{report:?}") };
    let advice = "what needs it is there: `destroy site data network` deletes all of it, in that order";
    assert_eq!((&**name, &**why), ("network", advice));
    assert_eq!(fake.count("cloudformation:DeleteStack"), 0);
    fake.set("app-network", S::ImportRollbackFailed);
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("network", "left")]);
}

async fn planned(fake: &Fake, stack: &str, name: &str, creates: bool) {
    let request = ChangeSetRequest {
        stack,
        name,
        creates,
        template: TemplateSource::Body("Resources:\n  New:\n    Type: Test::Core::Thing\n"),
        parameters: &[],
        tags: &[],
        role: None,
    };
    let ids = fake.create_change_set(&request).await.unwrap();
    // It is computed once it has been asked for.
    fake.change_set(&ids.change_set).await.unwrap();
}

#[test]
fn change_sets_that_are_left_go_and_those_of_others_stay() {
    let fake = deployed();
    synth::cloud::run(async {
        planned(&fake, "app-site", "synth-1", false).await;
        planned(&fake, "app-site", "theirs", false).await;
        Ok(())
    })
    .unwrap();
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "recovered")]);
    assert_eq!(fake.change_sets(), 1);
    assert!(Run::default().plan(&fake).unwrap().is_empty());
    assert_eq!(fake.status("app-site"), Some(S::CreateComplete));
}

#[test]
fn a_stack_that_is_only_planned_goes_unless_others_planned_it_too() {
    for (others, status) in [(false, S::DeleteComplete), (true, S::ReviewInProgress)] {
        let fake = deployed();
        destroy_only("site", &fake);
        synth::cloud::run(async {
            planned(&fake, "app-site", "synth-1", true).await;
            if others {
                planned(&fake, "app-site", "theirs", true).await;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("site", "recovered")]);
        assert_eq!((fake.status("app-site"), fake.change_sets()), (Some(status), usize::from(others)));
        assert!(Run::default().plan(&fake).unwrap().is_empty());
    }
}

/// It may be one of a run that goes on.
#[test]
fn a_change_set_that_is_being_computed_stays() {
    let fake = deployed();
    synth::cloud::run(async {
        planned(&fake, "app-site", "synth-1", false).await;
        Ok(())
    })
    .unwrap();
    fake.compute_again();
    assert!(Run::default().plan(&fake).unwrap().is_empty());
}

/// Nothing is done with that stack; with others it is.
#[test]
fn a_role_that_is_gone_is_told() {
    let fake = deployed();
    fake.lose_role(ROLE);
    fake.set("app-network", S::UpdateFailed);
    fake.set("app-site", S::UpdateFailed);
    let report = Run::default().recover(&fake).unwrap();
    assert_eq!(words(&report), [("site", "recovered"), ("network", "left")]);
    let Ended::Left { why } = &report.mended[1].1 else { panic!("{report:?}") };
    assert!(
        why.starts_with(&format!("its role {ROLE} is gone")) && why.contains("`recover network --role ARN`"),
        "{why}"
    );
    fake.spoil_role(ROLE, "it is another one");
    let plan = Run::default().plan(&fake).unwrap();
    let Remedy::None { why } = &plan.stacks[0].remedy else { panic!("{plan:?}") };
    assert!(why.starts_with(&format!("its role is {ROLE}, but it is another one: name another")), "{why}");
    let run = Run { role: Some("arn:aws:iam::1:role/other"), ..Run::default() };
    fake.set("app-site", S::UpdateFailed);
    assert_eq!(words(&run.recover(&fake).unwrap()), [("site", "recovered"), ("network", "recovered")]);
    assert_eq!(fake.role("app-network").as_deref(), run.role);
    assert_eq!(fake.role("app-site"), None, "it would keep one for ever");
}

/// Taken back, it would be gone: CloudFormation has no state to go back to.
#[test]
fn what_never_stood_is_not_taken_back_but_deleted() {
    let fake = Fake::new(&stacks());
    fake.break_resource("Site");
    deploy(&fake, &stacks());
    fake.set("app-site", S::UpdateFailed);
    let plan = Run::default().plan(&fake).unwrap();
    assert!(matches!(plan.stacks[0].remedy, Remedy::Delete { .. }), "{plan:?}");
    assert_eq!(plan.survey.unwrap().stacks.len(), 1);
}

/// One that was made for a deletion that was cut off may only delete.
#[test]
fn a_role_that_was_made_to_delete_takes_nothing_back() {
    let fake = deployed();
    fake.lose_role(ROLE);
    fake.keep_resource("Log");
    _ = crate::destroy::try_destroy(&fake);
    assert_eq!(fake.status(ROLE_STACK), Some(S::CreateComplete));
    fake.let_go();
    fake.set("app-network", S::UpdateFailed);
    let run = Run { wanted: vec!["network"], ..Run::default() };
    assert_eq!(words(&run.recover(&fake).unwrap()), [("network", "left")]);
    assert_eq!(fake.count("cloudformation:RollbackStack"), 0);
}

/// The same as in a destruction.
#[test]
fn a_role_without_which_nothing_can_be_deleted_is_made_again() {
    let fake = deployed();
    fake.keep_resource("Log");
    destroy_only("data", &fake);
    fake.let_go();
    fake.lose_role(ROLE);
    assert_eq!(words(&Run::default().recover(&fake).unwrap()), [("data", "deleted"), (ROLE_STACK, "deleted")]);
}
