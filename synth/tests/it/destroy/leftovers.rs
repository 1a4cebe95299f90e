//! What stays, also of what earlier runs have deleted.

use synth::cloud::{FailureKind, Resource};

use super::{ALL_DELETED, Run, deployed, stacks, words};
use crate::deploy::deploy;
use crate::deploy::fake::Wrong;

const FILES: &str = "app-data/Files";

fn names(stays: &[(Resource, String)]) -> Vec<&str> {
    stays.iter().map(|(own, _)| &*own.physical_id).collect()
}

/// Whatever became of the run that deleted it.
#[test]
fn what_an_earlier_run_has_left_is_told() {
    let fake = deployed();
    Run { wanted: vec!["site", "data"], ..Run::default() }.destroy(&fake).unwrap();
    let survey = Run::default().survey(&fake).unwrap();
    let [data] = &*survey.gone else { panic!("{survey:?}") };
    assert_eq!((&*data.stack, names(&data.left.stays)), ("data", vec![FILES]));
    let copies: Vec<_> = data.left.copies.iter().map(|copy| &*copy.what).collect();
    assert_eq!(copies, ["snapshot by-hand", "snapshot last"]);
    assert_eq!(survey.leftovers(|_| false).count(), 1);
    // A person has deleted it since.
    fake.remove(FILES);
    Run::default().destroy(&fake).unwrap();
    let survey = Run::default().survey(&fake).unwrap();
    assert!(survey.is_empty());
    assert_eq!((names(&survey.gone[0].left.stays), survey.gone[0].left.copies.len()), (vec![], 2));
}

/// Of each that had the same name.
#[test]
fn what_a_stack_has_left_is_told_also_when_it_is_there_again() {
    let fake = deployed();
    Run::default().destroy(&fake).unwrap();
    deploy(&fake, &stacks());
    for expected in [vec![("data", 1, 2)], vec![("data", 1, 2), ("data", 1, 0)]] {
        let gone = Run::default().survey(&fake).unwrap().gone;
        let left = gone.iter().map(|own| (&*own.stack, own.left.stays.len(), own.left.copies.len()));
        assert_eq!(left.collect::<Vec<_>>(), expected, "a copy is told once");
        Run::default().destroy(&fake).unwrap();
    }
}

/// An environment may be made anew every day.
#[test]
fn of_many_stacks_of_the_same_name_ten_are_looked_at() {
    let fake = deployed();
    for _ in 0..11 {
        Run::default().destroy(&fake).unwrap();
        deploy(&fake, &stacks());
    }
    assert_eq!(Run::default().survey(&fake).unwrap().gone.len(), 10);
}

/// It was imported.
#[test]
fn what_another_stack_owns_by_now_is_not_left() {
    for wanted in [vec![], vec!["data"]] {
        let fake = deployed();
        let run = Run { wanted, ..Run::default() };
        Run { wanted: vec!["site", "data"], ..Run::default() }.destroy(&fake).unwrap();
        fake.strand("app-network", "Files", "Test::Core::Thing", FILES);
        let gone = run.survey(&fake).unwrap().gone;
        assert_eq!((names(&gone[0].left.stays), gone[0].left.copies.len()), (vec![], 2));
    }
}

/// It is only good to know.
#[test]
fn without_a_right_to_look_nothing_is_known_to_stay() {
    let (fake, run) = (deployed(), Run::default());
    Run { wanted: vec!["site", "data"], ..Run::default() }.destroy(&fake).unwrap();
    fake.fault("cloudformation:ListStacks", Wrong::Not(FailureKind::Denied), 1);
    assert!(run.survey(&fake).unwrap().gone.is_empty());
    assert_eq!(run.told.stacks("warning"), ["base"], "of its region");
    fake.fault("cloudformation:GetResource", Wrong::Not(FailureKind::Denied), usize::MAX);
    assert_eq!(names(&run.survey(&fake).unwrap().gone[0].left.stays), [FILES], "it is taken to be there");
}

/// Its name is not known before.
#[test]
fn the_last_snapshot_of_a_database_is_told_when_it_is_made() {
    let (fake, run) = (deployed(), Run::default());
    run.with(&fake, async |engine| {
        let mut survey = engine.survey().await?;
        assert_eq!(names(&survey.stacks[1].left.stays), [FILES, "app-data/Rows"]);
        assert_eq!(words(&engine.run(&survey).await?), ALL_DELETED);
        engine.look_for_snapshots(&mut survey, |_| false).await;
        assert_eq!(survey.stacks[1].left.copies.len(), 1);
        engine.look_for_snapshots(&mut survey, |stack| stack == "data").await;
        let left = &survey.stacks[1].left;
        assert_eq!(names(&left.stays), [FILES]);
        let command = "aws rds delete-db-snapshot --region eu-west-1 --db-snapshot-identifier last";
        assert_eq!(left.copies[1].command, command);
        Ok(())
    })
    .unwrap();
}
