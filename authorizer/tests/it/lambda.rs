//! The [Lambda runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), and the program that asks it.

use std::{process::Stdio, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, ChildStderr, Command},
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

/// The program, as Lambda runs it.
pub(crate) struct Lambda {
    program: Child,
    /// Read all the time: a full pipe would stop the program.
    log: JoinHandle<Vec<String>>,
    events: mpsc::UnboundedSender<Vec<u8>>,
    answers: mpsc::UnboundedReceiver<Answer>,
}

/// `Err` where the program says that it failed.
pub(crate) type Answer = Result<Value, Value>;

/// What the runtime API shares.
struct Shared {
    events: Mutex<(u64, mpsc::UnboundedReceiver<Vec<u8>>)>,
    answers: mpsc::UnboundedSender<Answer>,
}

impl Lambda {
    /// Starts the program with these variables, and those that Lambda sets.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        let (sender, answers) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { events: Mutex::new((0, waiting)), answers: sender });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(done))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async { axum::serve(listener, router).await });
        let mut program = command(variables).env("AWS_LAMBDA_RUNTIME_API", address).spawn().unwrap();
        let log = tokio::spawn(lines(program.stderr.take().unwrap()));
        Self { program, log, events, answers }
    }

    /// Hands the program an event, and waits for what it makes of it.
    pub(crate) async fn invoke(&mut self, event: impl Into<Vec<u8>>) -> Answer {
        self.events.send(event.into()).unwrap();
        tokio::select! {
            answer = self.answers.recv() => answer.unwrap(),
            ended = self.program.wait() => panic!("the program ended: {ended:?}"),
        }
    }

    /// Ends the program; gives the lines of its log.
    pub(crate) async fn log(mut self) -> Vec<String> {
        self.program.start_kill().unwrap();
        self.log.await.unwrap()
    }
}

/// The program with these variables, and no others but those of the runtime.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authorizer"));
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
        .env("AWS_LAMBDA_FUNCTION_NAME", "authorizer")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What a program writes until it ends.
pub(crate) async fn lines(stderr: ChildStderr) -> Vec<String> {
    let mut lines = BufReader::new(stderr).lines();
    let mut all = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        all.push(line);
    }
    all
}

async fn next(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let (number, events) = &mut *shared.events.lock().await;
    *number += 1;
    // The program asks once more before it is ended.
    let event = match events.recv().await {
        Some(event) => event,
        None => std::future::pending().await,
    };
    let headers = [
        ("lambda-runtime-aws-request-id", format!("request-{number}")),
        ("lambda-runtime-deadline-ms", "4000000000000".to_owned()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:authorizer".to_owned()),
    ];
    (headers, event)
}

async fn done(
    State(shared): State<Arc<Shared>>,
    Path((_, outcome)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let value = serde_json::from_slice(&body).unwrap();
    // The test may be over.
    _ = shared.answers.send(if outcome == "response" { Ok(value) } else { Err(value) });
    StatusCode::ACCEPTED
}
