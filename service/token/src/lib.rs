//! The service's tokens, for whoever verifies them: the service itself, and the authorizer in front of it.
//!
//! A token is a JWT, signed with Ed25519 (`EdDSA`). Its key is named by `kid`; any other algorithm, key, issuer or
//! audience is refused.

mod cache;
mod cryptography;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

pub use cache::Cache;

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
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

/// A private key that signs tokens.
pub struct Signer {
    header: Header,
    key: EncodingKey,
}

/// Public keys that verify tokens.
pub struct Verifier {
    keys: Vec<(String, DecodingKey)>,
    validation: Validation,
}

impl Signer {
    /// The key in PKCS#8, and its name.
    pub fn new(kid: String, pkcs8: &[u8]) -> Self {
        cryptography::install();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid);
        Self { header, key: EncodingKey::from_ed_der(pkcs8) }
    }

    /// A token that says this.
    ///
    /// # Errors
    /// The key is not one.
    pub fn sign(&self, claims: &Claims) -> Result<String, impl std::error::Error + Send + Sync + 'static> {
        jsonwebtoken::encode(&self.header, claims, &self.key)
    }
}

impl Verifier {
    /// The keys with their names, and the issuer and the audience that tokens must have.
    pub fn new<'a>(keys: impl IntoIterator<Item = (String, &'a [u8])>, issuer: &str, audience: &str) -> Self {
        cryptography::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        let keys = keys.into_iter().map(|(kid, key)| (kid, DecodingKey::from_ed_der(key)));
        Self { keys: keys.collect(), validation }
    }

    /// What the token says; `None` where it is not valid.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, key) = self.keys.iter().find(|(name, _)| *name == kid)?;
        Some(jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims)
    }
}
