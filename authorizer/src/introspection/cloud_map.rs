//! Cloud Map through its API: `DiscoverInstances`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use aws_sdk_servicediscovery::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig},
    error::DisplayErrorContext,
    types::{HealthStatusFilter, HttpInstanceSummary},
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::Discover;
use crate::{Error, configuration::AwsAccess};

/// Before the second attempt, where the first is throttled.
const BACKOFF: Duration = Duration::from_millis(100);

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
            .http_client(http.build_https());
        config.set_endpoint_url(endpoint_url);
        Self { client: Client::from_conf(config.build()), namespace, service }
    }
}

impl Discover for CloudMap {
    async fn discover(&self) -> Result<Vec<SocketAddr>, Error> {
        let request = self.client.discover_instances().namespace_name(&self.namespace).service_name(&self.service);
        let found = request.health_status(HealthStatusFilter::Healthy).send().await;
        let found = found.map_err(|error| {
            Error::discovery(format!("Cloud Map does not say where the tasks are: {}", DisplayErrorContext(error)))
        })?;
        found.instances().iter().map(address).collect()
    }
}

fn address(instance: &HttpInstanceSummary) -> Result<SocketAddr, Error> {
    let attribute = |name| instance.attributes().and_then(|attributes| attributes.get(name));
    let address = attribute(ADDRESS).and_then(|address| address.parse::<IpAddr>().ok());
    match (address, attribute(PORT).and_then(|port| port.parse().ok())) {
        (Some(address), Some(port)) => Ok(SocketAddr::new(address, port)),
        _ => Err(Error::discovery(format!("an instance in Cloud Map has no {ADDRESS} and {PORT} that can be used"))),
    }
}
