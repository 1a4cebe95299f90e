//! Stopping: nothing that was begun is lost, and nothing is left behind.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{
    connection::{Connection, DEADLINE},
    server::{End, Program, Server, ask, new_location, new_user},
};
use crate::storage::{Backend, Storage};

crate::tests! {
    on_backend: signals_to_stop_end_it_with_success, running_request_is_answered_before_the_end,
        idle_connections_do_not_delay_the_end,
        #[cfg(target_os = "linux")] signal_ends_it_before_it_serves;
    plain: stopped_service_leaves_only_the_database_file, health_check_knows_a_healthy_server,
        health_check_fails_where_nothing_healthy_answers;
}

fn signals_to_stop_end_it_with_success(backend: Backend) {
    let storage = Storage::new(backend);
    for signal in [Signal::TERM, Signal::INT] {
        let server = Server::start(&storage, &[]);
        assert_eq!(server.get("/ready", "").status, 200);
        server.signal(signal);
        let end = server.end();
        assert_eq!(end.code, Some(0), "{signal:?}: {end:?}");
        assert!(end.stderr.last().unwrap().contains("stopped"), "{end:?}");
    }
}

/// The first process of a container ignores signals that it does not wait for.
#[cfg(target_os = "linux")]
fn signal_ends_it_before_it_serves(backend: Backend) {
    let storage = Storage::new(backend);
    Server::start(&storage, &[]).stop();
    let lock = match backend {
        Backend::Sqlite => storage.hold("BEGIN EXCLUSIVE"),
        Backend::Postgres => storage.hold("LOCK TABLE users"),
    };
    let program = Program::serve(&storage, &[]);
    let deadline = Instant::now() + DEADLINE;
    while !waits_for_the_signal(program.id()) {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(5));
    }
    program.signal(Signal::TERM);
    let end = program.end();
    assert_eq!(end.code, Some(0), "{end:?}");
    assert!(end.stderr.last().unwrap().contains("stopping before it served"), "{end:?}");
    drop(lock);
}

/// Whether the process does something of its own at SIGTERM.
#[cfg(target_os = "linux")]
fn waits_for_the_signal(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
    caught & 1 << (Signal::TERM.as_raw() - 1) != 0
}

fn running_request_is_answered_before_the_end(backend: Backend) {
    let storage = Storage::new(backend);
    let server = Server::start(&storage, &[]);
    let body = new_user("ann");
    let (first, second) = body.split_at(body.len() / 2);
    let mut connection = server.connect();
    let length = body.len();
    let head = format!(
        "POST /users/create_user HTTP/1.1\r\nHost: service.test\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    );
    // The server asks for the body when the request runs.
    assert_eq!(connection.ask(&head).unwrap().status, 100);
    connection.send(first).unwrap();
    server.signal(Signal::TERM);
    wait_until_refused(server.address);
    let answer = connection.ask(second).unwrap();
    assert_eq!((answer.status, answer.header("connection")), (201, Some("close")));
    assert_eq!(server.end().code, Some(0));
    assert_eq!(storage.execute("SELECT user_name AS first FROM users WHERE user_name = 'ann'"), ["ann"]);
}

fn wait_until_refused(address: SocketAddr) {
    let deadline = Instant::now() + DEADLINE;
    while Connection::open(address).is_ok() {
        assert!(Instant::now() < deadline, "it still accepts connections");
        thread::sleep(Duration::from_millis(5));
    }
}

/// If they did, the requests would count as not answered, and the end as a failure.
fn idle_connections_do_not_delay_the_end(backend: Backend) {
    let storage = Storage::new(backend);
    let server = Server::start(&storage, &[]);
    let mut used = server.connect();
    assert_eq!(used.ask("GET / HTTP/1.1\r\nHost: service.test\r\n\r\n").unwrap().status, 200);
    let mut unused = server.connect();
    let mut half = server.connect();
    half.send("GET / HTTP/1.1\r\n").unwrap();
    // The server accepts in order.
    assert_eq!(server.get("/", "").status, 200);
    let end = server.stop();
    assert_eq!(end.code, Some(0), "{end:?}");
    assert_eq!([used.rest(), unused.rest(), half.rest()], [const { String::new() }; 3]);
}

fn stopped_service_leaves_only_the_database_file() {
    let storage = Storage::new(Backend::Sqlite);
    for mode in ["wal", "delete"] {
        let url = format!("{}?journal_mode={mode}", storage.url);
        let server = Server::start(&storage, &[("DATABASE_URL", &url)]);
        let admin = server.admin();
        // Several connections that read, and one that writes.
        thread::scope(|scope| {
            for lat in 0..20 {
                let (address, admin) = (server.address, &admin);
                scope.spawn(move || {
                    let stored = ask(address, "POST", "/location/update", admin, &new_location(&lat.to_string()));
                    assert_eq!(stored.unwrap().status, 201);
                    let listed = ask(address, "GET", "/location/get_locations", admin, "");
                    assert_eq!(listed.unwrap().status, 200);
                });
            }
        });
        assert_eq!(server.stop().code, Some(0));
        let folder = storage.folder().read_dir().unwrap();
        let files: Vec<_> = folder.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, ["service.db"], "{mode}");
    }
}

fn health_check_knows_a_healthy_server() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[]);
    let port = server.address.port();
    for address in [format!("127.0.0.1:{port}"), format!("0.0.0.0:{port}")] {
        let end = health_check(&address);
        assert_eq!((end.code, end.stderr.as_slice()), (Some(0), [].as_slice()), "{address}");
    }
}

fn health_check_fails_where_nothing_healthy_answers() {
    let nothing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_unhealthy(nothing, "no answer from");
    for (answer, expected) in [
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", "\"HTTP/1.1 503 \""),
        ("HTTP/1.1 2000 OK\r\n\r\n", "is not healthy"),
        ("SSH-2.0-OpenSSH_10.0\r\n", "is not healthy"),
        ("", "is not healthy"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            // Closed only after the question was read, or the system would break the connection off. The client may,
            // once it knows enough.
            let mut question = BufReader::new(stream);
            while question.read_line(&mut String::new()).is_ok_and(|read| read > 2) {}
        });
        assert_unhealthy(address, expected);
        server.join().unwrap();
    }
}

fn assert_unhealthy(address: SocketAddr, expected: &str) {
    let end = health_check(&address.to_string());
    assert_eq!((end.code, end.stderr.len()), (Some(1), 1), "{end:?}");
    assert!(end.stderr[0].starts_with("error: ") && end.stderr[0].contains(expected), "{end:?}");
}

fn health_check(address: &str) -> End {
    Program::start("healthcheck", [("LISTEN_ADDRESS", address)]).end()
}
