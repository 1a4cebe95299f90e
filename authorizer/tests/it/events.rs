//! Events of API Gateway, and what else may come.

use authorizer::{Authority, Error, Identity, authorize};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) const HTTP_API: &str = include_str!("events/http-api-2.0.json");
pub(crate) const STRANGERS: [&str; 3] = [
    include_str!("events/http-api-1.0.json"),
    include_str!("events/rest-api-token.json"),
    include_str!("events/websocket.json"),
];

const TOKEN: &str = "header.payload.signature";

/// Believes every token, and one only.
struct Only(Option<&'static str>);

impl Authority for Only {
    async fn identify(&self, token: &str) -> Result<Option<Identity>, Error> {
        let known = self.0.is_none_or(|only| only == token);
        Ok(known.then(|| Identity { id: "1".to_owned(), user_name: "ann".to_owned(), role: "user".to_owned() }))
    }
}

/// The recorded event with other credentials, in the identity source and in the header.
pub(crate) fn event(authorization: &str) -> Value {
    with(json!([authorization]), &[("authorization", authorization)])
}

fn with(identity_source: Value, headers: &[(&str, &str)]) -> Value {
    let mut event: Value = serde_json::from_str(HTTP_API).unwrap();
    event["identitySource"] = identity_source;
    let others = event["headers"].as_object_mut().unwrap();
    others.remove("authorization");
    others.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    event
}

/// The answer where every token is believed.
fn answer(event: &Value) -> Result<Value, String> {
    let decided = block_on(authorize(event, &Only(None)));
    decided.map(|response| serde_json::to_value(response).unwrap()).map_err(|error| error.to_string())
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn allowed() -> Value {
    json!({"isAuthorized": true, "context": {"id": "1", "user_name": "ann", "role": "user"}})
}

#[test]
fn recorded_event_is_answered_in_the_simple_form() {
    assert_eq!(answer(&serde_json::from_str(HTTP_API).unwrap()), Ok(allowed()));
}

#[test]
fn strangers_are_errors() {
    for event in STRANGERS {
        let error = answer(&serde_json::from_str(event).unwrap()).unwrap_err();
        assert!(error.contains("AuthorizerPayloadFormatVersion 2.0") && !error.contains(TOKEN), "{error}");
    }
    for event in [json!(null), json!({}), json!([]), json!("event"), json!({"version": 2.0, "type": "REQUEST"})] {
        assert!(answer(&event).is_err(), "{event}");
    }
    let mut token: Value = serde_json::from_str(HTTP_API).unwrap();
    token["type"] = json!("TOKEN");
    // What a struct can be read from as well.
    let list = json!(["2.0", "REQUEST", [format!("Bearer {TOKEN}")], {}]);
    for event in [token, list] {
        assert!(answer(&event).is_err(), "{event}");
    }
}

/// The API is set up otherwise: a "no" would be kept.
#[test]
fn several_identity_sources_are_an_error() {
    let event = with(json!(["Bearer a.b.c", "GET /users/read_all"]), &[("authorization", "Bearer a.b.c")]);
    assert!(answer(&event).unwrap_err().contains("more identity sources"));
}

#[test]
fn scheme_and_header_may_be_in_any_case() {
    for authorization in ["Bearer header.payload.signature", "bearer a.b.c", "BEARER a", "Bearer  a-b_c"] {
        assert_eq!(answer(&event(authorization)), Ok(allowed()), "{authorization}");
    }
    for name in ["authorization", "Authorization", "AUTHORIZATION"] {
        let event = with(json!(["Bearer a.b.c"]), &[(name, "Bearer a.b.c")]);
        assert_eq!(answer(&event), Ok(allowed()), "{name}");
    }
}

#[test]
fn whoever_shows_no_token_is_denied() {
    let long = format!("Bearer {}", "x y ".repeat(2048));
    let denied = Ok(json!({"isAuthorized": false}));
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        "Basic YW5uOmhvcnNl",
        "Token a.b.c",
        "a.b.c",
        "Bearer a b",
        "Bearer ä",
        "Bearer a,b",
        &long,
    ] {
        assert_eq!(answer(&event(authorization)), denied, "{authorization}");
    }
    for event in [with(json!(null), &[]), with(json!([]), &[]), with(json!([]), &[("authorization", "Bearer a.b.c")])] {
        assert_eq!(answer(&event), denied, "{event}");
    }
}

/// The answer is kept under the identity source, but the service sees the header.
#[test]
fn several_authorizations_are_none() {
    let denied = Ok(json!({"isAuthorized": false}));
    let (one, two) = ("Bearer a.b.c", "Bearer d.e.f");
    for event in [
        with(json!([one]), &[("authorization", two)]),
        with(json!([one]), &[("authorization", "Bearer a.b.c,Bearer d.e.f")]),
        with(json!([one]), &[("authorization", one), ("Authorization", two)]),
        event("Bearer a.b.c, Bearer d.e.f"),
    ] {
        assert_eq!(answer(&event), denied, "{event}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("version".to_owned()),
        Just("type".to_owned()),
        Just("identitySource".to_owned()),
        Just("headers".to_owned()),
        Just("Authorization".to_owned()),
        any::<String>(),
    ];
    let texts = prop_oneof![
        Just("2.0".to_owned()),
        Just("REQUEST".to_owned()),
        Just(format!("Bearer {TOKEN}")),
        "Bearer [a-z.]{0,9}",
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|fields| Value::from(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The recorded event, with something else in one of the places that count.
fn nearly_right() -> impl Strategy<Value = Value> {
    let place = prop::sample::select(vec!["version", "type", "identitySource", "headers"]);
    (place, any_json()).prop_map(|(place, value)| {
        let mut event = event(&format!("Bearer {TOKEN}"));
        event[place] = value;
        event
    })
}

proptest! {
    /// It never panics, and whoever is let in showed the token as the one identity source.
    #[test]
    fn nobody_is_let_in_without_the_token(event in prop_oneof![any_json(), nearly_right()]) {
        if let Ok(response) = block_on(authorize(&event, &Only(Some(TOKEN)))) && response.is_authorized {
            let source = event["identitySource"].as_array().unwrap();
            let [source] = source.as_slice() else { panic!("{event}") };
            let (scheme, token) = source.as_str().unwrap().split_once(' ').unwrap();
            prop_assert!(scheme.eq_ignore_ascii_case("bearer") && token.trim() == TOKEN, "{event}");
            prop_assert_eq!((&event["version"], &event["type"]), (&json!("2.0"), &json!("REQUEST")));
        }
    }
}
