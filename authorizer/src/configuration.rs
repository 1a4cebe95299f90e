//! The settings of the authorizer, from the environment.

use std::{collections::HashMap, fmt, net::SocketAddr};

use crate::Error;

/// Everything that the authorizer is told.
#[derive(Debug)]
pub enum Configuration {
    /// Verify tokens here.
    Local {
        /// The public keys, as a JSON Web Key Set.
        jwks: String,
        /// `iss` of the tokens.
        issuer: String,
        /// `aud` of the tokens.
        audience: String,
    },
    /// Ask the service, which Cloud Map's API finds.
    IntrospectApi {
        /// Cloud Map's namespace.
        namespace: String,
        /// The service's name in it.
        service: String,
        /// How to ask AWS.
        access: AwsAccess,
    },
    /// Ask the service, which the name servers find.
    IntrospectDns {
        /// The name that has a record for each task.
        name: String,
        /// The name server; those of the system if left out.
        server: Option<SocketAddr>,
    },
}

/// How to ask AWS. Its `Debug` shows no secret.
pub struct AwsAccess {
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The access key's id.
    pub key_id: String,
    /// The secret access key.
    pub key: String,
    /// The session token, where the credentials are a role's.
    pub session_token: Option<String>,
    /// Another address of the API, such as an emulator's.
    pub endpoint_url: Option<String>,
}

impl fmt::Debug for AwsAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsAccess").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Configuration {
    /// The mode, as `AUTHORIZER_MODE` names it.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Local { .. } => "local",
            Self::IntrospectApi { .. } => "introspect-api",
            Self::IntrospectDns { .. } => "introspect-dns",
        }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// A variable is missing or wrong.
    pub fn read(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let variables = Variables(variables.into_iter().filter(|(_, value)| !value.is_empty()).collect());
        match variables.required("AUTHORIZER_MODE")?.as_str() {
            "local" => Ok(Self::Local {
                jwks: variables.required("JWKS")?,
                issuer: variables.optional("TOKEN_ISSUER").unwrap_or_else(|| "service".to_owned()),
                audience: variables.optional("TOKEN_AUDIENCE").unwrap_or_else(|| "service".to_owned()),
            }),
            "introspect-api" => Ok(Self::IntrospectApi {
                namespace: variables.required("DISCOVERY_NAMESPACE")?,
                service: variables.required("DISCOVERY_SERVICE")?,
                access: AwsAccess {
                    region: variables.required("AWS_REGION")?,
                    key_id: variables.required("AWS_ACCESS_KEY_ID")?,
                    key: variables.required("AWS_SECRET_ACCESS_KEY")?,
                    session_token: variables.optional("AWS_SESSION_TOKEN"),
                    endpoint_url: variables.optional("AWS_ENDPOINT_URL_SERVICEDISCOVERY"),
                },
            }),
            "introspect-dns" => Ok(Self::IntrospectDns {
                name: format!(
                    "{}.{}",
                    variables.required("DISCOVERY_SERVICE")?,
                    variables.required("DISCOVERY_NAMESPACE")?
                ),
                server: variables.address("DISCOVERY_NAME_SERVER")?,
            }),
            other => Err(Error::configuration(format!(
                "AUTHORIZER_MODE is {other:?}; it must be introspect-api, introspect-dns or local"
            ))),
        }
    }
}

struct Variables(HashMap<String, String>);

impl Variables {
    fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn required(&self, name: &str) -> Result<String, Error> {
        self.optional(name).ok_or_else(|| Error::configuration(format!("{name} is not set")))
    }

    fn address(&self, name: &str) -> Result<Option<SocketAddr>, Error> {
        let read = |value: String| {
            value.parse().map_err(|_| {
                Error::configuration(format!(
                    "{name} is {value:?}; it must be an IP address and a port, such as 10.0.0.2:53"
                ))
            })
        };
        self.optional(name).map(read).transpose()
    }
}
