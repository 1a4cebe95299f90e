//! What becomes of resources, also of those of nested stacks.

use synth::aws::s3;
use synth::cloud::FailureKind;
use synth::construct::DeletionPolicy;
use synth::destroy::Ended;
use synth::prelude::*;

use super::{ALL_DELETED, BUCKET, Run, deployed, words};
use crate::deploy::deploy;
use crate::deploy::fake::{Fake, Wrong};
use crate::resource::Pipeline;

#[test]
fn what_must_not_be_deleted_is_said_and_then_let_go() {
    let fake = deployed();
    fake.guard("Rows");
    let survey = Run::default().survey(&fake).unwrap();
    let guarded: Vec<_> = survey.stacks.iter().flat_map(|own| &own.guarded).map(|own| &*own.id).collect();
    assert_eq!(guarded, ["Rows"]);
    assert_eq!(fake.count("rds:ModifyDBInstance"), 0);
    assert_eq!(words(&Run::default().destroy(&fake).unwrap()), ALL_DELETED);
    assert_eq!(fake.asked("rds:ModifyDBInstance"), ["app-data/Rows"]);
}

/// Whether a bucket stays is known from the template that stands, or not at all.
#[test]
fn a_bucket_is_not_emptied_that_may_stay() {
    let fake = deployed();
    fake.fill(BUCKET, 1);
    fake.fault("cloudformation:GetTemplate", Wrong::Not(FailureKind::Denied), usize::MAX);
    let error = Run::default().destroy(&fake).unwrap_err().to_string();
    assert!(error.contains("would be kept is not known") && error.contains("`cloudformation:GetTemplate`"), "{error}");
    assert_eq!(fake.count("s3:DeleteObjectVersion") + fake.count("cloudformation:DeleteStack"), 0);
}

/// Somebody writes into the bucket while it is emptied.
#[test]
fn a_bucket_that_fills_again_is_emptied_again() {
    let fake = deployed();
    fake.fill(BUCKET, 1);
    fake.refill(BUCKET, 2);
    assert_eq!(words(&Run::default().destroy(&fake).unwrap()), ALL_DELETED);
    let fake = deployed();
    fake.fill(BUCKET, 1);
    fake.refill(BUCKET, usize::MAX);
    let report = Run::default().destroy(&fake).unwrap();
    let Ended::Stuck(cause) = &report.0[3].1 else { panic!("{report:?}") };
    assert_eq!((&*cause.event.resource, cause.event.reason.as_deref()), ("Bucket", Some("not empty")));
}

/// A pipeline would make again what is deleted.
#[test]
fn pipelines_stop_before_anything_is_deleted() {
    let fake = deployed();
    fake.fault("codepipeline:DisableStageTransition", Wrong::Not(FailureKind::Denied), 1);
    let error = Run::default().destroy(&fake).unwrap_err().to_string();
    assert!(error.starts_with("cannot stop pipeline app-site/Pipeline; nothing was deleted"), "{error}");
    assert_eq!(fake.count("cloudformation:DeleteStack"), 0);
    assert_eq!(words(&Run::default().destroy(&fake).unwrap()), ALL_DELETED);
    assert_eq!(fake.asked("codepipeline:DisableStageTransition"), ["app-site/Pipeline"; 2]);
}

/// An update that failed has left it.
#[test]
fn what_no_template_has_is_said_and_not_emptied() {
    let fake = deployed();
    fake.strand("app-data", "Old", "AWS::S3::Bucket", "old");
    fake.strand("app-data", "Queue", "AWS::SQS::Queue", "queue");
    fake.fill("old", 1);
    let survey = Run::default().survey(&fake).unwrap();
    let data = survey.stacks.iter().find(|own| own.stack == "data").unwrap();
    let old = data.lost.iter().find(|own| own.resource.id == "Old").unwrap();
    assert!(old.amount.as_ref().unwrap().starts_with("unless it was made to stay"), "{old:?}");
    assert!(data.contents.iter().all(|content| content.resource.id != "Old"), "{data:?}");
    assert_eq!(data.resources, 5);
    let report = Run::default().destroy(&fake).unwrap();
    assert_eq!(words(&report)[1], ("data", "stuck"));
    assert!(fake.asked("s3:DeleteObjectVersion").iter().all(|bucket| bucket != "old"));
    fake.fill("old", 0);
    assert!(words(&Run::default().destroy(&fake).unwrap()).iter().all(|(_, word)| *word == "deleted"));
}

/// `network` has a stack in itself, and that another.
fn with_nested() -> Fake {
    let mut outer = Stack::new("outer").stack_name("outer");
    let kept = outer.add("Kept", s3::Bucket::new());
    outer.resource(&kept).deletion_policy(DeletionPolicy::Retain);
    let pipeline = outer.add("Pipeline", Pipeline::new());
    // It would go on.
    outer.resource(&pipeline).deletion_policy(DeletionPolicy::Retain);
    let mut deep = Stack::new("deep").stack_name("deep");
    deep.add("Bucket", s3::Bucket::new());
    let mut app = App::new("nested");
    app.add(outer);
    app.add(deep);
    let fake = deployed();
    deploy(&fake, &app.synthesize().unwrap());
    for (stack, id, nested) in [("app-network", "Outer", "outer"), ("outer", "Deep", "deep")] {
        fake.strand(stack, id, "AWS::CloudFormation::Stack", &fake.arn(nested).unwrap());
    }
    fake
}

#[test]
fn what_nested_stacks_have_goes_and_stays_as_what_others_have() {
    let fake = with_nested();
    fake.fill("deep/Bucket", 25);
    let survey = Run::default().survey(&fake).unwrap();
    let network = survey.stacks.iter().find(|own| own.stack == "network").unwrap();
    let contents: Vec<_> = network.contents.iter().map(|own| (&*own.resource.id, own.count)).collect();
    assert_eq!(contents, [("Outer/Deep/Bucket", 25)]);
    let stays: Vec<_> = network.left.stays.iter().map(|(own, policy)| (&*own.id, &**policy)).collect();
    assert_eq!(stays, [("Outer/Kept", "Retain"), ("Outer/Pipeline", "Retain")]);
    assert_eq!(network.pipelines[0].name, "outer/Pipeline");
    assert_eq!(network.resources, 4);
    assert_eq!(words(&Run::default().destroy(&fake).unwrap()), ALL_DELETED);
    assert_eq!(fake.asked("codepipeline:DisableStageTransition"), ["app-site/Pipeline", "outer/Pipeline"]);
    assert_eq!(fake.asked("s3:DeleteObjectVersion").iter().filter(|own| *own == "deep/Bucket").count(), 4);
}

/// A person may want that.
#[test]
fn a_pipeline_that_stays_is_told() {
    let fake = deployed();
    let survey = Run { wanted: vec!["data"], ..Run::default() }.survey(&fake).unwrap();
    assert_eq!(survey.beside, ["app-site/Pipeline"]);
    assert_eq!(Run::default().survey(&fake).unwrap().beside, [""; 0]);
}
