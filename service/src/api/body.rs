//! JSON bodies: every field is looked at, so that a client learns of all its mistakes at once.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    body,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt;
use serde_json::value::RawValue;
use tokio::time::{self, Duration};

use super::failure::{Failure, Flaw, Step};

/// The most bytes of a body: enough for 10,000 ids.
const LONGEST: usize = 256 * 1024;

/// So much is read of a body that is too long: a client that is still sending does not see the answer. No gateway
/// sends more.
const MOST_READ: usize = 11 * 1024 * 1024;

/// How long a body may take.
const TIMEOUT: Duration = Duration::from_secs(10);

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

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let bytes = read(request.into_body()).await?;
        if bytes.is_empty() {
            return Err(in_body(Flaw::missing()));
        }
        if is_json { parse(&bytes).map(Self) } else { Err(in_body(not_an_object())) }
    }
}

/// Takes a whole body off the connection.
pub(crate) async fn read(body: body::Body) -> Result<Vec<u8>, Failure> {
    time::timeout(TIMEOUT, collect(body)).await.unwrap_or(Err(Failure::TooSlow))
}

async fn collect(mut body: body::Body) -> Result<Vec<u8>, Failure> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| in_body(Flaw::new("body_incomplete", "The body ended early")))?;
        let data = frame.into_data().unwrap_or_default();
        length += data.len();
        if length <= LONGEST {
            bytes.extend_from_slice(&data);
        } else if length > MOST_READ {
            break;
        }
    }
    if length <= LONGEST { Ok(bytes) } else { Err(Failure::TooLarge) }
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

/// Clients that do not say what they send are taken to send what is expected.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let Ok(value) = value.to_str() else { return false };
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
