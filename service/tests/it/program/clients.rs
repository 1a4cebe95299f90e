//! Slow clients and garbage.

use std::{
    convert::Infallible,
    io::ErrorKind,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    routing::get,
};
use hyper::{Response, body::Frame};
use service::{
    api,
    database::Database,
    password::Passwords,
    server::{self, Limits},
};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use super::{
    connection::{Connection, DEADLINE},
    server::{Server, new_user},
};
use crate::{
    api::SIGNING_KEY,
    storage::{Backend, Storage},
};

crate::tests! {
    plain: half_a_head_is_cut_off, head_that_drips_is_cut_off, idle_connection_is_closed, garbage_is_answered_and_ends,
        pipelined_requests_are_answered_in_order, connection_waits_for_a_place, body_that_stalls_times_out,
        answer_that_stalls_times_out, client_that_writes_too_much_sees_why;
}

/// A server that answers `/NUMBER` with the number.
struct Echo {
    address: SocketAddr,
    /// What serves; it ends with this.
    _runtime: Runtime,
}

const SHORT: Duration = Duration::from_millis(300);

impl Echo {
    fn start(limits: Limits) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let router = Router::new().route("/{number}", get(async |Path(number): Path<String>| number));
        let listener = runtime.block_on(server::bind(([127, 0, 0, 1], 0).into(), "LISTEN_ADDRESS")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(server::serve(listener, router, limits, std::future::pending()));
        Self { address, _runtime: runtime }
    }

    fn with_short_idle() -> Self {
        Self::start(Limits { idle: SHORT, ..Limits::default() })
    }

    fn connect(&self) -> Connection {
        Connection::open(self.address).unwrap()
    }

    fn assert_serves(&self) {
        assert_eq!(self.connect().ask(&ask_for(1)).unwrap().body, "1");
    }
}

fn ask_for(number: usize) -> String {
    format!("GET /{number} HTTP/1.1\r\nHost: service.test\r\n\r\n")
}

fn half_a_head_is_cut_off() {
    let server = Echo::with_short_idle();
    for half in ["", "GET", "GET /1 HTTP/1.1\r\n", "GET /1 HTTP/1.1\r\nHost: service.test\r\n"] {
        let mut connection = server.connect();
        connection.send(half).unwrap();
        assert!(!connection.rest().contains("200 OK"), "{half}");
    }
    server.assert_serves();
}

fn head_that_drips_is_cut_off() {
    let server = Echo::with_short_idle();
    let mut connection = server.connect();
    connection.send("GET /1 HTTP/1.1\r\nHost: service.test\r\nX: ").unwrap();
    connection.wait_at_most(SHORT / 10);
    // Far more often than the server lets it.
    for _ in 0..2000 {
        match connection.send("x").and_then(|()| connection.answer()) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
            Ok(answer) => {
                assert_eq!(answer.status, 408);
                return;
            }
        }
    }
    panic!("it is still open");
}

fn idle_connection_is_closed() {
    let server = Echo::with_short_idle();
    let mut connection = server.connect();
    assert_eq!(connection.ask(&ask_for(1)).unwrap().body, "1");
    assert_eq!(connection.rest(), "");
}

fn garbage_is_answered_and_ends() {
    let server = Echo::start(Limits::default());
    for garbage in [
        "\r\n\r\n\0\0\0\r\n\r\n",
        "no HTTP at all\r\n\r\n",
        "GET /1 HTTP/9.9\r\nHost: service.test\r\n\r\n",
        "GET /1 HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /1 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET /1 HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /1 HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    ] {
        let mut connection = server.connect();
        connection.send(ask_for(7) + garbage + &ask_for(8)).unwrap();
        assert_eq!(connection.answer().unwrap().body, "7");
        let rest = connection.rest();
        assert!(rest.starts_with("HTTP/1.1 400 ") && rest.matches("HTTP/1.1").count() == 1, "{garbage:?}: {rest:?}");
    }
    server.assert_serves();
}

fn pipelined_requests_are_answered_in_order() {
    let server = Echo::start(Limits::default());
    let mut connection = server.connect();
    connection.send((0..100).map(ask_for).collect::<String>()).unwrap();
    let bodies: Vec<String> = (0..100).map(|_| connection.answer().unwrap().body).collect();
    assert_eq!(bodies, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
}

fn connection_waits_for_a_place() {
    let server = Echo::start(Limits { connections: 2, ..Limits::default() });
    let mut places = [server.connect(), server.connect()];
    for (number, connection) in places.iter_mut().enumerate() {
        assert_eq!(connection.ask(&ask_for(number)).unwrap().body, number.to_string());
    }
    let mut third = server.connect();
    third.wait_at_most(SHORT);
    assert_eq!(third.ask(&ask_for(3)).unwrap_err().kind(), ErrorKind::WouldBlock);
    drop(places);
    third.wait_at_most(DEADLINE);
    assert_eq!(third.answer().unwrap().body, "3");
}

/// A body that never comes.
struct Stalled;

impl hyper::body::Body for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

/// How a sign-up is answered, and after how many seconds. The clock stands still, and goes on where everybody waits.
fn sign_up(body: Body, passwords: Passwords) -> (Response<Body>, u64) {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let settings = [("SIGNING_KEY", SIGNING_KEY), ("DATABASE_URL", "sqlite:///nowhere/service.db")];
    let settings = service::configuration::Configuration::read(&settings.into_iter().collect()).unwrap();
    runtime.block_on(async {
        let database = Database::open(&settings.database).unwrap();
        let state = api::State::new(&settings.api, database, passwords);
        let request = hyper::Request::post("/users/create_user").header("content-type", "application/json");
        let started = tokio::time::Instant::now();
        let answer = api::router(state, None).unwrap().oneshot(request.body(body).unwrap()).await.unwrap();
        (answer, started.elapsed().as_secs())
    })
}

fn body_that_stalls_times_out() {
    let (answer, seconds) = sign_up(Body::new(Stalled), Passwords::default());
    assert_eq!((answer.status().as_u16(), seconds), (408, 10));
}

fn answer_that_stalls_times_out() {
    // No password is ever hashed.
    let (answer, seconds) = sign_up(new_user("ann").into(), Passwords::with_limits(0, 1));
    assert_eq!((answer.status().as_u16(), seconds), (503, 12));
    assert_eq!(answer.headers()["retry-after"], "1");
}

/// It reads nothing until it has written everything.
fn client_that_writes_too_much_sees_why() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[]);
    let body = "x".repeat(10 * 1024 * 1024);
    for path in ["/users/create_user", "/auth/token"] {
        let answer = server.ask("POST", path, "", &body).unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (413, r#"{"detail":"The body is too long."}"#), "{path}");
    }
}
