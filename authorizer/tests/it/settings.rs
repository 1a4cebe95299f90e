//! Settings: what is wrong is told in one line, at the start.

use serde_json::Value;

use crate::lambda::{command, lines};

const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

async fn refusal(variables: &[(&str, &str)]) -> String {
    let mut program = command(variables).spawn().unwrap();
    assert_eq!(program.wait().await.unwrap().code(), Some(1), "{variables:?}");
    let lines = lines(program.stderr.take().unwrap()).await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let event: Value = serde_json::from_str(line).unwrap();
    assert_eq!(event["message"], "the authorizer ends");
    event["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn missing_settings_are_named() {
    assert_eq!(refusal(&[]).await, "AUTHORIZER_MODE is not set");
    assert_eq!(refusal(&[("AUTHORIZER_MODE", "local"), ("JWKS", "")]).await, "JWKS is not set");
    let mut variables = vec![("AUTHORIZER_MODE", "introspect-api")];
    for (name, value) in [
        ("DISCOVERY_NAMESPACE", "tracker-dev.internal"),
        ("DISCOVERY_SERVICE", "service"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ] {
        assert_eq!(refusal(&variables).await, format!("{name} is not set"));
        variables.push((name, value));
    }
    let dns = [("AUTHORIZER_MODE", "introspect-dns"), ("DISCOVERY_NAMESPACE", "internal")];
    assert_eq!(refusal(&dns).await, "DISCOVERY_SERVICE is not set");
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let expected = r#"AUTHORIZER_MODE is "remote"; it must be introspect-api, introspect-dns or local"#;
    assert_eq!(refusal(&[("AUTHORIZER_MODE", "remote")]).await, expected);
    let dns = [("AUTHORIZER_MODE", "introspect-dns"), ("DISCOVERY_NAMESPACE", "n"), ("DISCOVERY_SERVICE", "s")];
    let error = refusal(&[&dns[..], &[("DISCOVERY_NAME_SERVER", "localhost")]].concat()).await;
    assert_eq!(
        error,
        r#"DISCOVERY_NAME_SERVER is "localhost"; it must be an IP address and a port, such as 10.0.0.2:53"#
    );
    let key = |fields: &str| format!(r#"{{"keys": [{{"kty": "OKP", "crv": "Ed25519", {fields}}}]}}"#);
    for (jwks, expected) in [
        ("x".to_owned(), "JWKS must hold a JSON Web Key Set: expected value"),
        ("{}".to_owned(), "missing field `keys`"),
        (r#"{"keys": []}"#.to_owned(), "it has no Ed25519 key"),
        (r#"{"keys": [{"kty": "RSA", "kid": "a", "n": "x", "e": "AQAB"}]}"#.to_owned(), "it has no Ed25519 key"),
        (key(&format!(r#""x": "{KEY}""#)), "a key has no `kid`"),
        (key(r#""kid": "a", "x": "AAAA""#), "`x` is not 32 bytes"),
        (key(r#""kid": "a", "x": "?""#), "`x` is not 32 bytes"),
    ] {
        let error = refusal(&[("AUTHORIZER_MODE", "local"), ("JWKS", &jwks)]).await;
        assert!(error.contains(expected), "{jwks}: {error}");
    }
}
