use std::{fmt, io, net::SocketAddr};

use crate::address::VARIABLE;

/// Why the service could not start, went down, or is not healthy.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    source: Option<io::Error>,
}

#[derive(Debug)]
enum Kind {
    Address { value: String },
    Bind { address: SocketAddr },
    Signal,
    Serve,
    Probe { address: SocketAddr },
    Unhealthy { address: SocketAddr, answer: String },
}

impl Error {
    pub(crate) fn address(value: String) -> Self {
        Self { kind: Kind::Address { value }, source: None }
    }

    pub(crate) fn bind(address: SocketAddr, source: io::Error) -> Self {
        Self { kind: Kind::Bind { address }, source: Some(source) }
    }

    pub(crate) fn signal(source: io::Error) -> Self {
        Self { kind: Kind::Signal, source: Some(source) }
    }

    pub(crate) fn serve(source: io::Error) -> Self {
        Self { kind: Kind::Serve, source: Some(source) }
    }

    pub(crate) fn probe(address: SocketAddr, source: io::Error) -> Self {
        Self { kind: Kind::Probe { address }, source: Some(source) }
    }

    pub(crate) fn unhealthy(address: SocketAddr, answer: String) -> Self {
        Self { kind: Kind::Unhealthy { address, answer }, source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Address { value } => {
                write!(f, "{VARIABLE} is {value:?}, which is not an address; write it as 0.0.0.0:8080 or [::]:8080")
            }
            Kind::Bind { address } => write!(f, "cannot listen on {address}; choose another address with {VARIABLE}"),
            Kind::Signal => write!(f, "cannot wait for the signal to stop"),
            Kind::Serve => write!(f, "the server stopped"),
            Kind::Probe { address } => write!(f, "no answer from {address}; {VARIABLE} must be the server's own"),
            Kind::Unhealthy { address, answer } => write!(f, "{address} is not healthy: it answered {answer:?}"),
        }?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}

impl std::error::Error for Error {}
