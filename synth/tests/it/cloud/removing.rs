//! What deleting asks for, and what is made of the answers.

use serde_json::json;
use synth::cloud::{FailureKind, Pipeline, Removal, Resource, RoleState};

use super::server::{Asked, Server, answer};
use super::{ask, error, result};

pub(super) fn resource(kind: &str, physical_id: &str) -> Resource {
    Resource { id: "Id".to_owned(), kind: kind.to_owned(), physical_id: physical_id.to_owned(), ..Resource::default() }
}

#[test]
fn a_stack_s_resources_are_told_with_their_states() {
    let member = |id: &str, physical: &str, status: &str| {
        format!(
            "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <ResourceType>A::B::C</ResourceType><ResourceStatus>{status}</ResourceStatus>\
             <ResourceStatusReason>why</ResourceStatusReason></member>"
        )
    };
    let page = |members: &str, next: &str| {
        result("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>{next}"))
    };
    let one = member("One", "1", "CREATE_COMPLETE") + &member("Never", "", "CREATE_FAILED");
    let one = one + &member("Theirs", "4", "CREATE_FAILED") + &member("Skipped", "5", "DELETE_SKIPPED");
    let two = member("Gone", "2", "DELETE_COMPLETE") + &member("Two", "3", "DELETE_FAILED");
    let server = Server::new(vec![answer(200, &page(&one, "<NextToken>n</NextToken>")), answer(200, &page(&two, ""))]);
    let found = ask(server.connection().resources("stack")).unwrap();
    let names = |is_meant: fn(&Resource) -> bool| {
        found.iter().filter(|own| is_meant(own)).map(|own| &*own.id).collect::<Vec<_>>()
    };
    assert_eq!(names(|_| true), ["One", "Never", "Theirs", "Skipped", "Gone", "Two"]);
    assert_eq!(names(Resource::is_there), ["One", "Skipped", "Two"]);
    assert_eq!(names(Resource::is_skipped), ["Skipped"]);
    assert!(found.iter().all(|own| own.reason.as_deref() == Some("why")));
}

/// A name may have been used more than once.
#[test]
fn stacks_that_were_deleted_under_a_name_are_known() {
    let member = |name: &str, arn: &str, day: u32| {
        format!(
            "<member><StackName>{name}</StackName><StackId>{arn}</StackId><StackStatus>DELETE_COMPLETE</StackStatus>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime><DeletionTime>2026-01-0{day}T00:00:00Z</DeletionTime></member>"
        )
    };
    let page = |members: &str, next: &str| {
        answer(200, &result("ListStacks", &format!("<StackSummaries>{members}</StackSummaries>{next}")))
    };
    let one = member("web", "arn:1", 2) + &member("other", "arn:2", 3);
    let two = member("web", "arn:3", 4) + &member("web", "arn:4", 3);
    let server = Server::new(vec![page(&one, "<NextToken>n</NextToken>"), page(&two, "")]);
    let found = ask(server.connection().deleted_stacks(&["web", "never"])).unwrap();
    let found: Vec<_> = found.iter().map(|(name, arn)| (&**name, &**arn)).collect();
    assert_eq!(found, [("web", "arn:3"), ("web", "arn:4"), ("web", "arn:1")]);
    let asked = server.asked().iter().map(Asked::text).collect::<Vec<_>>();
    assert!(asked[0].contains("StackStatusFilter.member.1=DELETE_COMPLETE"), "{asked:?}");
    assert!(asked[1].contains("NextToken=n"), "{asked:?}");
}

/// Of some types Cloud Control knows nothing.
#[test]
fn what_a_stack_has_left_is_there_or_nobody_can_tell() {
    let failed = |code: &str| answer(400, &json!({"__type": code}).to_string());
    let answers = vec![
        answer(200, "{}"),
        failed("ResourceNotFoundException"),
        failed("UnsupportedActionException"),
        failed("AccessDenied"),
    ];
    let server = Server::new(answers);
    let (connection, files) = (server.connection(), resource("AWS::EFS::FileSystem", "fs-1"));
    for expected in [true, false, true] {
        assert_eq!(ask(connection.is_left(&files)).unwrap(), expected);
    }
    assert_eq!(ask(connection.is_left(&files)).unwrap_err().kind, FailureKind::Denied);
    assert_eq!(server.asked()[0].text(), r#"{"Identifier":"fs-1","TypeName":"AWS::EFS::FileSystem"}"#);
}

#[test]
fn who_imports_is_known() {
    let imports = result("ListImports", "<Imports><member>web</member></Imports>");
    let nobody = error("ValidationError", "Export 'x:Vpc' is not imported by any stack.");
    let server =
        Server::new(vec![answer(200, &imports), answer(400, &nobody), answer(403, &error("AccessDenied", "no"))]);
    let connection = server.connection();
    assert_eq!(ask(connection.importers("x:Vpc")).unwrap(), ["web"]);
    assert_eq!(ask(connection.importers("x:Vpc")).unwrap(), [""; 0]);
    assert_eq!(ask(connection.importers("x:Vpc")).unwrap_err().kind, FailureKind::Denied);
}

#[test]
fn a_role_is_there_or_of_no_use() {
    let role = |arn: &str, service: &str| {
        let trust = json!({"Statement": [{"Principal": {"Service": format!("{service}.amazonaws.com")}}]});
        let properties = json!({"Arn": arn, "AssumeRolePolicyDocument": trust}).to_string();
        answer(200, &json!({"ResourceDescription": {"Properties": properties}}).to_string())
    };
    let (arn, other) = ("arn:aws:iam::1:role/app/deployment", "arn:aws:iam::1:role/deployment");
    let gone = answer(400, r#"{"__type": "ResourceNotFoundException"}"#);
    let answers = vec![role(arn, "cloudformation"), gone, role(other, "cloudformation"), role(arn, "ec2")];
    let server = Server::new(answers);
    let connection = server.connection();
    assert_eq!(ask(connection.role(arn)).unwrap(), RoleState::Usable);
    assert_eq!(ask(connection.role(arn)).unwrap(), RoleState::Missing);
    for expected in [
        format!("the role that has its name now is {other}"),
        "it does not trust cloudformation.amazonaws.com".to_owned(),
    ] {
        assert_eq!(ask(connection.role(arn)).unwrap(), RoleState::Unusable { why: expected });
    }
    let asked = &server.asked()[0];
    assert_eq!(asked.text(), r#"{"Identifier":"deployment","TypeName":"AWS::IAM::Role"}"#);
    assert_eq!(asked.header("content-type"), Some("application/x-amz-json-1.0"));
    assert!(asked.header("authorization").unwrap().contains("/cloudcontrolapi/aws4_request"));
}

const FIRST: &str = "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a%26b+%2B%2Fc</NextKeyMarker>\
    <NextVersionIdMarker>2</NextVersionIdMarker>\
    <Version><Key>a%26b+%2B%2Fc</Key><VersionId>1</VersionId><Owner><ID>x</ID></Owner></Version>\
    <DeleteMarker><Key>a%26b+%2B%2Fc</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>";
const LAST: &str = "<ListVersionsResult><IsTruncated>false</IsTruncated>\
    <Version><Key>d</Key><VersionId>null</VersionId></Version></ListVersionsResult>";

#[test]
fn versions_are_counted_and_deleted_with_their_markers() {
    let bucket = resource("AWS::S3::Bucket", "bucket");
    let server = Server::new(vec![answer(200, FIRST), answer(200, LAST)]);
    assert_eq!(ask(server.connection().content(&bucket)).unwrap(), 3);
    let more = "GET /bucket?versions&encoding-type=url&key-marker=a%26b+%2B%2Fc&version-id-marker=2";
    assert_eq!(server.lines(), ["GET /bucket?versions&encoding-type=url", more]);

    let server = Server::new(vec![answer(200, FIRST), answer(200, "<DeleteResult/>")]);
    assert_eq!(ask(server.connection().empty(&bucket)).unwrap(), 2);
    let asked = &server.asked()[1];
    assert_eq!(asked.line, "POST /bucket?delete HTTP/1.1");
    let object = |id| format!("<Object><Key>a&amp;b +/c</Key><VersionId>{id}</VersionId></Object>");
    let expected = format!("{}{}<Quiet>true</Quiet></Delete>", object(1), object(2));
    assert!(asked.text().ends_with(&expected), "{}", asked.text());
    assert!(asked.header("x-amz-checksum-sha256").is_some());
}

#[test]
fn a_version_that_is_not_deleted_is_a_failure() {
    let bucket = resource("AWS::S3::Bucket", "bucket");
    let errors =
        "<DeleteResult><Error><Key>d</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    let server = Server::new(vec![answer(200, LAST), answer(200, errors)]);
    let failure = ask(server.connection().empty(&bucket)).unwrap_err();
    assert_eq!(
        (failure.kind, failure.action, &*failure.message),
        (FailureKind::Denied, "s3:DeleteObjectVersion", "d: no")
    );
    let passing = errors.replace("AccessDenied", "SlowDown");
    let server = Server::new(vec![answer(200, LAST), answer(200, &passing)]);
    assert!(ask(server.connection().empty(&bucket)).unwrap_err().is_passing());
    // One that is gone is empty.
    let server = Server::new(vec![answer(404, "<Error><Code>NoSuchBucket</Code></Error>")]);
    assert_eq!(ask(server.connection().empty(&bucket)).unwrap(), 0);
}

#[test]
fn images_are_deleted_as_long_as_some_go() {
    let repository = resource("AWS::ECR::Repository", "images");
    // Two tags of one image.
    let ids = r#"{"imageIds": [{"imageDigest": "a", "imageTag": "1"}, {"imageDigest": "a", "imageTag": "2"}, {"imageDigest": "b"}]}"#;
    let gone = r#"{"imageIds": [{"imageDigest": "a"}], "failures": [{"failureReason": "referenced"}]}"#;
    let stuck = r#"{"imageIds": [], "failures": [{"failureReason": "referenced"}]}"#;
    let server = Server::new([ids, ids, gone, ids, stuck].map(|body| answer(200, body)).to_vec());
    let connection = server.connection();
    assert_eq!(ask(connection.content(&repository)).unwrap(), 2);
    assert_eq!(ask(connection.empty(&repository)).unwrap(), 1);
    assert_eq!(ask(connection.empty(&repository)).unwrap_err().message, "referenced");
    let missing = Server::new(vec![answer(400, r#"{"__type": "RepositoryNotFoundException"}"#)]);
    assert_eq!(ask(missing.connection().content(&repository)).unwrap(), 0);
}

#[test]
fn what_holds_a_resource_is_named() {
    let interfaces = "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>\
        <networkInterfaceId>eni-1</networkInterfaceId><groupSet><item><groupId>g</groupId></item></groupSet>\
        </item></networkInterfaceSet></DescribeNetworkInterfacesResponse>";
    let server = Server::new(vec![answer(200, interfaces), answer(200, r#"{"Instances": [{"Id": "i-1"}]}"#)]);
    let connection = server.connection();
    assert_eq!(ask(connection.holders(&resource("AWS::EC2::VPC", "vpc-1"))).unwrap(), ["network interface eni-1"]);
    let service = resource("AWS::ServiceDiscovery::Service", "srv-1");
    assert_eq!(ask(connection.holders(&service)).unwrap(), ["instance i-1"]);
    assert!(server.asked()[0].text().contains("Filter.1.Value.1=vpc-1"));
    assert_eq!(server.asked()[1].text(), r#"{"ServiceId":"srv-1"}"#);
    assert!(ask(connection.holders(&resource("AWS::SQS::Queue", "q"))).unwrap().is_empty());
}

fn pipeline() -> Pipeline {
    Pipeline { name: "create".to_owned(), stages: vec!["Build".to_owned(), "Deploy".to_owned()] }
}

/// What somebody else has closed stays so.
#[test]
fn the_stages_are_told_that_are_closed() {
    let closed = |name: &str, reason: &str| json!({"stageName": name, "inboundTransitionState": {"enabled": false, "disabledReason": reason}});
    let state = json!({"stageStates": [
        {"stageName": "Source"}, {"stageName": "Build", "inboundTransitionState": {"enabled": true}},
        closed("Test", "holidays"), closed("Deploy", "this environment is being destroyed"),
    ]});
    let missing = answer(400, r#"{"__type": "PipelineNotFoundException"}"#);
    let server = Server::new(vec![answer(200, &state.to_string()), missing.clone(), missing]);
    assert_eq!(ask(server.connection().stages("create")).unwrap(), pipeline().stages);
    assert_eq!(ask(server.connection().stages("create")).unwrap(), [""; 0]);
    ask(server.connection().stop_pipeline(&pipeline())).unwrap();
    let commands: Vec<_> = pipeline().opening("eu-west-1").collect();
    let command = "aws codepipeline enable-stage-transition --region eu-west-1 --pipeline-name create --stage-name Build \
                   --transition-type Inbound";
    assert_eq!((commands.len(), &*commands[0]), (2, command));
}

#[test]
fn a_pipeline_ends_its_runs_and_begins_no_others() {
    let runs = r#"{"pipelineExecutionSummaries": [{"pipelineExecutionId": "1", "status": "InProgress"},
        {"pipelineExecutionId": "2", "status": "Succeeded"}, {"pipelineExecutionId": "3", "status": "Stopping"}]}"#;
    let ended = |code: &str| answer(400, &json!({"__type": code}).to_string());
    let answers = ["{}", "{}", runs].map(|body| answer(200, body)).to_vec();
    let ends = vec![ended("PipelineExecutionNotStoppableException"), ended("DuplicatedStopRequestException")];
    let server = Server::new([answers.clone(), ends].concat());
    ask(server.connection().stop_pipeline(&pipeline())).unwrap();
    let targets: Vec<_> = server.asked().iter().map(|asked| asked.header("x-amz-target").unwrap().to_owned()).collect();
    let names: Vec<_> = targets.iter().map(|target| target.rsplit('.').next().unwrap()).collect();
    let (disable, stop) = ("DisableStageTransition", "StopPipelineExecution");
    assert_eq!(names, [disable, disable, "ListPipelineExecutions", stop, stop]);
    assert!(server.asked()[0].text().contains(r#""stageName":"Build""#));
    for (number, id) in [(3, "1"), (4, "3")] {
        let text = server.asked()[number].text();
        assert!(
            text.contains(&format!(r#""pipelineExecutionId":"{id}""#)) && text.contains(r#""abandon":true"#),
            "{text}"
        );
    }
    let server = Server::new([answers, vec![ended("ConflictException")]].concat());
    assert_eq!(ask(server.connection().stop_pipeline(&pipeline())).unwrap_err().kind, FailureKind::Refused);
}
