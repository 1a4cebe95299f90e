//! The Lambda authorizer in front of the API: it says which requests may pass, and whose they are.
//!
//! API Gateway asks it about every request to a protected route, with payload format 2.0, and takes its answer in
//! the simple form: [Lambda authorizers for HTTP APIs][aws]. [`authorize`] is all of it; who knows what a token is
//! worth is behind [`Authority`]. In the three modes that is
//!
//! * `local`: the program itself, with the public keys ([`local`]);
//! * `introspect-api` and `introspect-dns`: the service, which is found with the help of Cloud Map ([`introspection`]).
//!
//! [aws]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

mod authorize;
pub mod configuration;
mod error;
mod event;
#[cfg(feature = "introspect")]
pub mod introspection;
#[cfg(feature = "local")]
pub mod local;
pub mod log;
pub mod run;

pub use authorize::{Authority, Identity, Response, authorize};
pub use error::Error;
