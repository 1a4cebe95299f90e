//! The way to AWS: credentials, region, endpoint and TLS.

use aws_config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};

/// Clients for the services that deploy. They read what every tool of AWS reads: `AWS_PROFILE`, `AWS_REGION`,
/// `AWS_ENDPOINT_URL`, the shared configuration files, and the roles of the machine.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The client for CloudFormation.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// The client for CodePipeline.
    pub codepipeline: aws_sdk_codepipeline::Client,
}

impl Connection {
    /// Reads the configuration. `region` comes before the one that the configuration names. Nothing is sent yet, unless
    /// the credentials come over the network.
    pub async fn open(region: Option<String>) -> Self {
        let client = Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client);
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        let configuration = loader.load().await;
        Self {
            cloudformation: aws_sdk_cloudformation::Client::new(&configuration),
            codepipeline: aws_sdk_codepipeline::Client::new(&configuration),
        }
    }
}
