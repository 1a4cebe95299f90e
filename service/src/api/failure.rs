//! Errors, as clients see them.

use std::{fmt::Display, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::context;
use crate::{database, password};

/// Why a request is not answered as it wished.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No bearer token was shown.
    NotAuthenticated,
    /// The token or the log-in is not valid.
    NotValidated,
    /// The user may not do this.
    NotAllowed,
    /// There is no such thing.
    NotFound(&'static str),
    /// It is there already.
    Conflict(&'static str),
    /// The input is wrong, here and here.
    Invalid(Vec<Flaw>),
    /// The body is too long.
    TooLarge,
    /// The body does not come.
    TooSlow,
    /// Too many attempts; when to try again.
    TooMany(Duration),
    /// The same request may succeed later.
    Unavailable,
    /// It is the service's own fault. The client is not told more.
    Internal,
}

/// The body of an error.
#[derive(Serialize, ToSchema)]
pub(crate) struct Detail {
    /// What is wrong.
    #[schema(example = "Could not validate user.")]
    pub(crate) detail: &'static str,
}

/// The body of an error about input.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvalidInput {
    /// One entry for everything that is wrong.
    detail: Vec<Flaw>,
}

/// One thing that is wrong with the input. What the client sent is not repeated.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Flaw {
    /// The kind of flaw, as pydantic names it.
    #[serde(rename = "type")]
    #[schema(example = "missing")]
    kind: &'static str,
    /// Where it is: `body`, `query` or `path`, then names of fields and positions.
    loc: Vec<Step>,
    /// What is wrong, in words.
    #[schema(example = "Field required")]
    msg: String,
}

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Step {
    /// Into a field.
    Name(&'static str),
    /// To an item of a list, or a character.
    Position(usize),
}

impl Flaw {
    pub(crate) fn new(kind: &'static str, msg: impl Into<String>) -> Self {
        Self { kind, loc: Vec::new(), msg: msg.into() }
    }

    pub(crate) fn missing() -> Self {
        Self::new("missing", "Field required")
    }

    /// The same flaw, seen from further outside.
    pub(crate) fn within(mut self, step: Step) -> Self {
        self.loc.insert(0, step);
        self
    }
}

impl Failure {
    /// Logs what went wrong, where the client is not told.
    pub(crate) fn internal(error: impl Display) -> Self {
        tracing::error!(id = context::id(), error = %error, "request failed");
        Self::Internal
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated | Self::NotValidated | Self::NotAllowed => StatusCode::UNAUTHORIZED,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn detail(&self) -> &'static str {
        match self {
            Self::NotAuthenticated => "Not authenticated",
            Self::NotValidated => "Could not validate user.",
            Self::NotAllowed => "Authentication Failed",
            Self::NotFound(detail) | Self::Conflict(detail) => detail,
            Self::Invalid(_) => "The input is not valid.",
            Self::TooLarge => "The body is too long.",
            Self::TooSlow => "The body did not arrive in time.",
            Self::TooMany(_) => "Too many attempts.",
            Self::Unavailable => "The service is busy.",
            Self::Internal => "Internal Server Error",
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            // Rounded up: a client that waits exactly so long must not come too early.
            Self::TooMany(wait) => Some(wait.as_secs() + 1),
            Self::Unavailable => Some(1),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status(), self.retry_after());
        let detail = self.detail();
        let mut response = match self {
            Self::Invalid(detail) => (status, Json(InvalidInput { detail })).into_response(),
            _ => (status, Json(Detail { detail })).into_response(),
        };
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<database::Error> for Failure {
    fn from(error: database::Error) -> Self {
        match error {
            database::Error::Unavailable(_) => {
                tracing::error!(id = context::id(), error = %error, "request refused");
                Self::Unavailable
            }
            database::Error::Query(_) => Self::internal(error),
        }
    }
}

impl From<password::Problem> for Failure {
    fn from(problem: password::Problem) -> Self {
        match problem {
            password::Problem::Busy => {
                tracing::warn!(id = context::id(), "request refused: too many passwords are waiting to be hashed");
                Self::Unavailable
            }
            password::Problem::Failed(error) => Self::internal(error),
        }
    }
}
