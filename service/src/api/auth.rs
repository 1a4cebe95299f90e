//! Logging in.

use axum::{
    Json, extract,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    client::ClientAddress,
    context,
    failure::{Detail, Failure, InvalidInput},
    form::LoginForm,
    session::Session,
    state::State,
};
use crate::user::{self, User};

/// A token, as OAuth 2.0 hands it out.
#[derive(Serialize, ToSchema)]
pub(super) struct BearerToken {
    /// What to send as `Authorization: Bearer ...`.
    access_token: String,
    /// Always `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds that the token is valid.
    expires_in: u64,
}

/// Not to be kept by any cache.
const NO_STORE: [(HeaderName, HeaderValue); 1] = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// Log in
#[utoipa::path(
    post, path = "/auth/token", tag = "auth",
    request_body(content(
        (LoginForm = "application/x-www-form-urlencoded"),
        (LoginForm = "multipart/form-data"),
    )),
    responses(
        (status = OK, body = BearerToken),
        (status = UNAUTHORIZED, body = Detail),
        (status = UNPROCESSABLE_ENTITY, body = InvalidInput),
        (status = TOO_MANY_REQUESTS, body = Detail, headers(("Retry-After", description = "Seconds to wait"))),
        (status = SERVICE_UNAVAILABLE, body = Detail, headers(("Retry-After", description = "Seconds to wait"))),
    )
)]
pub(super) async fn token(
    extract::State(state): extract::State<State>,
    address: ClientAddress,
    LoginForm { username, password, .. }: LoginForm,
) -> Result<impl IntoResponse, Failure> {
    let attempt = state.login_limit.attempt(&username, &address).await?;
    let Some(user) = authenticate(&state, &username, password.into()).await? else {
        attempt.count();
        return Err(Failure::NotValidated);
    };
    drop(attempt);
    context::set_user(&user);
    let access_token = state.tokens.sign(&user).map_err(Failure::internal)?;
    Ok((
        NO_STORE,
        Json(BearerToken { access_token, token_type: "bearer", expires_in: state.tokens.lifetime().as_secs() }),
    ))
}

/// The user, if the password is right. It takes the same time whether or not there is such a user.
async fn authenticate(state: &State, user_name: &str, password: SecretString) -> Result<Option<User>, Failure> {
    let account = if user::is_name(user_name) { state.database.account(user_name).await? } else { None };
    let (user, hash) = account.map(|account| (account.user, account.password_hash)).unzip();
    let right = state.passwords.verify(password, hash).await?;
    Ok(user.filter(|_| right))
}

/// Whose token it is
#[utoipa::path(
    get, path = "/auth/check_token", tag = "auth", security(("bearer" = [])),
    responses((status = OK, body = User), (status = UNAUTHORIZED, body = Detail))
)]
pub(super) async fn check_token(Session(user): Session) -> impl IntoResponse {
    (NO_STORE, Json(user))
}
