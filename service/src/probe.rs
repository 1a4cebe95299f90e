//! The health check as a client: what the container's health check runs.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::{Error, address};

// Below the three seconds that ECS gives the command.
const TIMEOUT: Duration = Duration::from_secs(2);
const HEALTHY: &str = "HTTP/1.1 200 ";

/// Asks the server that listens on `listen_address` for its health.
///
/// # Errors
/// It does not answer within two seconds, or not with 200.
pub fn probe(listen_address: SocketAddr) -> Result<(), Error> {
    let address = address::of_client(listen_address);
    let answer = first_bytes(address).map_err(|source| Error::probe(address, source))?;
    if answer == HEALTHY { Ok(()) } else { Err(Error::unhealthy(address, answer)) }
}

fn first_bytes(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(HEALTHY.len() as u64).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
