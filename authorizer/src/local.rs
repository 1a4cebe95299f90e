//! Mode `local`: the token is verified here, with the public keys. Nothing is asked of the network.
//!
//! A token is valid until it expires, also where its user is deleted in the meantime.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use service_token::{Cache, Verifier};

use crate::{Authority, Error, Identity};

/// The public keys of the service, and whose tokens they verify.
pub struct PublicKeys {
    verifier: Verifier,
    /// A client shows the same token again and again.
    cache: Cache<Identity>,
}

/// A JSON Web Key Set, as far as it matters here.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    x: String,
}

impl PublicKeys {
    /// Reads a JSON Web Key Set, as the service has it at `/.well-known/jwks.json`. Keys of other kinds are left out.
    ///
    /// # Errors
    /// It is not one, or holds no Ed25519 key that can be used.
    pub fn read(jwks: &str, issuer: &str, audience: &str) -> Result<Self, Error> {
        let wrong = |what: String| Error::configuration(format!("JWKS must hold a JSON Web Key Set: {what}"));
        let set: KeySet = serde_json::from_str(jwks).map_err(|error| wrong(error.to_string()))?;
        let mut keys = Vec::new();
        for Key { kid, x, .. } in set.keys.into_iter().filter(|key| key.kty == "OKP" && key.crv == "Ed25519") {
            let key = BASE64_URL_SAFE_NO_PAD.decode(x).ok().filter(|key| key.len() == 32 && !kid.is_empty());
            keys.push((kid, key.ok_or_else(|| wrong("a key has no `kid`, or its `x` is not 32 bytes".to_owned()))?));
        }
        if keys.is_empty() {
            return Err(wrong("it has no Ed25519 key".to_owned()));
        }
        let keys = keys.iter().map(|(kid, key)| (kid.clone(), key.as_slice()));
        Ok(Self { verifier: Verifier::new(keys, issuer, audience), cache: Cache::default() })
    }
}

impl Authority for PublicKeys {
    async fn identify(&self, token: &str) -> Result<Option<Identity>, Error> {
        Ok(self.cache.get_or_verify(token, || {
            let claims = self.verifier.verify(token)?;
            let identity = Identity { id: claims.sub, user_name: claims.user_name, role: claims.role };
            Some((identity, claims.exp))
        }))
    }
}
