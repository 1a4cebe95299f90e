//! What the service tells of itself: its log, its metrics, its ports.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::Value;

use super::{
    connection::DEADLINE,
    server::{Program, Server, ask, new_location, new_user},
};
use crate::{
    api::{PASSWORD, SIGNING_KEY},
    storage::{Backend, Storage},
};

crate::tests! {
    plain: every_line_of_the_log_is_json, line_of_an_answer_says_what_and_whose, log_holds_no_secret,
        log_level_leaves_lines_out, requests_are_counted_by_method_route_and_status,
        invented_methods_and_paths_are_no_labels,
        #[cfg(target_os = "linux")] service_listens_on_what_it_is_told_only;
}

const SECRETS: [&str; 4] = ["wrong-pass-1", "wrong-pass-2", "wrong-pass-3", "wrong-pass-4"];

/// Asks for all kinds of things, and gives the tokens that it got.
fn use_the_service(server: &Server) -> Vec<String> {
    let ask = |method: &str, path: &str, token: &str, body: &str| server.ask(method, path, token, body).unwrap().status;
    let admin = server.admin();
    let [first, second, third, fourth] = SECRETS;
    let bad_form = format!("username=ann&password={second}&grant_type=other");
    let bad_name = format!(r#"{{"user_name": "a b", "password": "{third}"}}"#);
    let bad_json = format!(r#"{{"password": "{fourth}""#);
    let forged = format!("{}x", &admin[..admin.len() - 4]);
    for (expected, method, path, token, body) in [
        (201, "POST", "/users/create_user", "", new_user("ann").as_str()),
        (409, "POST", "/users/create_user", "", &new_user("ann")),
        (201, "POST", "/location/update", &admin, &new_location("1")),
        (422, "POST", "/location/update", &admin, "{"),
        (401, "POST", "/auth/token", "", &format!("username=ann&password={first}")),
        (401, "POST", "/auth/token", "", &format!("username={first}&password={first}")),
        (422, "POST", "/auth/token", "", &bad_form),
        (422, "POST", "/users/create_user", "", &bad_name),
        (422, "POST", "/users/create_user", "", &bad_json),
        (422, "POST", "/auth/token", "", &new_user("ann")),
        (401, "GET", "/auth/check_token", "", ""),
        (401, "GET", "/auth/check_token", &forged, ""),
        (404, "GET", &format!("/nowhere?token={admin}"), &admin, ""),
        (405, "PATCH", "/auth/token", &admin, ""),
        (200, "GET", "/auth/check_token", &admin, ""),
    ] {
        assert_eq!(ask(method, path, token, body), expected, "{method} {path}");
    }
    vec![admin, forged]
}

/// The log of a server with these settings that was used, and the tokens that were used.
fn log_of(settings: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, settings);
    let tokens = use_the_service(&server);
    let end = server.stop();
    assert_eq!(end.code, Some(0));
    (end.stderr, tokens)
}

fn every_line_of_the_log_is_json() {
    let (lines, _) = log_of(&[("LOG_LEVEL", "trace")]);
    for line in &lines {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["timestamp", "level", "message"] {
            assert!(event[field].is_string(), "{line}");
        }
    }
    assert!(lines.len() > 15, "{lines:?}");
}

fn line_of_an_answer_says_what_and_whose() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[]);
    let admin = server.admin();
    let answer = server.get("/auth/check_token?page=1", &admin);
    let (id, user) = (answer.header("x-request-id").unwrap(), answer.json()["id"].clone());
    server.get("/nowhere", "");
    let stderr = server.stop().stderr;
    let events = stderr.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let answers: Vec<Value> = events.filter(|event| event["message"] == "answered").collect();
    assert_eq!(answers.len(), 3, "{answers:?}");
    let event = &answers[1];
    assert_eq!((&event["status"], event["duration_us"].is_u64()), (&Value::from(200), true), "{event}");
    assert_eq!((&event["id"], &event["user_id"]), (&Value::from(id), &user), "{event}");
    assert_eq!((&event["method"], &event["path"]), (&Value::from("GET"), &Value::from("/auth/check_token")), "{event}");
    // Who logs in is known as well; whoever shows no token is not.
    assert_eq!((&answers[0]["user_id"], &answers[2]["user_id"]), (&user, &Value::Null));
}

fn log_holds_no_secret() {
    let previous: String = SIGNING_KEY.chars().rev().collect();
    let keys = format!("{SIGNING_KEY}\n{previous}");
    let (lines, tokens) = log_of(&[("LOG_LEVEL", "trace"), ("SIGNING_KEY", &keys)]);
    let escaped = PASSWORD.replace(' ', "+");
    let others = [PASSWORD, &escaped, SIGNING_KEY, &previous];
    for secret in SECRETS.into_iter().chain(others).chain(tokens.iter().map(String::as_str)) {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret}: {lines:#?}");
    }
    // Part of a token is enough to find it, so its signature must not be there either.
    for token in &tokens {
        let signature = token.rsplit('.').next().unwrap();
        assert!(!lines.iter().any(|line| line.contains(signature)), "{lines:#?}");
    }
}

fn log_level_leaves_lines_out() {
    let storage = Storage::new(Backend::Sqlite);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let quiet = Program::serve(&storage, &[("LISTEN_ADDRESS", &address.to_string()), ("LOG_LEVEL", "warn")]);
    let deadline = Instant::now() + DEADLINE;
    while ask(address, "GET", "/", "", "").is_err() {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(5));
    }
    quiet.signal(Signal::TERM);
    let end = quiet.end();
    assert_eq!((end.code, end.stderr), (Some(0), vec![]));
}

/// The lines of the metrics that tell how many requests were answered.
fn counts(server: &Server) -> Vec<String> {
    let answer = ask(server.metrics.unwrap(), "GET", "/metrics", "", "").unwrap();
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{answer:?}");
    assert!(answer.body.ends_with("# EOF\n"), "{answer:?}");
    let lines = answer.body.lines().filter(|line| line.starts_with("http_requests_total{"));
    lines.map(str::to_owned).collect()
}

fn requests_are_counted_by_method_route_and_status() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[("METRICS_ADDRESS", "127.0.0.1:0")]);
    let admin = server.admin();
    for (method, path, token) in [
        ("GET", "/", ""),
        ("GET", "/", ""),
        ("GET", "/auth/check_token", ""),
        ("DELETE", "/users/delete/ann", &admin),
        ("DELETE", "/users/delete/bob", &admin),
    ] {
        server.ask(method, path, token, "").unwrap();
    }
    let counts = counts(&server);
    for (method, route, status, count) in [
        ("GET", "/", 200, 2),
        ("GET", "/auth/check_token", 401, 1),
        ("DELETE", "/users/delete/{user_name}", 404, 2),
        ("POST", "/auth/token", 200, 1),
    ] {
        let line = format!(r#"http_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}"#);
        assert!(counts.contains(&line), "{line}: {counts:#?}");
    }
    // It is not served where the API is.
    assert_eq!(server.get("/metrics", "").status, 404);
}

fn invented_methods_and_paths_are_no_labels() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[("METRICS_ADDRESS", "127.0.0.1:0")]);
    for number in 0..5 {
        server.ask(&format!("BREW{number}"), "/", "", "").unwrap();
        server.get(&format!("/nowhere/{number}"), "");
    }
    let counts = counts(&server);
    assert_eq!(counts.len(), 2, "{counts:#?}");
    let has = |text: &str| counts.iter().any(|line| line.contains(text) && line.ends_with(" 5"));
    assert!(has(r#"method="other",route="/""#) && has(r#"method="GET",route="",status="404""#), "{counts:#?}");
}

/// The ports on which a process listens.
#[cfg(target_os = "linux")]
fn ports(process: u32) -> BTreeSet<u16> {
    use std::fs;

    let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let own: BTreeSet<String> = links.map(|link| link.display().to_string()).collect();
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{process}/net/{table}")));
    let sockets = tables.into_iter().filter_map(Result::ok).flat_map(|table| {
        table
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    });
    // The fields: local address, state (0A: listening), inode.
    let listening = sockets.filter(|fields| fields[3] == "0A" && own.contains(&format!("socket:[{}]", fields[9])));
    listening.map(|fields| u16::from_str_radix(fields[1].rsplit(':').next().unwrap(), 16).unwrap()).collect()
}

#[cfg(target_os = "linux")]
fn service_listens_on_what_it_is_told_only() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[]);
    assert_eq!(server.metrics, None);
    assert_eq!(ports(server.id()), [server.address.port()].into());
    server.stop();
    let server = Server::start(&storage, &[("METRICS_ADDRESS", "127.0.0.1:0")]);
    assert_eq!(ports(server.id()), [server.address.port(), server.metrics.unwrap().port()].into());
}
