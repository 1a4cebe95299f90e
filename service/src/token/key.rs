use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    digest, hkdf,
    signature::{Ed25519KeyPair, KeyPair},
};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use utoipa::ToSchema;

/// Characters of a secret that a key is derived from.
const SHORTEST_SECRET: usize = 64;

/// A text with fewer different characters is a placeholder.
const FEWEST_CHARACTERS: usize = 10;

/// Ties derived keys to their use.
const CONTEXT: &[u8] = b"service: Ed25519 key that signs tokens, 1";

/// What stands in front of the seed in PKCS#8, version 1 (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A private Ed25519 key. Its `Debug` does not show it.
#[derive(Debug)]
pub struct SigningKey {
    der: SecretSlice<u8>,
    public: PublicKey,
}

/// A public Ed25519 key as a JSON Web Key (RFC 8037).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicKey {
    /// Key type: always `OKP`.
    kty: &'static str,
    /// Curve: always `Ed25519`.
    crv: &'static str,
    /// The key, in base64url.
    x: String,
    /// The key's name: its thumbprint (RFC 7638).
    pub(super) kid: String,
    /// Always `sig`: it verifies signatures.
    #[serde(rename = "use")]
    usage: &'static str,
    /// Always `EdDSA`.
    alg: &'static str,
    #[serde(skip)]
    bytes: Vec<u8>,
}

/// A JSON Web Key Set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicKeys {
    /// The current key, then the one before it if its tokens are still valid.
    pub keys: Vec<PublicKey>,
}

impl SigningKey {
    /// Reads a private key in PEM, or derives one from at least 64 random characters with HKDF-SHA256.
    pub fn read(text: &str) -> Option<Self> {
        if text.contains("-----BEGIN") {
            let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).ok()?;
            return Self::from_pkcs8(der.secret_pkcs8_der().to_vec());
        }
        let different: BTreeSet<char> = text.chars().collect();
        if text.chars().count() < SHORTEST_SECRET || different.len() < FEWEST_CHARACTERS {
            return None;
        }
        let mut der = PKCS8_PREFIX.to_vec();
        der.extend(derive_seed(text.as_bytes())?);
        Self::from_pkcs8(der)
    }

    fn from_pkcs8(der: Vec<u8>) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok()?;
        Some(Self { public: PublicKey::new(pair.public_key().as_ref()), der: der.into() })
    }

    /// The private key, in PKCS#8.
    pub(super) fn der(&self) -> &[u8] {
        self.der.expose_secret()
    }

    /// The public key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl PublicKey {
    fn new(bytes: &[u8]) -> Self {
        let x = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let thumbprint =
            digest::digest(&digest::SHA256, format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#).as_bytes());
        let kid = BASE64_URL_SAFE_NO_PAD.encode(thumbprint);
        Self { kty: "OKP", crv: "Ed25519", x, kid, usage: "sig", alg: "EdDSA", bytes: bytes.to_vec() }
    }

    /// The key's 32 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key's name.
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

fn derive_seed(secret: &[u8]) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    key.expand(&[CONTEXT], hkdf::HKDF_SHA256).ok()?.fill(&mut seed).ok()?;
    Some(seed)
}
