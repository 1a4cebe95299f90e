//! Settings: what is wrong is told in one line, and no line tells a secret.

use std::fs;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rcgen::{KeyPair, PublicKeyData};
use tempfile::TempDir;

use super::server::{Program, Server};
use crate::{
    api::{PASSWORD, SIGNING_KEY},
    storage::{Backend, Storage},
};

crate::tests! {
    plain: wrong_settings_are_told_in_one_line, wrong_secrets_are_told_and_not_shown, settings_without_effect_are_told,
        wrong_database_urls_are_told_and_not_shown, secrets_may_be_in_files, secret_in_two_places_is_refused,
        database_that_cannot_be_made_is_told, key_may_be_pem, key_of_a_text_stays_the_same,
        keys_change_without_a_token_lost;
}

/// The one line that a start with these settings ends with.
fn refusal(settings: &[(&str, &str)]) -> String {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url = format!("sqlite://{}/service.db", folder.path().display());
    let usual = [("DATABASE_URL", url.as_str()), ("SIGNING_KEY", SIGNING_KEY), ("LISTEN_ADDRESS", "127.0.0.1:0")];
    let mut end = Program::start("serve", usual.iter().chain(settings).copied()).end();
    assert_eq!((end.code, end.stderr.len()), (Some(1), 1), "{settings:?}: {end:?}");
    end.stderr.remove(0)
}

fn wrong_settings_are_told_in_one_line() {
    for (name, wrong, expected) in [
        ("LISTEN_ADDRESS", ["localhost:8080", "127.0.0.1", "8080"].as_slice(), "an IP address and a port, such as"),
        ("METRICS_ADDRESS", &["9090", "127.0.0.1:65536"], "an IP address and a port, such as"),
        ("LOG_LEVEL", &["INFO", "loud", "info,hyper=trace"], "error, warn, info, debug or trace"),
        ("TOKEN_LIFETIME", &["59", "86401", "-1", "1h", "1800.0", " 1800"], "60 to 86400 seconds"),
        ("LOGIN_LIMIT", &["0", "1001", "none", "-5"], "1 to 1000, or off"),
        ("CLIENT_ADDRESS_HEADER", &["client address", "x:y", "é"], "the name of a header"),
        ("ADMIN_NAME", &["a b", "root\nroot", "ä"], "1 to 64 letters, digits,"),
        ("TOKEN_ISSUER", &["x".repeat(201).as_str()], "a text of 1 to 200 characters"),
        ("TOKEN_AUDIENCE", &["x".repeat(201).as_str()], "a text of 1 to 200 characters"),
    ] {
        for value in wrong {
            let line = refusal(&[(name, value)]);
            assert_eq!(line.split(" it must be ").next().unwrap(), format!("error: {name} is {value:?};"));
            assert!(line.contains(expected), "{line}");
        }
    }
}

fn wrong_secrets_are_told_and_not_shown() {
    let missing = "error: SIGNING_KEY is not set; it must be an Ed25519 private key";
    assert!(refusal(&[("SIGNING_KEY", "")]).starts_with(missing));
    let elliptic = KeyPair::generate().unwrap().serialize_pem();
    let half = &ed25519().serialize_pem()[..60];
    let (equal, few, short) = ("a".repeat(64), "abcdefghi".repeat(8), &SIGNING_KEY[..63]);
    let words = "The Ed25519 key of the service in production, made on the first of March by hand";
    assert!(refusal(&[("SIGNING_KEY", "# A comment is no key.")]).starts_with("error: SIGNING_KEY must be"));
    for wrong in [short, &equal, &few, &elliptic, half, words, "-----BEGIN PRIVATE KEY-----"] {
        // Also where another key stands before or behind it.
        for text in [wrong, &format!("{SIGNING_KEY}\n{wrong}"), &format!("{wrong}\n{SIGNING_KEY}")] {
            let line = refusal(&[("SIGNING_KEY", text)]);
            let expected = "error: SIGNING_KEY must be an Ed25519 private key (PKCS#8, in PEM), or at least 64 random";
            assert!(line.starts_with(expected) && !line.contains(wrong), "{text}: {line}");
        }
    }
    for wrong in ["seven77", &"x".repeat(129)] {
        assert_eq!(refusal(&[("ADMIN_PASSWORD", wrong)]), "error: ADMIN_PASSWORD must be 8 to 128 characters");
    }
}

fn settings_without_effect_are_told() {
    let line = refusal(&[("ADMIN_NAME", "ann")]);
    assert_eq!(line, "error: ADMIN_NAME is set, but ADMIN_PASSWORD is not; set both, or neither");
    let url = "postgres://ann:hunter2@host/name";
    let line = refusal(&[("DATABASE_URL", url), ("DATABASE_PASSWORD", "hunter3")]);
    assert_eq!(line, "error: DATABASE_URL and DATABASE_PASSWORD both hold a password; leave one out");
    let line = refusal(&[("DATABASE_URL", &format!("{url}?sslmode=disable&sslrootcert=/nowhere.pem"))]);
    assert_eq!(line, "error: sslrootcert in DATABASE_URL has no use with sslmode=disable; leave one out");
}

fn wrong_database_urls_are_told_and_not_shown() {
    const URL: &str = "sqlite://FILE, such as sqlite:///data/service.db, or postgres://";
    for (url, expected) in [
        ("", "DATABASE_URL is not set; it must be sqlite://FILE"),
        ("mysql://ann:hunter2@host/name", URL),
        ("hunter2", URL),
        ("sqlite:hunter2.db", URL),
        ("sqlite://", "DATABASE_URL must name a file"),
        ("sqlite://:memory:", "DATABASE_URL must name a file"),
        ("sqlite:///tmp/x.db?journal_mode=hunter2", "journal_mode in DATABASE_URL must be wal or delete"),
        ("sqlite:///tmp/x.db?sslmode=disable", "it may have journal_mode"),
        ("sqlite:///tmp/%ff.db", "DATABASE_URL has %-escapes that are not UTF-8"),
        ("postgres://ann:hunter2@host/name?colour=red", "it may have sslmode and sslrootcert"),
        ("postgres://ann:x?hunter2@host/name", "it may have sslmode and sslrootcert"),
        ("postgres://ann:hunter2@host/name?sslmode=require", "sslmode in DATABASE_URL must be verify-full or disable"),
        ("postgres://ann:hunter2@host/name?sslmode=verify-full&sslmode=disable", "it may have sslmode"),
        ("postgres://ann:hunter2@host:hunter2/name", URL),
        ("postgres://", "it must be sqlite://FILE"),
        ("postgres://ann:hunter2@host/name?sslrootcert=/nowhere.pem", "/nowhere.pem (sslrootcert in DATABASE_URL)"),
    ] {
        let line = refusal(&[("DATABASE_URL", url)]);
        assert!(line.contains("DATABASE_URL") && line.contains(expected), "{url}: {line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
}

fn secrets_may_be_in_files() {
    let storage = Storage::new(Backend::Sqlite);
    let file = |name: &str, text: &str| {
        let path = storage.folder().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let settings = [
        ("DATABASE_URL", ""),
        ("DATABASE_URL_FILE", &file("url", &format!("{}\n", storage.url))),
        ("SIGNING_KEY", ""),
        ("SIGNING_KEY_FILE", &file("key", &format!("{SIGNING_KEY}\n"))),
        ("ADMIN_PASSWORD", ""),
        ("ADMIN_PASSWORD_FILE", &file("password", &format!("{PASSWORD}\n"))),
    ];
    let server = Server::start(&storage, &settings);
    assert_eq!(server.get("/auth/check_token", &server.admin()).status, 200);
    let from_file = server.get("/.well-known/jwks.json", "").body;
    server.stop();
    let from_variable = Server::start(&storage, &[]).get("/.well-known/jwks.json", "").body;
    assert_eq!(from_file, from_variable);
}

fn secret_in_two_places_is_refused() {
    for name in ["SIGNING_KEY", "DATABASE_URL", "ADMIN_PASSWORD"] {
        let in_file = format!("{name}_FILE");
        let line = refusal(&[(name, SIGNING_KEY), (&in_file, "/nowhere")]);
        assert_eq!(line, format!("error: {name} and {in_file} are both set; leave one out"));
        let line = refusal(&[(name, ""), (&in_file, "/nowhere")]);
        assert!(line.starts_with(&format!("error: {in_file} (/nowhere) cannot be read: ")), "{line}");
    }
}

fn database_that_cannot_be_made_is_told() {
    // In /proc not even root makes a file.
    for folder in ["/nowhere/at/all", "/proc"] {
        let line = refusal(&[("DATABASE_URL", &format!("sqlite://{folder}/service.db"))]);
        let expected =
            format!("error: cannot use the database {folder}/service.db: its folder must exist, and be writ");
        assert!(line.starts_with(&expected), "{line}");
    }
}

fn ed25519() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap()
}

/// The public keys of a server with these settings.
fn public_keys(settings: &[(&str, &str)]) -> Vec<serde_json::Value> {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, settings);
    server.get("/.well-known/jwks.json", "").json()["keys"].as_array().unwrap().clone()
}

fn key_may_be_pem() {
    let key = ed25519();
    let keys = public_keys(&[("SIGNING_KEY", &key.serialize_pem())]);
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["x"], BASE64_URL_SAFE_NO_PAD.encode(key.der_bytes()));
}

/// These values come from another implementation of HKDF and Ed25519. If they changed, every token would be void.
fn key_of_a_text_stays_the_same() {
    let keys = public_keys(&[]);
    assert_eq!(keys[0]["x"], "CHMeqFT9VWKIye9zqistlAYM8w2HAbnrlyJhf5MBE2U");
    assert_eq!(keys[0]["kid"], "mti2mFOt97zOgGbZfNSnJjyPCh-UApqtgH3S6wGfL-A");
}

/// At every step tasks of the step before still run: each knows the other's tokens.
fn keys_change_without_a_token_lost() {
    let storage = Storage::new(Backend::Sqlite);
    let new = ed25519().serialize_pem();
    let steps = [
        SIGNING_KEY.to_owned(),
        format!("{SIGNING_KEY}\n{new}"),
        format!("{new}\n{SIGNING_KEY}\n"),
        new.replace('\n', "\r\n"),
    ];
    let servers = steps.each_ref().map(|keys| Server::start(&storage, &[("SIGNING_KEY", keys)]));
    let tokens = servers.each_ref().map(Server::admin);
    for (number, pair) in servers.windows(2).enumerate() {
        for (server, token) in [(&pair[0], &tokens[number + 1]), (&pair[1], &tokens[number])] {
            assert_eq!(server.get("/auth/check_token", token).status, 200, "{number}");
        }
    }
    assert_eq!(servers[3].get("/auth/check_token", &tokens[0]).status, 401);
    let names = servers.each_ref().map(|server| {
        let keys = server.get("/.well-known/jwks.json", "").json()["keys"].as_array().unwrap().clone();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    });
    let (old, new) = (&names[0][0], &names[3][0]);
    assert_eq!(names[1..3], [vec![old.clone(), new.clone()], vec![new.clone(), old.clone()]]);
}
