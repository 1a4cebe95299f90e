use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use service::probe::probe;
use tokio::runtime::{Builder, Runtime};

#[test]
fn health_check_answers_with_a_message() {
    let (_server, address) = server();
    let answer = get(address, "/");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"message\":\"The service is running.\"}"), "{answer}");
}

#[test]
fn every_other_path_is_not_found() {
    let (_server, address) = server();
    assert!(get(address, "/users/read_all").starts_with("HTTP/1.1 404 "));
}

#[test]
fn probe_accepts_a_healthy_server() {
    let (_server, address) = server();
    probe(address).unwrap();
}

#[test]
fn probe_refuses_any_other_answer_than_200() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
        assert_eq!(request.next().unwrap().unwrap(), "GET / HTTP/1.1");
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let message = probe(address).unwrap_err().to_string();
    server.join().unwrap();
    assert_eq!(message, format!("{address} is not healthy: it answered \"HTTP/1.1 503 \""));
}

#[test]
fn taken_address_names_the_variable() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let message = runtime.block_on(service::bind(address)).unwrap_err().to_string();
    let expected = format!("cannot listen on {address}; choose another address with LISTEN_ADDRESS: ");
    assert!(message.starts_with(&expected), "{message}");
}

/// A server that runs until its runtime is dropped.
fn server() -> (Runtime, SocketAddr) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(service::bind(([127, 0, 0, 1], 0).into())).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(service::serve(listener, std::future::pending()));
    (runtime, address)
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
