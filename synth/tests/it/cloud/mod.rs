//! What goes over the wire, and what is made of the answers.

mod data;
mod details;
mod keys;
mod recovering;
mod removing;
mod server;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use synth::cloud::{Action, Deployments, FailureKind, Progress, Push, Pushed, Replacement, StackStatus};
use synth::error::Error;
use synth::package::Artifact;

use super::folder::Folder;
use server::{Answer, Server, answer};

/// Runs a question whose failure is of interest.
fn ask<T>(question: impl Future<Output = T>) -> T {
    synth::cloud::run(async { Ok(question.await) }).unwrap()
}

fn result(name: &str, inner: &str) -> String {
    format!("<{name}Response><{name}Result>{inner}</{name}Result></{name}Response>")
}

fn error(code: &str, message: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>")
}

#[test]
fn failures_are_told_apart() {
    for (status, code, kind) in [
        (403, "ExpiredToken", FailureKind::Expired),
        (403, "InvalidClientTokenId", FailureKind::NoCredentials),
        (403, "AccessDenied", FailureKind::Denied),
        (400, "Throttling", FailureKind::Throttled),
        (400, "ValidationError", FailureKind::Refused),
        (503, "ServiceUnavailable", FailureKind::Refused),
    ] {
        let server = Server::new(vec![answer(status, &error(code, "no"))]);
        let failure = ask(server.connection().stack("any")).unwrap_err();
        assert_eq!((failure.kind, failure.code.as_deref(), failure.status), (kind, Some(code), Some(status)));
        assert_eq!(failure.is_passing(), matches!(code, "Throttling" | "ServiceUnavailable"), "{code}");
        assert_eq!((failure.action, &*failure.region), ("cloudformation:DescribeStacks", "eu-west-1"));
    }
    // It ends without an answer.
    let failure = ask(Server::new(Vec::new()).connection().stack("any")).unwrap_err();
    assert_eq!((failure.kind, failure.is_passing()), (FailureKind::Unreachable, true));
}

/// Whoever names a role for a stack needs a right of IAM to hand it on.
#[test]
fn a_refusal_names_the_right_that_is_missing() {
    let message = "User: arn:aws:iam::1:user/me is not authorized to perform: iam:PassRole on resource: role";
    for (message, right) in [(message, "iam:PassRole"), ("no", "cloudformation:DescribeStacks")] {
        let server = Server::new(vec![answer(403, &error("AccessDenied", message))]);
        let said = ask(server.connection().stack("web")).unwrap_err().to_error("see it").to_string();
        assert!(said.contains(&format!("the right is `{right}`")), "{said}");
    }
}

#[test]
fn a_stack_of_another_account_is_refused() {
    let identity = result("GetCallerIdentity", "<Account>111122223333</Account>");
    let server = Server::new(vec![answer(200, &identity)]);
    let connection = server.connection();
    assert!(ask(connection.check_account("web", "111122223333")).is_ok());
    let error = ask(connection.check_account("web", "444455556666")).unwrap_err().to_string();
    assert!(
        error.starts_with("stack `web` belongs to account 444455556666, and your credentials to 111122223333"),
        "{error}"
    );
    assert_eq!(server.asked().len(), 1, "it is asked for once");
}

#[test]
fn a_stack_is_read() {
    let stack = "<Stacks><member><StackId>arn</StackId><StackStatus>UPDATE_ROLLBACK_COMPLETE</StackStatus>\
                 <StackStatusReason></StackStatusReason><RoleARN>role</RoleARN>\
                 <EnableTerminationProtection>true</EnableTerminationProtection>\
                 <Parameters><member><ParameterKey>A</ParameterKey><ParameterValue>1</ParameterValue></member></Parameters>\
                 <Outputs><member><OutputKey>B</OutputKey><OutputValue>2</OutputValue><ExportName>x:B</ExportName></member>\
                 <member><OutputKey>C</OutputKey><OutputValue>3</OutputValue></member></Outputs></member></Stacks>";
    let server = Server::new(vec![
        answer(200, &result("DescribeStacks", stack)),
        answer(400, &error("ValidationError", "Stack with id any does not exist")),
        answer(200, &result("DescribeStacks", &stack.replace("UPDATE_ROLLBACK_COMPLETE", "PONDERING"))),
    ]);
    let connection = server.connection();
    let found = ask(connection.stack("any")).unwrap().unwrap();
    assert_eq!((found.status, found.reason, found.protected), (StackStatus::UpdateRollbackComplete, None, true));
    assert_eq!((&*found.parameters["A"], &*found.exports["x:B"], &*found.outputs["C"]), ("1", "2", "3"));
    assert_eq!(found.outputs.len(), 1, "what is exported is for other stacks");
    assert_eq!(found.role.as_deref(), Some("role"));
    assert_eq!(ask(connection.stack("any")).unwrap(), None);
    let failure = ask(connection.stack("any")).unwrap_err();
    assert!(failure.message.contains("does not know the state `PONDERING`"), "{}", failure.message);
}

#[test]
fn events_come_in_their_order_from_all_pages_and_no_further_than_asked() {
    let event = |id: &str| {
        format!(
            "<member><EventId>{id}</EventId><StackId>arn</StackId><PhysicalResourceId>arn</PhysicalResourceId>\
             <ResourceStatus>UPDATE_FAILED</ResourceStatus><ClientRequestToken>t</ClientRequestToken></member>"
        )
    };
    let page = |ids: [&str; 2], next: &str| {
        let events: String = ids.map(event).concat();
        result("DescribeStackEvents", &format!("<StackEvents>{events}</StackEvents>{next}"))
    };
    let pages =
        || vec![answer(200, &page(["4", "3"], "<NextToken>more</NextToken>")), answer(200, &page(["2", "1"], ""))];
    for (since, expected, calls) in
        [(None, &["1", "2", "3", "4"][..], 2), (Some("2"), &["3", "4"], 2), (Some("3"), &["4"], 1)]
    {
        let server = Server::new(pages());
        let events = ask(server.connection().events("arn", since)).unwrap();
        assert_eq!(events.iter().map(|event| &*event.id).collect::<Vec<_>>(), expected, "{since:?}");
        assert!(events[0].is_stack && events[0].token.as_deref() == Some("t") && events[0].reason.is_none());
        assert_eq!(server.asked().len(), calls);
    }
    let last = ask(Server::new(pages()).connection().last_event("arn")).unwrap();
    assert_eq!(last.unwrap().id, "4");
}

#[test]
fn a_change_set_is_read_from_all_pages() {
    let change = "<Changes><member><ResourceChange><Action>Modify</Action><LogicalResourceId>Api</LogicalResourceId>\
                  <ResourceType>AWS::ApiGatewayV2::Api</ResourceType><Replacement>Conditional</Replacement><Details><member>\
                  <Target><Attribute>Properties</Attribute><Name>Cors</Name><Path>/Properties/Cors/AllowOrigins</Path>\
                  <BeforeValue>a</BeforeValue><AfterValue>b</AfterValue></Target></member></Details></ResourceChange></member></Changes>";
    let head = "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>";
    let server = Server::new(vec![
        answer(200, &result("DescribeChangeSet", &format!("{head}{change}<NextToken>more</NextToken>"))),
        answer(200, &result("DescribeChangeSet", &format!("{head}{}", change.replace("Api<", "Other<")))),
        answer(200, &result("DescribeChangeSet", "<Status>CREATE_PENDING</Status>")),
        answer(
            200,
            &result("DescribeChangeSet", "<Status>CREATE_COMPLETE</Status><ExecutionStatus>OBSOLETE</ExecutionStatus>"),
        ),
        answer(404, &error("ChangeSetNotFound", "no such change set")),
    ]);
    let connection = server.connection();
    let found = ask(connection.change_set("arn")).unwrap();
    assert_eq!(found.progress, Progress::Ready);
    assert_eq!(found.changes.iter().map(|change| &*change.id).collect::<Vec<_>>(), ["Api", "Other"]);
    let change = &found.changes[0];
    assert_eq!((change.action, change.replacement), (Action::Modify, Replacement::Perhaps));
    assert!(change.changes_rights() && change.destroys());
    let property = &change.properties[0];
    let values = (property.before.as_deref(), property.after.as_deref());
    assert_eq!((&*property.path, values), ("Cors.AllowOrigins", (Some("a"), Some("b"))));
    for progress in [Progress::Computing, Progress::Stale, Progress::Stale] {
        assert_eq!(ask(connection.change_set("arn")).unwrap().progress, progress);
    }
    assert!(server.asked()[0].text().contains("IncludePropertyValues=true"));
}

/// Pushes something to a server with these answers.
fn push(name: &str, kind: &str, answers: Vec<Answer>) -> (Result<Pushed, Error>, Server, u64) {
    let folder = Folder::new(name);
    let (layer, config) = ("sha256:aa", "sha256:bb");
    let descriptor = |digest: &str, size: u64| serde_json::json!({"mediaType": "any", "digest": digest, "size": size});
    let manifest = serde_json::json!({"config": descriptor(config, 2), "layers": [descriptor(layer, 5)]});
    let blobs = folder.path().join("image/blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    for (name, content) in [("aa", "layer"), ("bb", "{}"), ("cc", &*manifest.to_string())] {
        fs::write(blobs.join(name), content).unwrap();
    }
    fs::write(folder.path().join("code.zip"), "archive").unwrap();
    let (file, bytes) = if kind == "image" { ("image", 7) } else { ("code.zip", 7) };
    let artifact = Artifact {
        name: "code".to_owned(),
        stack: "stack".to_owned(),
        parameter: "Code".to_owned(),
        kind: kind.to_owned(),
        file: file.to_owned(),
        bytes,
        digest: "sha256:cc".to_owned(),
        inputs: String::new(),
        value: None,
    };
    // It is there already, whenever it is asked for.
    let server = Server::with(answers, Some(("HEAD /v2/place/blobs/sha256:bb ", answer(200, ""))));
    let sent = Arc::new(AtomicU64::new(0));
    let push = Push { artifact: &artifact, path: folder.path().join(file), place: "host/place", tag: "tag".to_owned() };
    let pushed = ask(push.run(&server.connection(), &sent));
    (pushed, server, sent.load(Ordering::Relaxed))
}

#[test]
fn an_object_is_put_where_there_is_none() {
    // Who may not list the bucket is told 403 of what is missing.
    for missing in [404, 403] {
        let answers = vec![answer(missing, ""), answer(200, "")];
        let (pushed, server, sent) = push("put", "function", answers);
        let pushed = pushed.unwrap();
        assert_eq!((&*pushed.value, pushed.was_there, sent), ("lambda/code/cc.zip", false, 7));
        let path = "/host/place/lambda/code/cc.zip";
        assert_eq!(server.lines(), [format!("HEAD {path}"), format!("PUT {path}")]);
        let put = &server.asked()[1];
        assert_eq!((put.text(), put.header("if-none-match")), ("archive".to_owned(), Some("*")));
        assert_eq!(put.header("x-amz-content-sha256"), Some("cc"));
        let signature = put.header("authorization").unwrap();
        assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=key/") && signature.contains("/eu-west-1/s3/"));
    }
}

#[test]
fn an_object_that_is_there_is_not_put() {
    let (pushed, server, sent) = push("there", "folder", vec![answer(200, "")]);
    let pushed = pushed.unwrap();
    assert_eq!((&*pushed.value, pushed.was_there, sent), ("assets/code/cc.zip", true, 0));
    assert_eq!(server.asked().len(), 1);
    // Another run was faster.
    let (pushed, ..) = push("faster", "folder", vec![answer(404, ""), answer(412, "")]);
    assert!(pushed.unwrap().was_there);
    // The bucket is in another region.
    let (pushed, ..) = push("elsewhere", "folder", vec![answer(301, "")]);
    assert!(pushed.unwrap_err().to_string().starts_with("cannot push `code` to host/place in eu-west-1: HTTP 301"));
}

#[test]
fn a_template_is_put_under_its_digest() {
    let server = Server::new(vec![answer(404, ""), answer(200, "")]);
    let url = ask(server.connection().put_template("bucket", "Resources: {}\n")).unwrap();
    let path = "/bucket/templates/49cbd1e9008e8b67dec76613bb4d6468c822c99701820526928d43b382f35fba.yaml";
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with(path), "{url}");
    assert_eq!(server.lines(), [format!("HEAD {path}"), format!("PUT {path}")]);
    assert_eq!(server.asked()[1].text(), "Resources: {}\n");
}

fn token() -> Answer {
    answer(200, r#"{"authorizationData": [{"authorizationToken": "QVdTOng=", "proxyEndpoint": "{here}"}]}"#)
}

#[test]
fn an_image_is_pushed_blob_by_blob_and_tagged_last() {
    // Uploads go on at a path, at an address, and at one with a question.
    let answers = vec![token(), answer(404, ""), answer(404, "")]
        .into_iter()
        .chain([answer(202, "").header("location", "/v2/place/uploads/1")])
        .chain([answer(202, "").header("location", "{here}/v2/place/uploads/2?state=x")])
        .chain([answer(201, ""), answer(201, "")]);
    let (pushed, server, sent) = push("image", "image", answers.collect());
    let pushed = pushed.unwrap();
    assert_eq!((&*pushed.value, pushed.was_there, sent), ("host/place@sha256:cc", false, 7));
    let mut lines = server.lines();
    // Both blobs are asked for at once.
    lines[2..4].sort();
    assert_eq!(
        lines,
        [
            "POST /",
            "HEAD /v2/place/manifests/tag",
            "HEAD /v2/place/blobs/sha256:aa",
            "HEAD /v2/place/blobs/sha256:bb",
            "POST /v2/place/blobs/uploads/",
            "PATCH /v2/place/uploads/1",
            "PUT /v2/place/uploads/2?state=x&digest=sha256:aa",
            "PUT /v2/place/manifests/tag",
        ]
    );
    let asked = server.asked();
    assert!(asked[1..].iter().all(|asked| asked.header("authorization") == Some("Basic QVdTOng=")));
    assert_eq!(asked[5].text(), "layer");
}

#[test]
fn a_tag_that_is_there_is_the_same_image_or_an_error() {
    let digest = |digest: &str| answer(200, "").header("docker-content-digest", digest);
    let (pushed, server, _) = push("tagged", "image", vec![token(), digest("sha256:cc")]);
    assert!(pushed.unwrap().was_there && server.asked().len() == 2);
    let (pushed, ..) = push("other", "image", vec![token(), digest("sha256:dd")]);
    let error = pushed.unwrap_err().to_string();
    assert!(
        error.starts_with("host/place:tag is another image: sha256:dd is there, and sha256:cc was made"),
        "{error}"
    );
    // Tags are never put twice: another run was faster, with the same image.
    let refused = answer(400, r#"{"errors": [{"code": "TAG_INVALID", "message": "the tag is immutable"}]}"#);
    let before = vec![token(), answer(404, ""), answer(200, "")];
    let answers = before.iter().cloned().chain([refused.clone(), digest("sha256:cc")]);
    assert!(push("raced", "image", answers.collect()).0.unwrap().was_there);
    let answers = before.iter().cloned().chain([refused.clone(), digest("sha256:dd")]);
    let error = push("overtaken", "image", answers.collect()).0.unwrap_err().to_string();
    assert!(error.starts_with("host/place:tag is another image"), "{error}");
    let answers = before.into_iter().chain([refused, answer(404, "")]);
    let error = push("refused", "image", answers.collect()).0.unwrap_err().to_string();
    assert!(error.contains("the tag is immutable (TAG_INVALID)"), "{error}");
}
