//! Cloud Map through DNS: an SRV record for each healthy task, and the address of the host that it names.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ProtocolConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::RData,
};

use super::Discover;
use crate::Error;

/// How long a name server may take before it is asked again.
const TIMEOUT: Duration = Duration::from_millis(300);

/// Looks the service up.
pub struct Dns {
    resolver: TokioResolver,
    name: String,
}

impl Dns {
    /// Asks `server` for `name`; without a server those of the system, which in a VPC are the VPC's.
    ///
    /// # Errors
    /// The system names no server.
    pub fn new(name: &str, server: Option<SocketAddr>) -> Result<Self, Error> {
        let unusable =
            |error: &dyn std::fmt::Display| Error::configuration(format!("there is no name server to ask: {error}"));
        let mut builder = match server {
            Some(address) => {
                let connections = [ProtocolConfig::Udp, ProtocolConfig::Tcp].map(|protocol| {
                    let mut connection = ConnectionConfig::new(protocol);
                    connection.port = address.port();
                    connection
                });
                let server = NameServerConfig::new(address.ip(), true, connections.into());
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().map_err(|error| unusable(&error))?,
        };
        let options = builder.options_mut();
        options.timeout = TIMEOUT;
        options.attempts = 2;
        // ECS registers no other.
        options.ip_strategy = LookupIpStrategy::Ipv4Only;
        // What is found is kept by whoever asks.
        options.cache_size = 0;
        // A fully qualified name: it is not looked for anywhere else.
        Ok(Self { resolver: builder.build().map_err(|error| unusable(&error))?, name: format!("{name}.") })
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        let found = self.resolver.lookup_ip(host).await;
        Ok(found.map_err(|error| Error::discovery(format!("no address of {host}: {error}")))?.iter().collect())
    }
}

impl Discover for Dns {
    async fn discover(&self) -> Result<Vec<SocketAddr>, Error> {
        let found = match self.resolver.srv_lookup(self.name.as_str()).await {
            Ok(found) => found,
            // Cloud Map has no record where there is no healthy task.
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(Error::discovery(format!("no answer for {}: {error}", self.name))),
        };
        let mut instances = Vec::new();
        let mut lost = None;
        for record in found.answers() {
            if let RData::SRV(srv) = &record.data {
                match self.addresses(&srv.target.to_string()).await {
                    Ok(addresses) => {
                        instances.extend(addresses.into_iter().map(|address| SocketAddr::new(address, srv.port)));
                    }
                    // A task that has ended may lose its address first.
                    Err(error) => lost = Some(error),
                }
            }
        }
        match lost {
            Some(error) if instances.is_empty() => Err(error),
            _ => Ok(instances),
        }
    }
}
