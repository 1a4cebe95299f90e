//! The real program, as whoever runs it starts it.

use std::{
    ffi::OsStr,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::connection::{Answer, Connection, DEADLINE, request};
use crate::{
    api::{ADMIN, PASSWORD, SIGNING_KEY},
    storage::Storage,
};

/// A run of the program. It is killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    stderr: Receiver<String>,
    seen: Vec<String>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct End {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// The lines of standard error.
    pub(crate) stderr: Vec<String>,
}

/// A run that serves.
pub(crate) struct Server {
    program: Program,
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Option<SocketAddr>,
}

impl Program {
    /// Starts a command with these variables, and no others.
    pub(crate) fn start<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        command: &str,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_service"));
        program.arg(command).env_clear().envs(variables);
        let mut child = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, stderr) = mpsc::channel();
        // It ends with the program.
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, stderr, seen: Vec::new() }
    }

    /// Starts to serve on a free port.
    pub(crate) fn serve(storage: &Storage, more: &[(&str, &str)]) -> Self {
        let mut variables = storage.variables();
        for (name, value) in [
            ("SIGNING_KEY", SIGNING_KEY),
            ("LISTEN_ADDRESS", "127.0.0.1:0"),
            ("ADMIN_PASSWORD", PASSWORD),
            ("LOGIN_LIMIT", "off"),
        ] {
            variables.push((name, value.to_owned()));
        }
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Self::start("serve", variables.into_iter().chain(more))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it serves.
    pub(crate) fn listening(mut self) -> Server {
        let mut metrics = None;
        loop {
            let Some(line) = self.line() else { panic!("it does not start: {:?}", self.seen) };
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            let address = || event["address"].as_str().unwrap().parse().unwrap();
            if event["message"] == "metrics" {
                metrics = Some(address());
            } else if event["message"] == "listening" {
                return Server { address: address(), metrics, program: self };
            }
        }
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> End {
        while self.line().is_some() {}
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return End { code: status.code(), stderr: std::mem::take(&mut self.seen) };
            }
            assert!(Instant::now() < deadline, "it does not end: {:?}", self.seen);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The next line of standard error; `None` where it is closed.
    fn line(&mut self) -> Option<String> {
        match self.stderr.recv_timeout(DEADLINE) {
            Ok(line) => {
                self.seen.push(line.clone());
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it says no more: {:?}", self.seen),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Server {
    /// Starts to serve, with an admin, and waits until it does.
    pub(crate) fn start(storage: &Storage, more: &[(&str, &str)]) -> Self {
        Program::serve(storage, more).listening()
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.program.signal(signal);
    }

    /// Waits until it has ended, and does nothing to end it.
    pub(crate) fn end(self) -> End {
        self.program.end()
    }

    /// Stops it as a service manager does.
    pub(crate) fn stop(self) -> End {
        self.signal(Signal::TERM);
        self.end()
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address).unwrap()
    }

    /// Sends a request over a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> io::Result<Answer> {
        ask(self.address, method, path, token, body)
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Answer {
        self.ask("GET", path, token, "").unwrap()
    }

    pub(crate) fn admin(&self) -> String {
        log_in(self.address, ADMIN).unwrap()
    }
}

pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, token: &str, body: &str) -> io::Result<Answer> {
    Connection::open(address)?.ask(&request(method, path, token, body))
}

/// A token of a user with the usual password.
pub(crate) fn log_in(address: SocketAddr, user_name: &str) -> io::Result<String> {
    let form = format!("username={user_name}&password={}", PASSWORD.replace(' ', "+"));
    let answer = ask(address, "POST", "/auth/token", "", &form)?;
    Ok(answer.json()["access_token"].as_str().unwrap().to_owned())
}

pub(crate) fn new_user(user_name: &str) -> String {
    json!({"user_name": user_name, "password": PASSWORD}).to_string()
}

pub(crate) fn new_location(lat: &str) -> String {
    json!({"user_name": "ignored", "lat": lat, "lng": "0"}).to_string()
}
