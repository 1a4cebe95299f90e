//! Where the service is stricter than the reference, or better: a case for each row of the contract's table.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hyper::StatusCode;
use serde_json::{Value, json};

use crate::api::{ADMIN, Api, PASSWORD};

crate::cases![
    nobody_signs_up_as_admin,
    nobody_promotes_itself,
    passwords_are_hashed_with_a_salt_each,
    ids_are_never_used_again,
    deleted_user_is_seen_at_once,
    token_says_who_and_for_how_long,
    public_keys_verify_tokens,
    names_have_a_stated_set_of_characters,
    passwords_have_eight_to_128_characters,
    locations_go_with_their_user,
    creation_time_is_the_row_s_own,
];

async fn nobody_signs_up_as_admin(api: &Api) {
    let body = json!({"user_name": "eve", "password": PASSWORD, "role": "admin"}).to_string();
    let answer = api.post("/users/create_user").json(&body).send().await;
    answer.is_error(401, "Authentication Failed");
    api.log_in("eve", PASSWORD).await.is_error(401, "Could not validate user.");
}

async fn nobody_promotes_itself(api: &Api) {
    let eve = api.user("eve").await;
    for change in [
        r#"{"role": "admin"}"#,
        r#"{"role": "admin", "user_name": "eve"}"#,
        r#"{"role": "user", "user_name": "admin"}"#,
    ] {
        let answer = api.put("/users/update").bearer(&eve).json(change).send().await;
        answer.is_error(401, "Authentication Failed");
    }
    assert_eq!(api.get("/auth/check_token").bearer(&eve).send().await.json()["role"], "user");
}

async fn passwords_are_hashed_with_a_salt_each(api: &Api) {
    for name in ["ann", "bob"] {
        api.sign_up(name).await;
    }
    let hashes = api.storage.execute("SELECT password_hash AS first FROM users");
    let salts: BTreeSet<&str> = hashes
        .iter()
        .map(|hash| hash.strip_prefix("$argon2id$v=19$m=19456,t=2,p=1$").unwrap().split('$').next().unwrap())
        .collect();
    assert_eq!((hashes.len(), salts.len()), (3, 3));
}

async fn ids_are_never_used_again(api: &Api) {
    let admin = api.token(ADMIN).await;
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        let ann = api.user("ann").await;
        ids.insert(api.get("/auth/check_token").bearer(&ann).send().await.json()["id"].as_i64());
        api.delete("/users/delete/ann").bearer(&admin).send().await;
    }
    assert_eq!(ids.len(), 3);
}

async fn deleted_user_is_seen_at_once(api: &Api) {
    let ann = api.user("ann").await;
    let admin = api.token(ADMIN).await;
    api.delete("/users/delete/ann").bearer(&admin).send().await;
    for (method, path) in
        [("GET", "/auth/check_token"), ("GET", "/location/get_latest_locations"), ("PUT", "/users/update")]
    {
        let answer = api.call(method, path).bearer(&ann).json("{}").send().await;
        answer.is_error(401, "Could not validate user.");
    }
    api.store(&ann, "1", "1").await.is_error(401, "Could not validate user.");
    // The next user of that name is another one.
    let next = api.user("ann").await;
    api.get("/auth/check_token").bearer(&ann).send().await.is_error(401, "Could not validate user.");
    assert_eq!(api.get("/auth/check_token").bearer(&next).send().await.status, StatusCode::OK);
}

async fn token_says_who_and_for_how_long(api: &Api) {
    api.sign_up("ann").await;
    let part = |token: &str, number| {
        let part = token.split('.').nth(number).unwrap().to_owned();
        serde_json::from_slice::<Value>(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let answer = api.log_in("ann", PASSWORD).await.json();
    let (first, second) = (answer["access_token"].as_str().unwrap().to_owned(), api.token("ann").await);
    let (header, claims) = (part(&first, 0), part(&first, 1));
    let keys = api.get("/.well-known/jwks.json").send().await.json();
    assert_eq!(
        (&header["alg"], &header["typ"], &header["kid"]),
        (&json!("EdDSA"), &json!("JWT"), &keys["keys"][0]["kid"])
    );
    for (name, expected) in
        [("sub", "2"), ("iss", "service"), ("aud", "service"), ("user_name", "ann"), ("role", "user")]
    {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 1800);
    assert_eq!(answer["expires_in"], 1800);
    assert_ne!(claims["jti"], part(&second, 1)["jti"]);
}

async fn public_keys_verify_tokens(api: &Api) {
    let token = api.token(ADMIN).await;
    let answer = api.get("/.well-known/jwks.json").send().await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let keys = answer.json();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["crv"], &key["use"]), (&json!("OKP"), &json!("Ed25519"), &json!("sig")));
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let public = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, decode(key["x"].as_str().unwrap()));
    public.verify(message.as_bytes(), &decode(signature)).unwrap();
}

async fn names_have_a_stated_set_of_characters(api: &Api) {
    let sign_up = async |name: &str| api.sign_up(name).await;
    for name in ["a", "A.b_c-d+e@f0", &"x".repeat(64)] {
        assert_eq!(sign_up(name).await.status, StatusCode::CREATED, "{name}");
    }
    for name in ["", " ", "a b", &"x".repeat(65), "ä", "a\0", "a/b", "<script>", "a\n", "а"] {
        let flaws = sign_up(name).await.flaws();
        assert_eq!(flaws, [("string_pattern_mismatch".to_owned(), "body.user_name".to_owned())], "{name}");
    }
}

async fn passwords_have_eight_to_128_characters(api: &Api) {
    let body = |name: &str, password: &str| json!({"user_name": name, "password": password}).to_string();
    for (name, password) in [("a", "eight888"), ("b", &"é".repeat(128)), ("c", "with spaces & \0 signs")] {
        let answer = api.post("/users/create_user").json(&body(name, password)).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{password}");
    }
    for password in ["", "seven77", &"x".repeat(129)] {
        let answer = api.post("/users/create_user").json(&body("d", password)).send().await;
        assert_eq!(answer.flaws(), [("string_length".to_owned(), "body.password".to_owned())], "{password}");
        assert!(password.is_empty() || !answer.text().contains(password));
    }
}

async fn locations_go_with_their_user(api: &Api) {
    let (ann, bob) = (api.user("ann").await, api.user("bob").await);
    for token in [&ann, &ann, &bob] {
        api.store(token, "1", "1").await;
    }
    let admin = api.token(ADMIN).await;
    api.delete("/users/delete/ann").bearer(&admin).send().await;
    assert_eq!(api.storage.execute("SELECT CAST(user_id AS TEXT) AS first FROM locations"), ["3"]);
}

async fn creation_time_is_the_row_s_own(api: &Api) {
    let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    let ann = api.user("ann").await;
    for _ in 0..3 {
        api.store(&ann, "1", "1").await;
    }
    let times = api.storage.execute("SELECT CAST(created_at AS TEXT) AS first FROM locations ORDER BY id");
    let times: Vec<u128> = times.iter().map(|time| time.parse().unwrap()).collect();
    let after = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    assert!(before < times[0] && times[2] < after, "{times:?}");
    assert!(times[0] < times[1] && times[1] < times[2], "{times:?}");
}
