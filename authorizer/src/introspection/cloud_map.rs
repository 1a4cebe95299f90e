//! Cloud Map through its API: `DiscoverInstances`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use aws_sdk_servicediscovery::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::discover_instances::DiscoverInstancesError,
    types::{HealthStatusFilter, HttpInstanceSummary},
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::{Discover, IDLE};
use crate::{Error, configuration::AwsAccess};

/// How long an attempt may take. A connection may have died while Lambda had frozen the process.
const ATTEMPT: Duration = Duration::from_millis(500);

/// Before the second attempt, where the first is throttled.
const BACKOFF: Duration = Duration::from_millis(50);

/// The attributes under which ECS registers a task.
const ADDRESS: &str = "AWS_INSTANCE_IPV4";
const PORT: &str = "AWS_INSTANCE_PORT";

/// Asks the API.
pub struct CloudMap {
    client: Client,
    namespace: String,
    service: String,
}

impl CloudMap {
    /// Asks for the instances of a service in a namespace.
    pub fn new(namespace: String, service: String, access: AwsAccess) -> Self {
        let AwsAccess { region, key_id, key, session_token, endpoint_url } = access;
        let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
        // Lambda gives the credentials by the environment, and starts a new process when they expire. Whoever looks
        // further than that, as `aws-config` does, takes longer to start.
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(Credentials::new(key_id, key, session_token, None, "environment"))
            .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(BACKOFF))
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build())
            .http_client(http.pool_idle_timeout(IDLE).build_https());
        config.set_endpoint_url(endpoint_url);
        Self { client: Client::from_conf(config.build()), namespace, service }
    }
}

impl Discover for CloudMap {
    async fn discover(&self) -> Result<Vec<SocketAddr>, Error> {
        let request = self.client.discover_instances().namespace_name(&self.namespace).service_name(&self.service);
        let found = request.health_status(HealthStatusFilter::Healthy).send().await;
        let found = found.map_err(|error| {
            Error::discovery(format!("Cloud Map does not say where the tasks are: {}", reason(&error)))
        })?;
        let instances: Vec<SocketAddr> = found.instances().iter().filter_map(address).collect();
        if instances.is_empty() && !found.instances().is_empty() {
            return Err(Error::discovery(format!(
                "no instance in Cloud Map has {ADDRESS} and {PORT} that can be used"
            )));
        }
        Ok(instances)
    }
}

fn address(instance: &HttpInstanceSummary) -> Option<SocketAddr> {
    let attribute = |name| instance.attributes()?.get(name);
    Some(SocketAddr::new(attribute(ADDRESS)?.parse::<IpAddr>().ok()?, attribute(PORT)?.parse().ok()?))
}

/// Its code, or what went wrong on the way. Not the whole answer, which may hold anything.
fn reason(error: &SdkError<DiscoverInstancesError>) -> String {
    if let (Some(code), message) = (error.code(), error.message().unwrap_or_default()) {
        return format!("{code}: {message}");
    }
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.join(": ")
}
