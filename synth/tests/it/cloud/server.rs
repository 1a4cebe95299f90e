//! A server that gives the answers it is told to, one after the other, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use synth::cloud::Connection;

/// A request: its first line, its headers in lower case, its body.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|header| header.strip_prefix(&format!("{name}: ")))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: String,
}

/// An answer with this status and body.
pub(crate) fn answer(status: u16, body: &str) -> Answer {
    Answer { status, headers: String::new(), body: body.to_owned() }
}

impl Answer {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.extend([name, ": ", value, "\r\n"]);
        self
    }
}

pub(crate) struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// `{here}` in an answer's headers and body stands for the server's address.
    pub(crate) fn new(answers: Vec<Answer>) -> Self {
        Self::with(answers, None)
    }

    /// With an answer of its own for requests that begin so.
    pub(crate) fn with(answers: Vec<Answer>, own: Option<(&'static str, Answer)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (here, log) = (address.clone(), Arc::clone(&asked));
        thread::spawn(move || {
            let mut answers = answers.into_iter();
            while let Ok((stream, _)) = listener.accept() {
                let asked = read(&stream);
                let own = own.as_ref().filter(|(line, _)| asked.line.starts_with(line)).map(|(_, own)| own.clone());
                let Some(answer) = own.or_else(|| answers.next()) else { return };
                log.lock().unwrap().push(asked.clone());
                write(&stream, &asked, &answer, &here);
            }
        });
        Self { address, asked }
    }

    /// The way there, without repetitions.
    pub(crate) fn connection(&self) -> Connection {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let configuration = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(&self.address)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled());
        Connection::over(configuration)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The first lines of all requests, without the version.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.line.trim_end_matches(" HTTP/1.1").to_owned()).collect()
    }
}

/// One request a connection.
fn read(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.remove(0);
    let mut asked = Asked { line, headers: lines, body: Vec::new() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    reader.read_exact(&mut asked.body).unwrap();
    asked
}

fn write(mut stream: &TcpStream, asked: &Asked, answer: &Answer, here: &str) {
    let Answer { status, headers, body } = answer;
    let (headers, body) = (headers.replace("{here}", here), body.replace("{here}", here));
    // The answer to HEAD has no body, whatever its length says.
    let (length, body) = if asked.line.starts_with("HEAD") { (0, "") } else { (body.len(), &*body) };
    let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}
