//! What getting stacks unstuck asks for.

use synth::cloud::{Deletion, Deployments, OpenChangeSet, Recovery};

use super::server::{Server, answer};
use super::{ask, result};

/// What was asked for, without what all requests say.
fn asked(server: &Server) -> Vec<String> {
    let forms = server.asked();
    let own = |form: &str| form.split('&').filter(|pair| !pair.starts_with("Version=")).collect::<Vec<_>>().join("&");
    forms.iter().map(|request| own(&request.text())).collect()
}

#[test]
fn an_update_is_taken_back_with_what_was_said() {
    let name = "ContinueUpdateRollback";
    let server = Server::new(vec![answer(200, &result(name, "")); 2]);
    let connection = server.connection();
    let skipped = ["Site".to_owned(), "Nested.Queue".to_owned()];
    ask(connection.continue_rollback("stack", "synth-1", Some("role"), &skipped)).unwrap();
    ask(connection.continue_rollback("stack", "synth-1", None, &[])).unwrap();
    let plain = "Action=ContinueUpdateRollback&StackName=stack";
    let whole = format!(
        "{plain}&RoleARN=role&ResourcesToSkip.member.1=Site&ResourcesToSkip.member.2=Nested.Queue&ClientRequestToken=synth-1"
    );
    assert_eq!(asked(&server), [whole, format!("{plain}&ClientRequestToken=synth-1")]);
}

#[test]
fn a_failed_update_is_taken_back() {
    let server = Server::new(vec![answer(200, &result("RollbackStack", ""))]);
    ask(server.connection().roll_back("stack", "synth-1", None)).unwrap();
    assert_eq!(asked(&server), ["Action=RollbackStack&StackName=stack&ClientRequestToken=synth-1"]);
}

#[test]
fn a_deletion_says_what_may_stay() {
    let server = Server::new(vec![answer(200, &result("DeleteStack", "")); 2]);
    let connection = server.connection();
    let retained = ["Site".to_owned()];
    let deletion = Deletion { role: Some("role"), retained: &retained, ..Deletion::of("stack", "synth-1") };
    ask(connection.delete_stack(&deletion)).unwrap();
    ask(connection.delete_stack(&Deletion { is_forced: true, ..Deletion::of("stack", "synth-1") })).unwrap();
    let plain = "Action=DeleteStack&StackName=stack";
    let kept = format!("{plain}&RetainResources.member.1=Site&RoleARN=role&ClientRequestToken=synth-1");
    let forced = format!("{plain}&ClientRequestToken=synth-1&DeletionMode=FORCE_DELETE_STACK");
    assert_eq!(asked(&server), [kept, forced]);
}

#[test]
fn change_sets_that_were_executed_are_none_that_are_left() {
    let member = |name: &str, status: &str| {
        let state = if name == "running" { "CREATE_IN_PROGRESS" } else { "CREATE_COMPLETE" };
        let names = format!("<ChangeSetName>{name}</ChangeSetName><ChangeSetId>arn:{name}</ChangeSetId>");
        let made = "<CreationTime>1970-01-01T00:01:00Z</CreationTime>";
        format!("<member>{names}{made}<Status>{state}</Status><ExecutionStatus>{status}</ExecutionStatus></member>")
    };
    let page = |members: &str, next: &str| result("ListChangeSets", &format!("<Summaries>{members}</Summaries>{next}"));
    let one = member("ready", "AVAILABLE") + &member("done", "EXECUTE_COMPLETE");
    let two = member("executed", "EXECUTE_IN_PROGRESS") + &member("failed", "EXECUTE_FAILED");
    let two = two + &member("running", "UNAVAILABLE") + &member("old", "OBSOLETE");
    let server = Server::new(vec![answer(200, &page(&one, "<NextToken>n</NextToken>")), answer(200, &page(&two, ""))]);
    let open = [("ready", false), ("running", true), ("old", false)].map(|(name, is_computing)| OpenChangeSet {
        name: name.to_owned(),
        id: format!("arn:{name}"),
        made: 60.0,
        is_computing,
    });
    assert_eq!(ask(server.connection().change_sets("stack")).unwrap(), open);
}
