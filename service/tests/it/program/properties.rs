//! What holds for any input.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::Value;
use service::coordinate::Coordinate;

use crate::{
    api::{Api, Transport},
    storage::Backend,
};

crate::tests! {
    on_backend: no_body_is_the_service_s_fault;
    plain: coordinate_is_read_as_it_is_written, coordinate_is_read_as_long_division_would, no_text_is_a_danger;
}

/// Runs a check on many values; the message of a failure has the smallest that fails.
fn check<S: Strategy>(cases: u32, values: &S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(values, holds).unwrap_or_else(|error| panic!("{error}"));
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), TestCaseError> {
    if found == expected { Ok(()) } else { Err(TestCaseError::fail(format!("{found:?}, not {expected:?}"))) }
}

fn coordinate_is_read_as_it_is_written() {
    check(2000, &(-18_000_000_000_i64..=18_000_000_000), |units| {
        let coordinate = Coordinate::from_units(units);
        let text = coordinate.to_string();
        same(&text.split_once('.').map(|(_, places)| places.len()), &Some(8))?;
        same(&text.parse(), &Ok(coordinate))
    });
}

/// A decimal number: whether it is negative, its digits before and after the point, its exponent.
type Decimal = (bool, String, Option<String>, Option<i32>);

fn decimal() -> impl Strategy<Value = Decimal> {
    // Many zeros: where they stand is what matters.
    let digits = |length| {
        let digit = prop_oneof![Just('0'), select(('0'..='9').collect::<Vec<_>>())];
        vec(digit, length).prop_map(String::from_iter)
    };
    let fraction = proptest::option::of(digits(0..12));
    (any::<bool>(), digits(1..8), fraction, proptest::option::of(-14..15))
}

fn written((negative, whole, fraction, exponent): &Decimal) -> String {
    let sign = if *negative { "-" } else { "" };
    let fraction = fraction.as_ref().map(|digits| format!(".{digits}")).unwrap_or_default();
    let exponent = exponent.map(|exponent| format!("e{exponent}")).unwrap_or_default();
    format!("{sign}{whole}{fraction}{exponent}")
}

/// Moves the point digit by digit, and counts what is left on both sides.
fn reference((negative, whole, fraction, exponent): &Decimal) -> Option<i64> {
    let (mut whole, mut fraction) = (whole.clone(), fraction.clone().unwrap_or_default());
    for _ in 0..exponent.unwrap_or(0).max(0) {
        whole.push(if fraction.is_empty() { '0' } else { fraction.remove(0) });
    }
    for _ in exponent.unwrap_or(0)..0 {
        fraction.insert(0, whole.pop().unwrap_or('0'));
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.len() > 4 || fraction.len() > 8 {
        return None;
    }
    let units: i64 = format!("0{whole}{fraction:0<8}").parse().unwrap();
    Some(if *negative { -units } else { units })
}

fn coordinate_is_read_as_long_division_would() {
    check(20_000, &decimal(), |decimal| {
        let found = written(&decimal).parse().ok().map(Coordinate::units);
        same(&found, &reference(&decimal))
    });
}

fn no_text_is_a_danger() {
    const PARTS: [&str; 15] =
        ["0", "5", "19", "99999999999999999999", ".", "e", "E", "-", "+", " ", "_", "nan", "inf", "\u{663}", "\0"];
    let number_like = vec(select(PARTS.to_vec()), 0..6).prop_map(|parts| parts.concat());
    let texts = prop_oneof![1 => any::<String>(), 3 => number_like];
    check(20_000, &texts, |text| {
        // What is read can be written, and read again.
        match text.parse::<Coordinate>() {
            Ok(coordinate) => same(&coordinate.to_string().parse(), &Ok(coordinate)),
            Err(_) => Ok(()),
        }
    });
}

/// JSON of any shape.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            vec((any::<String>(), inner), 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An object with fields that the service knows, often with values that they may have.
fn known_json() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        any_json(),
        vec(any::<i64>(), 0..4).prop_map(Value::from),
        vec(any_json(), 0..4).prop_map(Value::from),
        select(["user", "admin", "ann", "1.5", "-90", "\0", "password"].map(Value::from).to_vec()),
        (-200_i64..200).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    let name = select(["user_name", "password", "role", "lat", "lng", "ids"].map(str::to_owned).to_vec());
    vec((name, value), 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn no_body_is_the_service_s_fault(backend: Backend) {
    let api = Api::start(backend, Transport::Router);
    let ann = api.wait_for(api.user("ann"));
    let bytes = |json: Value| json.to_string().into_bytes();
    let bodies =
        prop_oneof![3 => known_json().prop_map(bytes), 1 => any_json().prop_map(bytes), 1 => vec(any::<u8>(), 0..64)];
    let kinds =
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"];
    let kinds = prop_oneof![4 => Just(kinds[0]), 1 => select(kinds.to_vec())];
    let routes = [
        ("POST", "/auth/token"),
        ("POST", "/users/create_user"),
        ("PUT", "/users/update"),
        ("POST", "/location/update"),
        ("POST", "/location/get_locations"),
        ("GET", "/location/get_latest_locations"),
    ];
    check(1500, &(select(routes.to_vec()), kinds, bodies), |((method, path), kind, body)| {
        let answer = api.wait_for(api.call(method, path).bearer(&ann).body(kind, body).send());
        if answer.status.is_server_error() {
            return Err(TestCaseError::fail(format!("{answer:?}")));
        }
        Ok(())
    });
}
