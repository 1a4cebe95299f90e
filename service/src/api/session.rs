//! Who asks.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::{context, failure::Failure, state::State};
use crate::user::{Role, User};

/// The header in which the API's gateway says whom its authorizer saw.
const GATEWAY_USER: &str = "x-auth-user-id";

/// The user whose valid token the request carries, as the database has it now.
pub(crate) struct Session(pub(crate) User);

/// The same, where the user is an admin.
pub(crate) struct AdminSession;

impl FromRequestParts<State> for Session {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let token = bearer(&parts.headers)?;
        let id = state.tokens.verify(token).ok_or(Failure::NotValidated)?;
        let user = state.database.user(id).await?.ok_or(Failure::NotValidated)?;
        context::set_user(&user);
        // A convenience only: whoever reaches the service could write this header.
        if let Some(gateway) = parts.headers.get(GATEWAY_USER)
            && gateway.as_bytes() != user.id.to_string().as_bytes()
        {
            tracing::warn!(id = context::id(), "the gateway's identity header names another user than the token");
        }
        Ok(Self(user))
    }
}

impl FromRequestParts<State> for AdminSession {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let Session(user) = Session::from_request_parts(parts, state).await?;
        if user.role == Role::Admin { Ok(Self) } else { Err(Failure::NotAllowed) }
    }
}

/// The token of a request that has exactly one `Authorization`.
fn bearer(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Failure::NotAuthenticated)?;
    if values.next().is_some() {
        return Err(Failure::NotValidated);
    }
    let value = value.to_str().map_err(|_| Failure::NotValidated)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Failure::NotAuthenticated),
    }
}
