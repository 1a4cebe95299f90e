//! Tokens that are not valid.

use authorizer::{Authority, local::PublicKeys};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use proptest::{prelude::*, sample::Index};
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::{events::block_on, program::now, service::Service};

const HOUR: u64 = 3600;

fn encode(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(key: &Ed25519KeyPair, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// The object with another value for a field, or without the field.
fn with(object: &Value, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    match value {
        Some(value) => object[name] = value,
        None => drop(object.as_object_mut().unwrap().remove(name)),
    }
    object
}

/// What somebody makes out of the service's public keys and a valid token; and tokens of the service that are not
/// valid here and now.
pub(crate) fn forged(service: &Service) -> Vec<(String, String)> {
    let real = service.token();
    let mut parts = real.split('.');
    let (header, claims, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let decode = |part: &str| serde_json::from_slice::<Value>(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (right, said) = (decode(header), decode(claims));
    let keys: Value = serde_json::from_str(&service.jwks).unwrap();
    let x = keys["keys"][0]["x"].as_str().unwrap();
    let hs256 = |key: &[u8]| {
        let message = format!("{}.{claims}", encode(&with(&right, "alg", Some(json!("HS256")))));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
    };
    let stranger = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(stranger.public_key())});
    let mut forged = vec![
        ("no signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{real}.{signature}")),
        ("HS256 with the public key", hs256(&BASE64_URL_SAFE_NO_PAD.decode(x).unwrap())),
        ("HS256 with the public key's text", hs256(x.as_bytes())),
        ("another key", signed(&stranger, &right, &said)),
        ("a key of its own", signed(&stranger, &with(&right, "jwk", Some(jwk)), &said)),
        ("other claims", format!("{header}.{}.{signature}", encode(&with(&said, "sub", Some(json!("2")))))),
        ("zeros", format!("{header}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode([0; 64]))),
        ("one more", format!("{real}A")),
        ("nothing", ".".to_owned()),
    ]
    .into_iter()
    .map(|(name, token)| (name.to_owned(), token))
    .collect::<Vec<_>>();
    for (name, value) in [
        ("alg", Some(json!("none"))),
        ("alg", Some(json!("HS256"))),
        ("alg", None),
        ("kid", Some(json!("another"))),
        ("kid", Some(json!("../../dev/null"))),
        ("kid", None),
    ] {
        forged.push((format!("{name} is {value:?}"), signed(&service.key, &with(&right, name, value), &said)));
    }
    for (name, value) in [
        ("exp", Some(json!(now() - 1))),
        ("exp", Some(json!(now() - HOUR))),
        ("exp", None),
        ("nbf", Some(json!(now() + HOUR))),
        ("iss", Some(json!("another"))),
        ("iss", None),
        ("aud", Some(json!("another"))),
        ("aud", None),
        ("sub", None),
    ] {
        forged.push((format!("{name} is {value:?}"), signed(&service.key, &right, &with(&said, name, value))));
    }
    forged
}

/// A token of a key of its own, and who verifies it.
fn local() -> (String, PublicKeys) {
    let key = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
    let claims = json!({
        "sub": "1", "iss": "service", "aud": "service", "iat": now(), "exp": now() + HOUR, "jti": "one",
        "user_name": "ann", "role": "user",
    });
    let token = signed(&key, &json!({"alg": "EdDSA", "kid": "k"}), &claims);
    let x = BASE64_URL_SAFE_NO_PAD.encode(key.public_key());
    let jwks = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}]}).to_string();
    (token, PublicKeys::read(&jwks, "service", "service").unwrap())
}

fn is_valid(keys: &PublicKeys, token: &str) -> bool {
    block_on(keys.identify(token)).unwrap().is_some()
}

proptest! {
    /// Whatever is changed in a token, it is no longer one.
    #[test]
    fn changed_token_is_not_valid(place in any::<Index>(), end in any::<Index>(), text in "[A-Za-z0-9._-]{0,6}") {
        let (token, keys) = local();
        prop_assert!(is_valid(&keys, &token));
        let (start, end) = (place.index(token.len()), end.index(token.len() + 1));
        let (start, end) = (start.min(end), start.max(end));
        let changed = format!("{}{text}{}", &token[..start], &token[end..]);
        prop_assert!(changed == token || !is_valid(&keys, &changed), "{changed}");
    }

    #[test]
    fn anything_else_is_not_valid(token in "\\PC{0,200}|[A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{0,60}){0,4}") {
        prop_assert!(!is_valid(&local().1, &token));
    }
}
