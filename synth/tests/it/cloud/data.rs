//! What is asked for about data, and what is made of the answers.

use synth::cloud::{Copy, Removal};

use super::ask;
use super::removing::resource;
use super::server::{Asked, Server, answer};

const STACK: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/app/1";

#[test]
fn how_much_is_in_something_is_told_where_somebody_counts() {
    let groups =
        r#"{"logGroups": [{"logGroupName": "/a/b", "storedBytes": 1}, {"logGroupName": "/a", "storedBytes": 4711}]}"#;
    let table = r#"{"Table": {"ItemCount": 12}}"#;
    let gone = r#"{"__type": "ResourceNotFoundException"}"#;
    let server = Server::new(vec![answer(200, groups), answer(200, table), answer(400, gone)]);
    let connection = server.connection();
    let amount = |kind, id| ask(connection.amount(&resource(kind, id))).unwrap();
    assert_eq!(amount("AWS::Logs::LogGroup", "/a").as_deref(), Some("4711 bytes"));
    assert_eq!(amount("AWS::DynamoDB::Table", "rows").as_deref(), Some("about 12 rows"));
    assert_eq!(amount("AWS::DynamoDB::Table", "rows"), None);
    assert_eq!(amount("AWS::EC2::VPC", "vpc-1"), None);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn copies_of_a_file_system_are_in_all_vaults() {
    let page = |number: u32, next: &str| {
        let vault = if number == 1 { "vault" } else { "aws/efs/automatic-backup-vault" };
        let point = format!(r#""RecoveryPointArn": "arn:{number}", "BackupVaultName": "{vault}""#);
        answer(200, &format!(r#"{{"RecoveryPoints": [{{{point}}}]{next}}}"#))
    };
    let server = Server::new(vec![page(1, r#", "NextToken": "a/b=""#), page(2, "")]);
    let found = ask(server.connection().copies(STACK, &resource("AWS::EFS::FileSystem", "fs-1"))).unwrap();
    let what: Vec<_> = found.iter().map(|copy| &*copy.what).collect();
    let first =
        "vault aws/efs/automatic-backup-vault, which has to be told first that its recovery points may be deleted";
    assert_eq!(what, [first, "recovery point arn:1", "recovery point arn:2"]);
    assert!(found[0].command.contains(r#""arn:aws:iam::123456789012:root""#), "{found:?}");
    let command =
        "aws backup delete-recovery-point --region eu-west-1 --backup-vault-name vault --recovery-point-arn arn:1";
    assert_eq!(found[1].command, command);
    let path =
        "/resources/arn%3Aaws%3Aelasticfilesystem%3Aeu-west-1%3A123456789012%3Afile-system%2Ffs-1/recovery-points/";
    let lines: Vec<_> = server.asked().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(lines, [format!("GET {path} HTTP/1.1"), format!("GET {path}?nextToken=a%2Fb%3D HTTP/1.1")]);
    assert!(server.asked()[0].header("authorization").unwrap().contains("/backup/aws4_request"));
}

#[test]
fn snapshots_of_a_database_that_somebody_made_are_told() {
    let page = |of: &str, name: &str, marker: &str| {
        answer(200, &format!("<R><S><{of}SnapshotIdentifier>{name}</{of}SnapshotIdentifier></S>{marker}</R>"))
    };
    let pages = vec![page("DB", "one", "<Marker>a+b</Marker>"), page("DB", "two", ""), page("DBCluster", "three", "")];
    let server = Server::new(pages);
    let found = ask(server.connection().copies(STACK, &resource("AWS::RDS::DBInstance", "db"))).unwrap();
    assert_eq!(found, ["one", "two"].map(|name| Copy::of_snapshot("eu-west-1", "db", name)));
    let command = "aws rds delete-db-snapshot --region eu-west-1 --db-snapshot-identifier one";
    assert_eq!(found[0].command, command);
    let found = ask(server.connection().copies(STACK, &resource("AWS::RDS::DBCluster", "dbs"))).unwrap();
    assert_eq!(found, [Copy::of_snapshot("eu-west-1", "db-cluster", "three")]);
    let form = "Action=DescribeDBSnapshots&Version=2014-10-31&DBInstanceIdentifier=db&SnapshotType=manual";
    let clusters = "Action=DescribeDBClusterSnapshots&Version=2014-10-31&DBClusterIdentifier=dbs&SnapshotType=manual";
    let asked: Vec<_> = server.asked().iter().map(Asked::text).collect();
    assert_eq!(asked, [form, &format!("{form}&Marker=a%2Bb"), clusters]);
}

#[test]
fn the_protection_of_a_database_is_seen_and_ended() {
    let said = |protected| answer(200, &format!("<R><X><DeletionProtection>{protected}</DeletionProtection></X></R>"));
    let missing = "<ErrorResponse><Error><Code>DBInstanceNotFound</Code></Error></ErrorResponse>";
    let server = Server::new(vec![said("true"), said("false"), answer(404, missing), answer(200, "<R/>")]);
    let (connection, database) = (server.connection(), resource("AWS::RDS::DBInstance", "db"));
    let is_guarded = || ask(connection.is_guarded(&database)).unwrap();
    assert_eq!([is_guarded(), is_guarded(), is_guarded()], [true, false, false]);
    ask(connection.unguard(&database)).unwrap();
    let form = "Action=ModifyDBInstance&Version=2014-10-31&DBInstanceIdentifier=db&DeletionProtection=false";
    assert_eq!(server.asked()[3].text(), form);
    // Nothing is asked of anything else.
    assert!(!ask(connection.is_guarded(&resource("AWS::EC2::VPC", "vpc-1"))).unwrap());
    assert_eq!(server.asked().len(), 4);
}
