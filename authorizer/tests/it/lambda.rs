//! As much of the [Lambda runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) as one event needs.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

/// Hands one event to the program; returns the path and the body of its answer.
pub(crate) fn invoke(event: &str) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut program = Program::start(&listener.local_addr().unwrap().to_string());
    listener.set_nonblocking(true).unwrap();
    loop {
        let mut stream = program.connection(&listener);
        let (path, body) = read(&mut stream);
        if !path.ends_with("/invocation/next") {
            write!(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
            return (path, body);
        }
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\
             Lambda-Runtime-Aws-Request-Id: request-1\r\nLambda-Runtime-Deadline-Ms: 4000000000000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:authorizer\r\n\r\n{event}",
            event.len()
        )
        .unwrap();
    }
}

struct Program(Child);

impl Program {
    fn start(address: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_authorizer"))
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "authorizer")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// The program's next connection; panics if it ends instead.
    fn connection(&mut self, listener: &TcpListener) -> TcpStream {
        loop {
            match listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).unwrap();
                    return stream;
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            assert_eq!(self.0.try_wait().unwrap(), None, "the program ended before it answered");
            sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already gone where the test went wrong.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (path, String::from_utf8(body).unwrap())
}
