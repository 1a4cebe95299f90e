//! Why there is no decision.

use std::fmt;

/// Why there is no decision, or no authorizer. It never holds a token.
///
/// API Gateway answers 500 then, and keeps nothing: the next request is asked about again.
#[derive(Debug)]
pub struct Error {
    kind: &'static str,
    message: String,
}

impl Error {
    /// The event is not one that this authorizer is asked with.
    pub(crate) fn event(message: impl Into<String>) -> Self {
        Self { kind: "UnknownEvent", message: message.into() }
    }

    /// A setting is missing or wrong.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self { kind: "Configuration", message: message.into() }
    }

    /// Nobody says where the service is.
    #[cfg(feature = "introspect")]
    pub(crate) fn discovery(message: impl Into<String>) -> Self {
        Self { kind: "Discovery", message: message.into() }
    }

    /// The service does not say what the token is worth.
    #[cfg(feature = "introspect")]
    pub(crate) fn service(message: impl Into<String>) -> Self {
        Self { kind: "Service", message: message.into() }
    }

    /// What went wrong, in one word: `UnknownEvent`, `Configuration`, `Discovery` or `Service`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Error> for lambda_runtime::Diagnostic {
    fn from(error: Error) -> Self {
        Self { error_type: error.kind.to_owned(), error_message: error.message }
    }
}
