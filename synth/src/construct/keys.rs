//! The secrets of an application, which no template holds.

use std::time::Duration;

/// Where the secrets are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The private key that signs tokens.
    pub signing_key: Secret,
    /// The name of the parameter of Systems Manager that holds the public keys, as a JSON Web Key Set.
    pub public_keys: Option<String>,
    /// The first admin's password.
    pub admin_password: Secret,
    /// How long a token may be valid.
    pub token_lifetime: Duration,
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A parameter of Systems Manager of this name, which CloudFormation cannot make.
    Parameter(String),
    /// A secret of Secrets Manager of this name, which a stack makes.
    Managed(String),
}

impl Keys {
    /// The names of the parameters of Systems Manager, which no stack makes.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let secrets = [&self.signing_key, &self.admin_password].into_iter().filter_map(|secret| match secret {
            Secret::Parameter(name) => Some(&**name),
            Secret::Managed(_) => None,
        });
        secrets.chain(self.public_keys.as_deref())
    }
}

impl Secret {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Parameter(name) | Self::Managed(name) => name,
        }
    }
}
