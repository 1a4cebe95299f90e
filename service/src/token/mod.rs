//! Tokens: what a client shows to prove who it is.
//!
//! A token is a JWT, signed with Ed25519 (`EdDSA`). Its key is named by `kid`; any other algorithm, key, issuer or
//! audience is refused. What it says of the user's role is for the authorizer: here only the database counts.

mod cache;
mod cryptography;
mod key;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use cache::{Cache, Verified};
pub use key::{PublicKey, PublicKeys, SigningKey, SigningKeys};

use crate::{Error, configuration, random, user::User};

/// Signs tokens, and verifies them.
pub struct Tokens {
    signer: EncodingKey,
    header: Header,
    verifiers: Vec<(String, DecodingKey)>,
    validation: Validation,
    issuer: String,
    audience: String,
    lifetime: Duration,
    public_keys: PublicKeys,
    cache: Cache,
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id, in decimal digits.
    pub sub: String,
    /// Who signed it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// When it was signed, in seconds since 1970.
    pub iat: u64,
    /// Until when it is valid, in seconds since 1970.
    pub exp: u64,
    /// The token's own name, which no other has.
    pub jti: String,
    /// The user's name when it was signed.
    pub user_name: String,
    /// The user's role when it was signed.
    pub role: String,
}

impl Tokens {
    /// Prepares the keys.
    ///
    /// # Errors
    /// A key cannot be used.
    pub fn new(settings: &configuration::Api) -> Result<Self, Error> {
        cryptography::install();
        let SigningKeys { current: key, others } = &settings.signing_keys;
        let keys: Vec<&SigningKey> = [key].into_iter().chain(others).collect();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.public().kid.clone());
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        Ok(Self {
            signer: EncodingKey::from_ed_der(key.der()),
            header,
            verifiers: keys
                .iter()
                .map(|key| (key.public().kid.clone(), DecodingKey::from_ed_der(key.public().bytes())))
                .collect(),
            validation,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            lifetime: settings.lifetime,
            public_keys: PublicKeys { keys: keys.iter().map(|key| key.public().clone()).collect() },
            cache: Cache::default(),
        })
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
        jsonwebtoken::encode(&self.header, &claims, &self.signer)
            .map_err(|error| Error::new("the signing key does not sign").caused_by(error))
    }

    /// The id of the user that a token is for; `None` where the token is not valid.
    pub fn verify(&self, token: &str) -> Option<i64> {
        let key = Cache::key(token);
        if let Some(known) = self.cache.get(&key) {
            return (now() < known.expires).then_some(known.user_id);
        }
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, verifier) = self.verifiers.iter().find(|(name, _)| *name == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, verifier, &self.validation).ok()?.claims;
        let user_id = claims.sub.parse().ok()?;
        self.cache.insert(key, Verified { user_id, expires: claims.exp });
        Some(user_id)
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
