//! Ed25519 keys: a private one in PEM, and what others may know of it.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// PKCS#8 up to the 32 bytes of the key (RFC 8410).
const PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Letters and digits that nobody takes for each other.
const CHARACTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A new private key; `None` where the system has no random numbers.
pub fn generate() -> Option<String> {
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).ok()?;
    let der = [&PREFIX[..], &seed].concat();
    Some(format!("{BEGIN}\n{}\n{END}\n", BASE64_STANDARD.encode(der)))
}

/// A new text of 64 random characters, from which a key can be derived, on a line; `None` where the system has no random
/// numbers.
pub fn seed() -> Option<String> {
    Some(password()? + &password()? + "\n")
}

/// A new password of 160 random bits; `None` where the system has no random numbers.
pub fn password() -> Option<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.map(|byte| char::from(CHARACTERS[usize::from(byte) % CHARACTERS.len()])).iter().collect())
}

/// The JSON Web Key Set of private keys that stand below each other; `None` where one is no key of this kind.
pub fn public_keys(private: &str) -> Option<String> {
    let blocks = private.split(BEGIN).skip(1);
    let keys = blocks.map(|block| public_key(block.split_once(END)?.0)).collect::<Option<Vec<_>>>()?;
    (!keys.is_empty()).then(|| json!({"keys": keys}).to_string())
}

/// Whether a JSON Web Key Set has all keys of another.
pub fn covers(set: &str, other: &str) -> bool {
    let (set, other) = (names(set), names(other));
    other.iter().all(|name| set.contains(name))
}

/// How many keys a JSON Web Key Set has.
pub fn count(set: &str) -> usize {
    names(set).len()
}

fn names(set: &str) -> Vec<String> {
    let set: Value = serde_json::from_str(set).unwrap_or_default();
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| key["kid"].as_str().map(str::to_owned)).collect()
}

fn public_key(block: &str) -> Option<Value> {
    let text: String = block.split_whitespace().collect();
    let der = BASE64_STANDARD.decode(text).ok()?;
    let pair = Ed25519KeyPair::from_seed_unchecked(der.strip_prefix(&PREFIX[..])?).ok()?;
    let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
    // The thumbprint (RFC 7638).
    let kid = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    let kid = BASE64_URL_SAFE_NO_PAD.encode(kid);
    Some(json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"}))
}
