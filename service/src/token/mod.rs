//! Tokens: what a client shows to prove who it is.
//!
//! A token is a JWT, signed with Ed25519 (`EdDSA`). Its key is named by `kid`; any other algorithm, key, issuer or
//! audience is refused. What it says of the user's role is for the authorizer: here only the database counts.

mod key;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use service_token::{Cache, Claims, Signer, Verifier};

pub use key::{PublicKey, PublicKeys, SigningKey, SigningKeys};

use crate::{Error, configuration, random, user::User};

/// Signs tokens, and verifies them.
pub struct Tokens {
    signer: Signer,
    verifier: Verifier,
    issuer: String,
    audience: String,
    lifetime: Duration,
    public_keys: PublicKeys,
    /// Ids of users.
    cache: Cache<i64>,
}

impl Tokens {
    /// Prepares the keys.
    pub fn new(settings: &configuration::Api) -> Self {
        let SigningKeys { current, others } = &settings.signing_keys;
        let keys: Vec<PublicKey> = [current].into_iter().chain(others).map(|key| key.public().clone()).collect();
        let with_names = keys.iter().map(|key| (key.kid().to_owned(), key.bytes()));
        Self {
            signer: Signer::new(current.public().kid().to_owned(), current.der()),
            verifier: Verifier::new(with_names, &settings.issuer, &settings.audience),
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            lifetime: settings.lifetime,
            public_keys: PublicKeys { keys },
            cache: Cache::default(),
        }
    }

    /// A new token for a user.
    ///
    /// # Errors
    /// The key does not sign, or the system has no random numbers.
    pub fn sign(&self, user: &User) -> Result<String, Error> {
        let now = now();
        let claims = Claims {
            sub: user.id.to_string(),
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            iat: now,
            exp: now.saturating_add(self.lifetime.as_secs()),
            jti: random::name()?,
            user_name: user.user_name.clone(),
            role: user.role.name().to_owned(),
        };
        self.signer.sign(&claims).map_err(|error| Error::new("the signing key does not sign").caused_by(error))
    }

    /// The id of the user that a token is for; `None` where the token is not valid.
    pub fn verify(&self, token: &str) -> Option<i64> {
        self.cache.get_or_verify(token, || {
            let claims = self.verifier.verify(token)?;
            Some((claims.sub.parse().ok()?, claims.exp))
        })
    }

    /// How long a token is valid.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The keys that verify tokens, as anybody may have them.
    pub fn public_keys(&self) -> &PublicKeys {
        &self.public_keys
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
