//! Why AWS did not do something, and what a person can do about it.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Connection;
use crate::error::Error;

/// Why AWS did not do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was asked for, as rights are named: `s3:PutObject`.
    pub action: &'static str,
    /// The region that was asked.
    pub region: String,
    /// What is to be done about it.
    pub kind: FailureKind,
    /// The service's word for it, where it answered.
    pub code: Option<String>,
    /// The reason.
    pub message: String,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
}

/// Kinds of failures, by what a person can do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// Nobody is signed in.
    NoCredentials,
    /// Whoever was signed in no longer is.
    Expired,
    /// Whoever is signed in may not.
    Denied,
    /// Too much was asked for at once, for longer than it was tried.
    Throttled,
    /// No answer came.
    Unreachable,
    /// The service says no, or cannot.
    Refused,
}

/// [AWS documentation](https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html)
const EXPIRED: [&str; 4] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];
const UNKNOWN: [&str; 6] = [
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "InvalidSignatureException",
];
const DENIED: [&str; 5] = ["AccessDenied", "AccessDeniedException", "DENIED", "UnauthorizedOperation", "NotAuthorized"];
const THROTTLED: [&str; 6] = [
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "TOOMANYREQUESTS",
];

impl Connection {
    pub(super) fn failure<E>(&self, action: &'static str, error: &SdkError<E, HttpResponse>) -> Failure
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let region = self.region().to_owned();
        let failure = |kind, message| Failure { action, region, kind, code: None, message, status: None };
        match error {
            SdkError::ServiceError(refused) => {
                let code = refused.err().code().map(str::to_owned);
                let status = refused.raw().status().as_u16();
                let message = refused.err().message().map_or_else(|| format!("HTTP {status}"), str::to_owned);
                Failure { status: Some(status), code: code.clone(), ..failure(kind(code.as_deref(), status), message) }
            }
            _ if is_about_credentials(error) => failure(FailureKind::NoCredentials, deepest(error)),
            _ => failure(FailureKind::Unreachable, deepest(error)),
        }
    }
}

impl Connection {
    /// A request that could not be made of what was said, or an answer that says nothing.
    pub(super) fn unsendable(&self, action: &'static str, reason: &impl ToString) -> Failure {
        let (region, message) = (self.region().to_owned(), reason.to_string());
        Failure { action, region, kind: FailureKind::Refused, code: None, message, status: None }
    }
}

fn kind(code: Option<&str>, status: u16) -> FailureKind {
    match code {
        Some(code) if EXPIRED.contains(&code) => FailureKind::Expired,
        Some(code) if UNKNOWN.contains(&code) => FailureKind::NoCredentials,
        Some(code) if DENIED.contains(&code) => FailureKind::Denied,
        Some(code) if THROTTLED.contains(&code) => FailureKind::Throttled,
        _ if status == 403 => FailureKind::Denied,
        _ if status == 429 => FailureKind::Throttled,
        _ => FailureKind::Refused,
    }
}

fn causes<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn is_about_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<CredentialsError>() || cause.to_string().contains("identity"))
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// The right that a refusal names. It may be another than that to what was asked for: a role has to be handed on.
fn denied(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("is not authorized to perform: ")?;
    rest.split_whitespace().next()
}

impl Failure {
    /// Whether the service says that there is no such thing.
    pub fn is_missing(&self) -> bool {
        self.status == Some(404)
    }

    /// Whether another attempt may succeed.
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, FailureKind::Throttled | FailureKind::Unreachable) || self.status >= Some(500)
    }

    /// An error for a person. `what` was not done.
    pub fn to_error(&self, what: &str) -> Error {
        let Self { action, region, kind, code, message, .. } = self;
        let place = if region.is_empty() { String::new() } else { format!(" in {region}") };
        let code = code.as_ref().map_or(String::new(), |code| format!(" ({code})"));
        let error = |reason: &str| Error::other(format!("cannot {what}{place}: {reason}"));
        let reason = format!("{message}{code}");
        match kind {
            FailureKind::NoCredentials => error(&format!("AWS does not know who you are: {reason}"))
                .help("sign in (`aws sso login`, `aws configure`), or choose who you are with AWS_PROFILE"),
            FailureKind::Expired => error(&format!("your credentials have expired: {reason}"))
                .help("sign in again (`aws sso login`), and run the command again: it goes on where it stopped"),
            FailureKind::Denied => error(&format!("you have no right to: {reason}"))
                .help(format!("the right is `{}`; AWS_PROFILE chooses who you are", denied(message).unwrap_or(action))),
            FailureKind::Throttled => {
                error(&format!("AWS is asked for too much at once: {reason}")).help("run the command again in a minute")
            }
            FailureKind::Unreachable => error(&format!("AWS does not answer: {reason}"))
                .help("is there a network, and do AWS_REGION and AWS_ENDPOINT_URL name what you mean?"),
            FailureKind::Refused => error(&reason),
        }
    }
}
