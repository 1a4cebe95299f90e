//! What the authorizer makes of the service's answers.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use authorizer::{
    Authority, Error, Identity,
    introspection::{Discover, Introspection},
};
use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};

pub(crate) const USER: &str = r#"{"id": 7, "user_name": "ann", "role": "user"}"#;

/// Tasks that everybody knows of, and how often somebody asked where they are.
struct Known(Vec<SocketAddr>, Arc<AtomicUsize>);

impl Known {
    fn new(tasks: &[SocketAddr]) -> Self {
        Self(tasks.to_vec(), Arc::default())
    }
}

impl Discover for Known {
    async fn discover(&self) -> Result<Vec<SocketAddr>, Error> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(self.0.clone())
    }
}

/// A task of the service that answers what it is told to. It ends with this.
pub(crate) struct Task {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Task {
    pub(crate) async fn start(status: u16, body: impl Into<String>) -> Self {
        let (status, body) = (StatusCode::from_u16(status).unwrap(), body.into());
        Self::with(move || (status, body.clone()).into_response()).await
    }

    async fn with(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let handler = get(move |headers: HeaderMap| {
            count.fetch_add(1, Ordering::Relaxed);
            assert_eq!(headers["authorization"], "Bearer a.b.c");
            std::future::ready(answer())
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/auth/check_token", handler);
        let server = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { address, asked, server }
    }

    /// One that does this with each connection.
    async fn raw<F: Future<Output = ()> + Send>(talk: impl Fn(TcpStream) -> F + Send + 'static) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                talk(stream).await;
            }
        });
        Self { address, asked, server }
    }

    /// Ends it, and every connection to it.
    pub(crate) async fn stop(mut self) {
        self.server.abort();
        _ = (&mut self.server).await;
        while TcpStream::connect(self.address).await.is_ok() {}
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Nothing listens there, and nothing else can: the port is taken as long as the socket lives.
pub(crate) fn nowhere() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    (socket.local_addr().unwrap(), socket)
}

pub(crate) fn ann() -> Identity {
    Identity { id: "7".to_owned(), user_name: "ann".to_owned(), role: "user".to_owned() }
}

async fn ask(tasks: &[SocketAddr]) -> Result<Option<Identity>, Error> {
    Introspection::new(Known::new(tasks)).identify("a.b.c").await
}

#[tokio::test]
async fn service_says_whose_token_it_is() {
    let task = Task::start(200, USER).await;
    assert_eq!(ask(&[task.address]).await.unwrap(), Some(ann()));
}

#[tokio::test]
async fn only_401_is_a_no() {
    let task = Task::start(401, r#"{"detail":"Could not validate user."}"#).await;
    assert_eq!(ask(&[task.address]).await.unwrap(), None);
    assert_eq!(task.asked(), 1);
    for status in [204, 301, 400, 403, 404, 429, 500, 502, 503] {
        let task = Task::start(status, "").await;
        let error = ask(&[task.address]).await.unwrap_err();
        assert_eq!((error.kind(), task.asked()), ("Service", 2), "{status}: {error}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[tokio::test]
async fn strange_answers_are_errors() {
    let long = format!(r#"{{"id": 7, "user_name": "ann", "role": "user", "more": "{}"}}"#, "x".repeat(5000));
    for body in [
        "",
        "null",
        "[]",
        "<html>",
        r#"{"id": 7}"#,
        r#"{"id": "7", "user_name": "ann", "role": "user"}"#,
        r#"{"id": 7, "user_name": "", "role": "user"}"#,
        r#"{"id": 7, "user_name": "ann", "role": "us er"}"#,
        r#"{"id": 7, "user_name": "ann\r\nx-auth-role: admin", "role": "user"}"#,
        r#""Bearer a.b.c""#,
        &long,
    ] {
        let task = Task::start(200, body).await;
        let error = ask(&[task.address]).await.unwrap_err();
        // What comes from outside may hold the token.
        assert!(error.kind() == "Service" && !error.to_string().contains("a.b.c"), "{body}: {error}");
    }
}

#[tokio::test]
async fn another_task_is_asked_where_one_fails() {
    let (good, bad) = (Task::start(200, USER).await, Task::start(503, "").await);
    let broken =
        Task::raw(|mut stream| async move { _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-").await }).await;
    let (nobody, _socket) = nowhere();
    for failing in [bad.address, broken.address, nobody] {
        let both = Introspection::new(Known::new(&[failing, good.address]));
        for _ in 0..4 {
            assert_eq!(both.identify("a.b.c").await.unwrap(), Some(ann()), "{failing}");
        }
    }
    // None is asked three times.
    let worse = Task::start(500, "").await;
    let error = ask(&[bad.address, worse.address]).await.unwrap_err().to_string();
    assert!(error.contains("503") && error.contains("500"), "{error}");
    assert_eq!(worse.asked(), 1);
}

#[tokio::test]
async fn task_that_says_nothing_is_left() {
    let silent = Task::raw(async |_stream| std::future::pending().await).await;
    let good = Task::start(200, USER).await;
    let both = Introspection::new(Known::new(&[silent.address, good.address]));
    for _ in 0..2 {
        assert_eq!(both.identify("a.b.c").await.unwrap(), Some(ann()));
    }
    let error = ask(&[silent.address]).await.unwrap_err();
    assert!(error.to_string().contains("does not answer in time"), "{error}");
}

#[tokio::test]
async fn tasks_take_turns() {
    let tasks = [Task::start(200, USER).await, Task::start(200, USER).await, Task::start(200, USER).await];
    let all = Introspection::new(Known::new(&tasks.each_ref().map(|task| task.address)));
    for _ in 0..9 {
        all.identify("a.b.c").await.unwrap();
    }
    assert_eq!(tasks.each_ref().map(Task::asked), [3; 3]);
}

#[tokio::test]
async fn connection_is_used_again() {
    // It counts connections, and answers each request on them.
    let task = Task::raw(async |stream| {
        tokio::spawn(async move {
            use tokio::io::{AsyncBufReadExt, BufReader};
            let mut stream = BufReader::new(stream);
            loop {
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if stream.read_line(&mut head).await.unwrap() == 0 {
                        return;
                    }
                }
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{USER}", USER.len());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
    })
    .await;
    let one = Introspection::new(Known::new(&[task.address]));
    for _ in 0..5 {
        assert_eq!(one.identify("a.b.c").await.unwrap(), Some(ann()));
    }
    assert_eq!(task.asked(), 1);
}

/// The service closed it while Lambda had frozen the process.
#[tokio::test]
async fn closed_connection_is_no_failure() {
    let task = Task::raw(async |mut stream| {
        use tokio::io::AsyncReadExt;
        _ = stream.read(&mut [0; 1024]).await;
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{USER}", USER.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let known = Known::new(&[task.address]);
    let looked_up = Arc::clone(&known.1);
    let one = Introspection::new(known);
    for _ in 0..5 {
        assert_eq!(one.identify("a.b.c").await.unwrap(), Some(ann()));
        // It has to arrive that the connection is closed.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // After a failure it would have been looked up again.
    assert_eq!(looked_up.load(Ordering::Relaxed), 1);
}
