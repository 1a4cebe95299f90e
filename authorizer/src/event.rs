//! What API Gateway asks.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Error;

/// The part of an event, in payload format 2.0, that a decision needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    /// The values of the identity sources: here of the header `Authorization`. Under them API Gateway keeps the answer.
    #[serde(borrow)]
    identity_source: Option<Vec<&'a str>>,
    #[serde(borrow)]
    headers: Option<BTreeMap<&'a str, &'a str>>,
}

/// The token of a request; `None` where it has none, or not exactly one.
///
/// # Errors
/// The event is not a request to an HTTP API in payload format 2.0: whoever sends it could not read the answer.
pub(crate) fn token(event: &Value) -> Result<Option<&str>, Error> {
    // What it is instead stays unsaid: in another format the token may stand anywhere.
    let event = event.is_object().then(|| Event::deserialize(event).ok()).flatten();
    let event = event.filter(|event| event.version == "2.0" && event.kind == "REQUEST");
    let event = event.ok_or_else(|| {
        Error::event(
            "the event is no request in payload format 2.0; this is an authorizer for HTTP APIs, with \
             AuthorizerPayloadFormatVersion 2.0",
        )
    })?;
    let source = match event.identity_source.as_deref() {
        None | Some([]) => return Ok(None),
        Some(&[source]) => source,
        Some(_) => {
            return Err(Error::event("the authorizer has more identity sources than $request.header.Authorization"));
        }
    };
    // The answer is kept under the identity source. It must be what the service will see.
    let mut headers = event.headers.iter().flatten();
    let is_other = headers.any(|(name, value)| name.eq_ignore_ascii_case("authorization") && *value != source);
    Ok(bearer(source).filter(|_| !is_other))
}

/// The token of a header. What has other characters than a JWT is none.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(is_fit)).then_some(token)
}
