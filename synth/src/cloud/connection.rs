//! The way to AWS: credentials, region, endpoint and TLS.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::ServiceConfigKey;
use tokio::sync::OnceCell;

use super::failure::Failure;
use crate::construct::Synthesized;
use crate::error::Error;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take once the request is sent. A connection that is dead without saying so is given up then.
const READ: Duration = Duration::from_mins(1);

/// Clients for the services that deploy. They read what every tool of AWS reads: `AWS_PROFILE`, `AWS_REGION`,
/// `AWS_ENDPOINT_URL`, the shared configuration files, and the roles of the machine.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The client for CloudFormation.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// The client for CodePipeline.
    pub codepipeline: aws_sdk_codepipeline::Client,
    pub(super) configuration: SdkConfig,
    account: Arc<OnceCell<Option<String>>>,
}

impl Connection {
    /// Reads the configuration. `region` and `profile` come before those that it names. Nothing is sent yet, unless the
    /// credentials come over the network.
    pub async fn open(region: Option<String>, profile: Option<&str>) -> Self {
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(READ).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client()).timeout_config(timeouts);
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        Self::with(loader.load().await)
    }

    /// A connection for each of these stacks. What has the same region shares one: its configuration is read once, and so
    /// are the certificates.
    ///
    /// # Errors
    ///
    /// A stack belongs to another account than the credentials, or the account cannot be asked for.
    pub async fn open_each(
        stacks: impl IntoIterator<Item = &Synthesized>,
        profile: Option<&str>,
    ) -> Result<Vec<Self>, Error> {
        let mut opened: BTreeMap<Option<String>, Self> = BTreeMap::new();
        let mut connections = Vec::new();
        for stack in stacks {
            let connection = match opened.get(&stack.region) {
                Some(connection) => connection.clone(),
                None => Self::open(stack.region.clone(), profile).await,
            };
            opened.insert(stack.region.clone(), connection.clone());
            if let Some(account) = &stack.account {
                connection.check_account(&stack.name, account).await?;
            }
            connections.push(connection);
        }
        Ok(connections)
    }

    /// That a stack belongs to the account of the credentials.
    ///
    /// # Errors
    ///
    /// It belongs to another one, or the account cannot be asked for.
    pub async fn check_account(&self, stack: &str, account: &str) -> Result<(), Error> {
        let found = self.account().await.map_err(|failure| failure.to_error("see which account this is"))?;
        if found == account {
            return Ok(());
        }
        Err(Error::other(format!("stack `{stack}` belongs to account {account}, and your credentials to {found}"))
            .help("choose who you are with AWS_PROFILE"))
    }

    /// The account of the credentials. It is asked for once.
    async fn account(&self) -> Result<String, Failure> {
        let account = self.account.get_or_try_init(async || {
            let asked = aws_sdk_sts::Client::new(&self.configuration).get_caller_identity().send().await;
            asked.map_err(|error| self.failure("sts:GetCallerIdentity", &error)).map(|identity| identity.account)
        });
        Ok(account.await?.clone().unwrap_or_default())
    }

    /// With a configuration of the caller's own, and the tool's TLS.
    pub fn over(configuration: aws_types::sdk_config::Builder) -> Self {
        Self::with(configuration.http_client(client()).sleep_impl(TokioSleep::new()).build())
    }

    fn with(configuration: SdkConfig) -> Self {
        Self {
            cloudformation: aws_sdk_cloudformation::Client::new(&configuration),
            codepipeline: aws_sdk_codepipeline::Client::new(&configuration),
            configuration,
            account: Arc::default(),
        }
    }

    /// The region; empty where the configuration names none.
    pub fn region(&self) -> &str {
        self.configuration.region().map_or("", |region| region.as_ref())
    }

    /// The endpoint that the user gives for a service, in the place of AWS's own.
    pub(super) fn custom_endpoint(&self, service: &str) -> Option<String> {
        let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let key = key.build().ok();
        let own = key.and_then(|key| self.configuration.service_config()?.load_config(key));
        let endpoint = own.as_deref().or(self.configuration.endpoint_url())?;
        Some(endpoint.trim_end_matches('/').to_owned())
    }

    /// Where a service is asked: the endpoint that the user gives, or AWS's own, on this host.
    pub(super) fn endpoint(&self, service: &str, host: &str) -> String {
        self.custom_endpoint(service).unwrap_or_else(|| format!("https://{}", self.host(host)))
    }

    /// A host of AWS in this region, with the end of its partition's names.
    pub(super) fn host(&self, service: &str) -> String {
        let region = self.region();
        let end = if region.starts_with("cn-") { ".cn" } else { "" };
        format!("{service}.{region}.amazonaws.com{end}")
    }
}

fn client() -> SharedHttpClient {
    Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https()
}
