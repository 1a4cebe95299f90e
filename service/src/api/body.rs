//! JSON bodies: every field is looked at, so that a client learns of all its mistakes at once.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde_json::value::RawValue;

use super::failure::{Failure, Flaw, Step};

/// A JSON body that was checked.
pub(crate) struct Body<T>(pub(crate) T);

/// What a body can be read as.
pub(crate) trait FromFields: Sized {
    /// Reads all fields, also after one that is wrong; `None` where any is.
    fn from_fields(fields: &mut Fields<'_>) -> Option<Self>;
}

/// The fields of a JSON object, and what is wrong with them.
pub(crate) struct Fields<'a> {
    values: BTreeMap<Cow<'a, str>, &'a RawValue>,
    flaws: Vec<Flaw>,
}

impl<T: FromFields, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Failure::TooLarge
            } else {
                in_body(Flaw::new("body_incomplete", "The body ended early"))
            }
        })?;
        if bytes.is_empty() {
            return Err(in_body(Flaw::missing()));
        }
        if is_json { parse(&bytes).map(Self) } else { Err(in_body(not_an_object())) }
    }
}

/// Reads a body.
pub(crate) fn parse<T: FromFields>(bytes: &[u8]) -> Result<T, Failure> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(not_json(error.valid_up_to())),
    };
    let value: &RawValue = serde_json::from_str(text).map_err(|error| not_json(offset(text, &error)))?;
    let Ok(values) = serde_json::from_str(value.get()) else { return Err(in_body(not_an_object())) };
    let mut fields = Fields { values, flaws: Vec::new() };
    match T::from_fields(&mut fields) {
        Some(body) if fields.flaws.is_empty() => Ok(body),
        _ => Err(Failure::Invalid(fields.flaws.into_iter().map(|flaw| flaw.within(Step::Name("body"))).collect())),
    }
}

impl<'a> Fields<'a> {
    /// A field that must be there.
    pub(crate) fn required<T>(&mut self, name: &'static str, read: impl FnOnce(&'a RawValue) -> Read<T>) -> Option<T> {
        let value = self.values.get(name).copied();
        let value = value.map_or_else(|| Err(vec![Flaw::missing()]), read);
        self.keep(name, value)
    }

    /// A field that may be left out, or be null.
    pub(crate) fn optional<T>(&mut self, name: &'static str, read: impl FnOnce(&'a RawValue) -> Read<T>) -> Option<T> {
        let value = self.values.get(name).copied().filter(|value| value.get() != "null")?;
        self.keep(name, read(value))
    }

    fn keep<T>(&mut self, name: &'static str, value: Read<T>) -> Option<T> {
        value.map_err(|flaws| self.flaws.extend(flaws.into_iter().map(|flaw| flaw.within(Step::Name(name))))).ok()
    }
}

/// A value, or everything that is wrong with it.
pub(crate) type Read<T> = Result<T, Vec<Flaw>>;

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn in_body(flaw: Flaw) -> Failure {
    Failure::Invalid(vec![flaw.within(Step::Name("body"))])
}

fn not_an_object() -> Flaw {
    Flaw::new("model_attributes_type", "Input should be a JSON object, sent as application/json")
}

fn not_json(offset: usize) -> Failure {
    in_body(Flaw::new("json_invalid", "JSON decode error").within(Step::Position(offset)))
}

/// Where in the text the error is, in bytes.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    (before + error.column().saturating_sub(1)).min(text.len())
}
