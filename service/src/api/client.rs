use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};

use super::state::State;

/// The address of the client: what the trusted proxy says, else the other end of the connection.
pub(crate) struct ClientAddress(pub(crate) String);

impl FromRequestParts<State> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let header = state.client_address_header.as_ref().and_then(|name| parts.headers.get(name));
        let told = header.and_then(|value| value.to_str().ok()?.trim().parse::<IpAddr>().ok());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self(told.or(peer).map_or_else(String::new, |address| address.to_string())))
    }
}
