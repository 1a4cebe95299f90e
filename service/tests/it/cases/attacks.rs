//! What somebody tries who may not.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hyper::StatusCode;
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::api::{ADMIN, Api, PASSWORD, escaped};

crate::cases![
    forged_tokens_are_not_validated,
    token_of_a_demoted_admin_is_a_user_s,
    identity_headers_are_nobody_s_word,
    sql_in_every_text_is_text,
    two_authorizations_are_none,
    deep_json_is_no_danger,
    ten_megabytes_are_refused,
];

fn encode(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token that is signed with this key.
fn signed(key: &Ed25519KeyPair, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

async fn forged_tokens_are_not_validated(api: &Api) {
    let real = api.token(ADMIN).await;
    let mut parts = real.split('.');
    let (header, claims, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let decoded: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let keys = api.get("/.well-known/jwks.json").send().await.json();
    let kid = keys["keys"][0]["kid"].as_str().unwrap();
    let public = BASE64_URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let hs256 = |key: &[u8]| {
        let message = format!("{}.{claims}", encode(&json!({"alg": "HS256", "typ": "JWT", "kid": kid})));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
    };
    let stranger = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let stranger_kid = BASE64_URL_SAFE_NO_PAD.encode(stranger.public_key());
    let eddsa = json!({"alg": "EdDSA", "typ": "JWT", "kid": kid});
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": stranger_kid});
    let mut other_claims = decoded.clone();
    other_claims["sub"] = json!("2");
    let forged = [
        format!("{}.{claims}.", encode(&json!({"alg": "none", "kid": kid}))),
        format!("{}.{claims}.{signature}", encode(&json!({"alg": "none", "kid": kid}))),
        format!("{}.{claims}.", encode(&json!({"alg": "None", "kid": kid}))),
        hs256(&public),
        hs256(keys["keys"][0]["x"].as_str().unwrap().as_bytes()),
        hs256(b""),
        signed(&stranger, &eddsa, &decoded),
        signed(&stranger, &json!({"alg": "EdDSA", "kid": stranger_kid}), &decoded),
        signed(&stranger, &json!({"alg": "EdDSA", "kid": kid, "jwk": jwk}), &decoded),
        signed(&stranger, &json!({"alg": "EdDSA"}), &decoded),
        signed(&stranger, &json!({"alg": "EdDSA", "kid": "../../dev/null"}), &decoded),
        format!("{header}.{}.{signature}", encode(&other_claims)),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        format!("{header}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{header}=.{claims}=.{signature}="),
        format!("{real}A"),
    ];
    for token in forged {
        api.get("/auth/check_token").bearer(&token).send().await.is_error(401, "Could not validate user.");
    }
    assert_eq!(api.get("/auth/check_token").bearer(&real).send().await.status, StatusCode::OK);
}

async fn token_of_a_demoted_admin_is_a_user_s(api: &Api) {
    api.sign_up("ann").await;
    let admin = api.token(ADMIN).await;
    let promote = r#"{"role": "admin", "user_name": "ann"}"#;
    api.put("/users/update").bearer(&admin).json(promote).send().await;
    let ann = api.token("ann").await;
    assert_eq!(api.get("/users/read_all").bearer(&ann).send().await.status, StatusCode::OK);
    let demote = r#"{"role": "user", "user_name": "ann"}"#;
    api.put("/users/update").bearer(&admin).json(demote).send().await;
    for path in ["/users/read_all", "/location/get_locations"] {
        api.get(path).bearer(&ann).send().await.is_error(401, "Authentication Failed");
    }
    api.delete("/users/delete/admin").bearer(&ann).send().await.is_error(401, "Authentication Failed");
    api.put("/users/update").bearer(&ann).json(promote).send().await.is_error(401, "Authentication Failed");
}

async fn identity_headers_are_nobody_s_word(api: &Api) {
    let ann = api.user("ann").await;
    let forged = [("x-auth-user-id", "1"), ("x-auth-user-name", "admin"), ("x-auth-role", "admin")];
    let send = async |token: Option<&str>, path: &str| {
        let mut call = api.get(path);
        for (name, value) in forged {
            call = call.header(name, value);
        }
        if let Some(token) = token {
            call = call.bearer(token);
        }
        call.send().await
    };
    send(None, "/users/read_all").await.is_error(401, "Not authenticated");
    send(Some(&ann), "/users/read_all").await.is_error(401, "Authentication Failed");
    assert_eq!(send(Some(&ann), "/auth/check_token").await.json()["user_name"], "ann");
}

async fn sql_in_every_text_is_text(api: &Api) {
    let ann = api.user("ann").await;
    let admin = api.token(ADMIN).await;
    for sql in [
        "'; DROP TABLE locations; --",
        "' OR '1'='1",
        "admin'--",
        "\" OR \"\"=\"",
        "1; SELECT pg_sleep(9)",
        "\\'; --",
        "%00'",
    ] {
        let quoted = json!(sql).to_string();
        let body = |rest: &str| format!("{{{}}}", rest.replace('$', &quoted));
        let form = |name: &str, password: &str| format!("username={}&password={}", escaped(name), escaped(password));
        let sign_up = body(r#""user_name": $, "password": "password""#);
        api.post("/users/create_user").json(&sign_up).send().await.flaws();
        let log_in = async |name: &str, password: &str| api.post("/auth/token").form(form(name, password)).send().await;
        log_in(sql, PASSWORD).await.is_error(401, "Could not validate user.");
        log_in(ADMIN, sql).await.is_error(401, "Could not validate user.");
        let store = body(r#""lat": $, "lng": $, "user_name": $"#);
        assert_eq!(api.post("/location/update").bearer(&ann).json(&store).send().await.flaws().len(), 2);
        let read = body(r#""ids": [$]"#);
        assert_eq!(api.post("/location/get_locations").bearer(&ann).json(&read).send().await.flaws().len(), 1);
        let role = body(r#""role": $"#);
        assert_eq!(api.put("/users/update").bearer(&admin).json(&role).send().await.flaws().len(), 1);
        let whose = body(r#""role": "user", "user_name": $"#);
        api.put("/users/update").bearer(&admin).json(&whose).send().await.is_error(404, "User not found.");
        let sql = escaped(sql);
        api.delete(&format!("/users/delete/{sql}")).bearer(&admin).send().await.is_error(404, "Delete failed.");
        let page = api.get(&format!("/users/read_all?limit={sql}&after={sql}")).bearer(&admin).send().await;
        assert_eq!(page.flaws().len(), 2);
    }
    assert_eq!(api.get("/users/read_all").bearer(&admin).send().await.json().as_array().unwrap().len(), 2);
    assert_eq!(api.store(&ann, "1", "1").await.status, StatusCode::CREATED);
}

async fn two_authorizations_are_none(api: &Api) {
    let (ann, admin) = (api.user("ann").await, api.token(ADMIN).await);
    let answer = api.get("/auth/check_token").bearer(&ann).bearer(&admin).send().await;
    answer.is_error(401, "Could not validate user.");
}

async fn deep_json_is_no_danger(api: &Api) {
    let ann = api.user("ann").await;
    for deep in
        ["[".repeat(100_000), format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), "{\"a\":".repeat(50_000)]
    {
        for body in [deep.clone(), format!("{{\"lat\": {deep}}}"), format!("{{\"ids\": [{deep}]}}")] {
            let answer = api.post("/location/update").bearer(&ann).json(&body).send().await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let answer = api.post("/location/get_locations").bearer(&ann).json(&body).send().await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}

async fn ten_megabytes_are_refused(api: &Api) {
    let ann = api.user("ann").await;
    let body = format!("{{\"lat\": \"{}\"}}", "1".repeat(10 * 1024 * 1024));
    api.post("/location/update").bearer(&ann).json(&body).send().await.is_error(413, "The body is too long.");
    let locations = api.get("/location/get_latest_locations").bearer(&ann).send().await;
    assert_eq!((locations.status, locations.text()), (StatusCode::OK, "[]"));
}
