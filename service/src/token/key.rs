//! Keys: what signs tokens, and what anybody may verify them with.

use std::{collections::BTreeSet, mem};

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

/// The keys of a service.
#[derive(Debug)]
pub struct SigningKeys {
    /// It signs.
    pub current: SigningKey,
    /// Their tokens are valid too: other tasks, or those before this one, sign with them.
    pub others: Vec<SigningKey>,
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
    /// The key that signs, then others whose tokens are valid.
    pub keys: Vec<PublicKey>,
}

impl SigningKeys {
    /// Reads keys that follow each other: private keys in PEM, and lines of at least 64 random characters, from which
    /// HKDF-SHA256 derives one. Between them a line that begins with `# ` is a comment.
    pub fn read(text: &str) -> Option<Self> {
        let mut keys = Vec::new();
        let mut pem = String::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if pem.is_empty() && line.starts_with("# ") {
                continue;
            }
            if pem.is_empty() && !line.contains("-----BEGIN") {
                keys.push(SigningKey::derive(line)?);
                continue;
            }
            pem.extend([line, "\n"]);
            if line.contains("-----END") {
                keys.push(SigningKey::from_pem(&mem::take(&mut pem))?);
            }
        }
        // Half a key is none.
        let mut keys = pem.is_empty().then_some(keys)?.into_iter();
        Some(Self { current: keys.next()?, others: keys.collect() })
    }
}

impl SigningKey {
    fn from_pem(text: &str) -> Option<Self> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).ok()?;
        Self::from_pkcs8(der.secret_pkcs8_der().to_vec())
    }

    fn derive(text: &str) -> Option<Self> {
        let different: BTreeSet<char> = text.chars().collect();
        // What has blanks is a comment, or something else that somebody can guess.
        let is_random = different.len() >= FEWEST_CHARACTERS && !text.contains(char::is_whitespace);
        if !is_random || text.chars().count() < SHORTEST_SECRET {
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
