//! Tokens that are signed with the right key, and still not valid.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rcgen::KeyPair;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use crate::{
    api::{Api, Transport},
    storage::Backend,
};

crate::tests! {
    plain: keys_may_have_comments, token_must_be_of_its_time_and_for_this_service, token_s_header_must_name_key_and_algorithm;
}

/// As `keys rotate` writes them.
fn keys_may_have_comments() {
    let [first, second] = [(); 2].map(|()| KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem());
    let mut names = Vec::new();
    for text in [first.clone(), format!("{second}# previous since 2026-11-28T16:00:00Z\n{first}")] {
        let api = Api::with(Backend::Sqlite, Transport::Socket, &[("SIGNING_KEY", &text)]);
        let keys = api.wait_for(api.get("/.well-known/jwks.json").send()).json();
        let keys = keys["keys"].as_array().unwrap().iter();
        names.push(keys.map(|key| key["kid"].clone()).collect::<Vec<_>>());
    }
    assert_eq!((names[1].len(), &names[1][1]), (2, &names[0][0]));
}

/// Far enough from now that no slow test sees another answer.
const HOUR: u64 = 3600;

struct Signer {
    api: Api,
    key: Ed25519KeyPair,
    kid: Value,
}

impl Signer {
    fn new() -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let settings = [("SIGNING_KEY", key.serialize_pem())];
        let api = Api::with(Backend::Sqlite, Transport::Socket, &settings.each_ref().map(|(n, v)| (*n, v.as_str())));
        let keys = api.wait_for(api.get("/.well-known/jwks.json").send()).json();
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key.serialize_der()).unwrap();
        Self { api, key, kid: keys["keys"][0]["kid"].clone() }
    }

    /// How a token with this header and these claims is answered.
    fn status(&self, header: &Value, claims: &Value) -> u16 {
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()));
        let token = format!("{message}.{signature}");
        self.api.wait_for(self.api.get("/auth/check_token").bearer(&token).send()).status.as_u16()
    }

    fn header(&self) -> Value {
        json!({"alg": "EdDSA", "typ": "JWT", "kid": self.kid})
    }
}

fn claims() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({
        "sub": "1", "iss": "service", "aud": "service", "iat": now, "nbf": now - 1, "exp": now + HOUR,
        "jti": "one", "user_name": "admin", "role": "admin",
    })
}

/// The object with another value for a field, or without the field.
fn with(mut object: Value, name: &str, value: Option<Value>) -> Value {
    match value {
        Some(value) => object[name] = value,
        None => drop(object.as_object_mut().unwrap().remove(name)),
    }
    object
}

fn token_must_be_of_its_time_and_for_this_service() {
    let signer = Signer::new();
    let now = claims()["iat"].as_u64().unwrap();
    assert_eq!(signer.status(&signer.header(), &claims()), 200);
    for (name, value) in [
        ("exp", Some(json!(now - 1))),
        ("exp", Some(json!(now - HOUR))),
        ("exp", Some(json!(-1))),
        ("exp", Some(json!("never"))),
        ("exp", None),
        ("nbf", Some(json!(now + HOUR))),
        ("iss", Some(json!("another"))),
        ("iss", None),
        ("aud", Some(json!("another"))),
        ("aud", Some(json!(["another"]))),
        ("aud", None),
        ("sub", Some(json!("admin"))),
        ("sub", Some(json!("999"))),
        ("sub", Some(json!("-1"))),
        ("sub", Some(json!("99999999999999999999"))),
        ("sub", Some(json!(1))),
        ("sub", None),
    ] {
        let claims = with(claims(), name, value.clone());
        assert_eq!(signer.status(&signer.header(), &claims), 401, "{name}: {value:?}");
    }
}

fn token_s_header_must_name_key_and_algorithm() {
    let signer = Signer::new();
    assert_eq!(signer.status(&signer.header(), &claims()), 200);
    for (name, value) in [
        ("kid", Some(json!("another"))),
        ("kid", None),
        ("alg", Some(json!("none"))),
        ("alg", Some(json!("HS256"))),
        ("alg", Some(json!("ES256"))),
        ("alg", None),
    ] {
        let header = with(signer.header(), name, value.clone());
        assert_eq!(signer.status(&header, &claims()), 401, "{name}: {value:?}");
    }
}
