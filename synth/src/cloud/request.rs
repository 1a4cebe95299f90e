//! Requests to services whose SDK would take longer to build than it is worth. They go the way that the SDKs' own go:
//! the same credentials, signatures, repetitions and timeouts.

use std::fmt;
use std::time::Duration;

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sigv4::http_request::SignableBody;
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;

use super::Connection;
use super::failure::Failure;

/// How long an upload may take.
const UPLOAD: Duration = Duration::from_hours(1);

/// What a server answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }
}

/// A refusal, as the services word it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    metadata: ErrorMetadata,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HTTP {}", self.status)
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.metadata
    }
}

/// Who a request is signed for.
#[derive(Clone, Debug)]
pub(super) enum Signature {
    /// Nobody: the request carries what the server wants to see.
    None,
    /// A service of AWS, by its name in signatures.
    Service(&'static str),
    /// Storage: the path as it is, and the SHA-256 of the body in hexadecimal digits, if it is known.
    Storage(Option<String>),
}

/// A request in the making.
pub(super) struct Request<'a> {
    /// What is done, as rights are named: `s3:PutObject`.
    pub(super) action: &'static str,
    pub(super) signature: Signature,
    pub(super) endpoint: &'a str,
    /// Whether it may be sent again when it fails for a passing reason.
    pub(super) again: bool,
    /// With its path, its headers and its body.
    pub(super) http: HttpRequest,
}

impl Connection {
    /// Sends a request. An answer of 300 or above is a failure: nothing is followed elsewhere with a signature.
    pub(super) async fn send(&self, request: Request<'_>) -> Result<Answer, Failure> {
        let Request { action, signature, endpoint, again, http } = request;
        let operation = Operation::builder().service_name(action).operation_name(action).endpoint_url(endpoint);
        // What is in memory is small; anything else is a file that may take its time.
        let is_upload = http.body().bytes().is_none();
        let operation = self.components(operation, again, is_upload);
        let operation = match signature {
            Signature::None => operation.no_auth(),
            Signature::Service(name) => operation.runtime_plugin(self.signer(name, SigningOptions::default())),
            Signature::Storage(digest) => operation.runtime_plugin(self.signer("s3", storage_options(digest))),
        };
        let operation = operation.serializer(Ok).deserializer(answer).build();
        operation.invoke(http).await.map_err(|error| self.failure(action, &error))
    }

    fn components(&self, mut operation: OperationBuilder, again: bool, is_upload: bool) -> OperationBuilder {
        let configuration = &self.configuration;
        if let Some(client) = configuration.http_client() {
            operation = operation.http_client(client);
        }
        if let Some(sleep) = configuration.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = configuration.time_source() {
            operation = operation.time_source(time);
        }
        if let Some(timeouts) = configuration.timeout_config() {
            let timeouts = timeouts.to_builder();
            let timeouts = if is_upload { timeouts.read_timeout(UPLOAD) } else { timeouts };
            operation = operation.timeout_config(timeouts.build());
        }
        if !again {
            return operation.no_retry();
        }
        let retries = configuration.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        operation
            .standard_retry(&retries)
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
    }

    fn signer(&self, service: &'static str, options: SigningOptions) -> StaticRuntimePlugin {
        let mut layer = Layer::new("signature");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SigV4OperationSigningConfig {
            region: self.configuration.region().cloned().map(SigningRegion::from),
            region_set: None,
            name: Some(SigningName::from_static(service)),
            signing_options: options,
        });
        let schemes = SharedAuthSchemeOptionResolver::new(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]));
        let mut components = RuntimeComponentsBuilder::new("signature");
        components.set_auth_scheme_option_resolver(Some(schemes));
        components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
        components.set_identity_cache(self.configuration.identity_cache());
        if let Some(credentials) = self.configuration.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        }
        StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
    }
}

fn storage_options(digest: Option<String>) -> SigningOptions {
    let mut options = SigningOptions::default();
    options.double_uri_encode = false;
    options.content_sha256_header = true;
    options.normalize_uri_path = false;
    options.payload_override = digest.map(SignableBody::Precomputed);
    options
}

fn answer(response: &HttpResponse) -> Result<Answer, OrchestratorError<Refusal>> {
    let status = response.status().as_u16();
    let body = response.body().bytes().unwrap_or_default();
    if status >= 300 {
        return Err(OrchestratorError::operation(Refusal { status, metadata: metadata(response, body) }));
    }
    let headers = response.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Answer { headers: headers.collect(), body: body.to_owned() })
}

/// The code and the message of a refusal. Storage says them in XML, registries and all others in JSON.
fn metadata(response: &HttpResponse, body: &[u8]) -> ErrorMetadata {
    let text = String::from_utf8_lossy(body);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(value, _)| value.to_owned())
    };
    let json = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    let field = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| json.get(name).or_else(|| json.pointer(&format!("/errors/0/{name}"))));
        found.and_then(|value| value.as_str().map(str::to_owned))
    };
    let header = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let code = header.or_else(|| field(["__type", "code"])).or_else(|| element("Code"));
    let message = field(["message", "Message"]).or_else(|| element("Message"));
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = code {
        // Before a number sign stands the name space, after a colon an address.
        let code = code.rsplit('#').next().unwrap_or_default();
        metadata = metadata.code(code.split(':').next().unwrap_or_default());
    }
    if let Some(message) = message {
        metadata = metadata.message(message);
    }
    metadata.build()
}
