//! The address that the service listens on.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use crate::Error;

/// The environment variable that holds the address.
pub const VARIABLE: &str = "LISTEN_ADDRESS";

/// The address without the variable: this machine only, port 8080.
pub const DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Reads the address from the environment.
///
/// # Errors
/// The variable's value is not an IP address and a port.
pub fn from_environment() -> Result<SocketAddr, Error> {
    parse(std::env::var_os(VARIABLE))
}

/// Reads the address from the variable's value; [`DEFAULT`] where it is not set.
///
/// # Errors
/// The value is not an IP address and a port.
pub fn parse(value: Option<OsString>) -> Result<SocketAddr, Error> {
    let Some(value) = value else { return Ok(DEFAULT) };
    let text = value.to_string_lossy();
    text.parse().map_err(|_| Error::address(text.into_owned()))
}

/// Where a client on the same machine reaches a server that listens on `address`.
pub fn of_client(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}
