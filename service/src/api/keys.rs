//! The public keys of tokens.

use axum::{
    Json, extract,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};

use super::state::State;
use crate::token::PublicKeys;

/// Short, since a new key must be known soon.
const CACHE: [(HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];

/// The public keys that verify tokens, as a JSON Web Key Set
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses((status = OK, body = PublicKeys)))]
pub(super) async fn jwks(extract::State(state): extract::State<State>) -> impl IntoResponse {
    (CACHE, Json(state.tokens.public_keys().clone()))
}
