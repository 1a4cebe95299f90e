//! Who sends a request, as far as the network knows.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};

use super::state::State;

/// The address of the client: what the trusted proxy says, else the other end of the connection.
pub(crate) struct ClientAddress(Option<IpAddr>);

impl ClientAddress {
    /// What is one client's own: an address of IPv4, or a network of IPv6, in which it has more addresses than it
    /// could ever use up.
    pub(crate) fn network(&self) -> String {
        match self.0.map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
            }
            Some(address) => address.to_string(),
            None => String::new(),
        }
    }
}

impl FromRequestParts<State> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let header = state.client_address_header.as_ref().and_then(|name| parts.headers.get(name));
        let told = header.and_then(|value| value.to_str().ok()?.trim().parse::<IpAddr>().ok());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self(told.or(peer)))
    }
}
