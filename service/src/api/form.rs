//! The log-in form, in both forms that a browser sends.

use axum::{
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body,
    failure::{Failure, Flaw, Step},
};

/// Name and password of a user (OAuth 2.0, "password" grant).
#[derive(ToSchema)]
pub(super) struct LoginForm {
    /// The user's name.
    pub(super) username: String,
    /// The user's password.
    #[schema(format = Password)]
    pub(super) password: String,
    /// Left out, or `password`.
    #[expect(dead_code, reason = "it is only checked; the field documents it")]
    #[schema(example = "password")]
    grant_type: Option<String>,
}

#[derive(Default, Deserialize)]
struct Entries {
    username: Option<String>,
    password: Option<String>,
    grant_type: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for LoginForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_multipart =
            content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/form-data"));
        let (parts, body) = request.into_parts();
        let bytes = body::read(body).await?;
        if is_multipart {
            multipart(Request::from_parts(parts, bytes.into()), state).await?.check()
        } else {
            // A body that is something else has no such fields, and is told so.
            serde_urlencoded::from_bytes::<Entries>(&bytes).unwrap_or_default().check()
        }
    }
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Entries, Failure> {
    let mut parts = Multipart::from_request(request, state).await.map_err(unreadable)?;
    let mut entries = Entries::default();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let entry = match part.name() {
            Some("username") => &mut entries.username,
            Some("password") => &mut entries.password,
            Some("grant_type") => &mut entries.grant_type,
            _ => continue,
        };
        *entry = Some(part.text().await.map_err(unreadable)?);
    }
    Ok(entries)
}

fn unreadable<E>(_: E) -> Failure {
    Failure::Invalid(vec![Flaw::new("form_invalid", "The form cannot be read").within(Step::Name("body"))])
}

impl Entries {
    fn check(self) -> Result<LoginForm, Failure> {
        let mut flaws = Vec::new();
        let mut wrong = |name, flaw: Flaw| flaws.push(flaw.within(Step::Name(name)).within(Step::Name("body")));
        let Self { username, password, grant_type } = self;
        if username.as_deref().is_none_or(str::is_empty) {
            wrong("username", Flaw::missing());
        }
        if password.as_deref().is_none_or(str::is_empty) {
            wrong("password", Flaw::missing());
        }
        if grant_type.as_deref().is_some_and(|grant| !grant.is_empty() && grant != "password") {
            wrong("grant_type", Flaw::new("string_pattern_mismatch", "Input should be 'password'"));
        }
        match (username, password) {
            (Some(username), Some(password)) if flaws.is_empty() => Ok(LoginForm { username, password, grant_type }),
            _ => Err(Failure::Invalid(flaws)),
        }
    }
}
