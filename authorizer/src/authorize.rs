//! From an event to a decision.

use std::future::Future;

use serde::Serialize;
use serde_json::Value;

use crate::{Error, event};

/// Who knows what a token is worth.
pub trait Authority {
    /// Whose token it is; `None` where it is not valid.
    ///
    /// # Errors
    /// There is no telling: it may be valid.
    fn identify(&self, token: &str) -> impl Future<Output = Result<Option<Identity>, Error>>;
}

/// Whose token it is: what the API's integration passes on to the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The user's id.
    pub id: String,
    /// The user's name.
    pub user_name: String,
    /// The user's role.
    pub role: String,
}

/// The answer in the simple form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Whether the request may pass.
    pub is_authorized: bool,
    /// Whose it is, if it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Identity>,
}

/// Decides about one request. Only a token that is known not to be valid is a "no".
///
/// # Errors
/// The event is not a request in payload format 2.0, or the authority does not know.
pub async fn authorize(event: &Value, authority: &impl Authority) -> Result<Response, Error> {
    let context = match event::token(event)? {
        Some(token) => authority.identify(token).await?,
        None => None,
    };
    Ok(Response { is_authorized: context.is_some(), context })
}
