use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, ChildStderr, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn program_serves_until_it_is_asked_to_stop() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::start();
        assert!(healthcheck(&server.address).success());
        kill_process(Pid::from_child(&server.child), signal).unwrap();
        assert_eq!(server.child.wait().unwrap().code(), Some(0));
        let mut rest = String::new();
        server.stderr.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[test]
fn healthcheck_fails_where_nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    assert_eq!(healthcheck(&address).code(), Some(1));
}

#[test]
fn wrong_address_ends_the_program_with_one_line() {
    let output = program("serve", "here").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: LISTEN_ADDRESS is \"here\""), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
}

struct Server {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut child = program("serve", "127.0.0.1:0").stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, stderr, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone where the test went well.
        let _ = self.child.kill();
    }
}

fn healthcheck(address: &str) -> std::process::ExitStatus {
    program("healthcheck", address).stderr(Stdio::null()).status().unwrap()
}

fn program(command: &str, address: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_service"));
    program.arg(command).env("LISTEN_ADDRESS", address);
    program
}
