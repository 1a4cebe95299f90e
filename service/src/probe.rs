//! The health check as a client: what the container's health check runs.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::{Error, configuration};

// Below the three seconds that ECS gives the command.
const TIMEOUT: Duration = Duration::from_secs(2);
const HEALTHY: &str = "HTTP/1.1 200 ";

/// Asks the server that listens on `listen_address` for its health.
///
/// # Errors
/// It does not answer within two seconds, or not with 200.
pub fn probe(listen_address: SocketAddr) -> Result<(), Error> {
    let address = configuration::address_of_client(listen_address);
    let answer = first_bytes(address).map_err(|source| {
        Error::new(format!("no answer from {address}; LISTEN_ADDRESS must be the server's own")).caused_by(source)
    })?;
    if answer == HEALTHY {
        Ok(())
    } else {
        Err(Error::new(format!("{address} is not healthy: it answered {answer:?}")))
    }
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
