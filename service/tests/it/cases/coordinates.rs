//! Coordinates are kept exactly.

use hyper::StatusCode;
use serde_json::json;

use crate::api::Api;

crate::cases![coordinates_are_kept_exactly, coordinates_beyond_the_limits_are_told, limits_of_the_globe_are_on_it];

async fn coordinates_are_kept_exactly(api: &Api) {
    let ann = api.user("ann").await;
    // As JSON, and what comes back.
    for (sent, expected) in [
        ("0.1", "0.10000000"),
        ("52.52000800", "52.52000800"),
        ("\"52.520008\"", "52.52000800"),
        ("1", "1.00000000"),
        ("-0", "0.00000000"),
        ("-0.00000001", "-0.00000001"),
        ("0.000000010000", "0.00000001"),
        ("1e1", "10.00000000"),
        ("1.5E-7", "0.00000015"),
        ("\" +1.50 \"", "1.50000000"),
        ("\".5\"", "0.50000000"),
        ("\"5.\"", "5.00000000"),
        ("89.99999999", "89.99999999"),
        ("0e999999999999999999999", "0.00000000"),
    ] {
        let body = format!("{{\"lat\": {sent}, \"lng\": {sent}}}");
        let answer = api.post("/location/update").bearer(&ann).json(&body).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{sent}: {}", answer.text());
        let newest = api.get("/location/get_latest_locations").bearer(&ann).send().await.json();
        assert_eq!(newest, json!([{"id": 2, "user_name": "ann", "lat": expected, "lng": expected}]), "{sent}");
    }
}

async fn coordinates_beyond_the_limits_are_told(api: &Api) {
    let ann = api.user("ann").await;
    for (sent, expected) in [
        ("null", "decimal_type"),
        ("true", "decimal_type"),
        ("[1]", "decimal_type"),
        ("\"\"", "decimal_parsing"),
        ("\"1,5\"", "decimal_parsing"),
        ("\"0x10\"", "decimal_parsing"),
        ("\"1e\"", "decimal_parsing"),
        ("\"--1\"", "decimal_parsing"),
        ("\"1 2\"", "decimal_parsing"),
        ("\".\"", "decimal_parsing"),
        ("\"NaN\"", "finite_number"),
        ("\"-Infinity\"", "finite_number"),
        ("\"inf\"", "finite_number"),
        ("0.000000001", "decimal_max_places"),
        ("1.123456789", "decimal_max_places"),
        ("12345.12345678", "decimal_max_digits"),
        ("1e999999999999999999999", "decimal_max_digits"),
        ("1e-999999999999999999999", "decimal_max_digits"),
        ("12345", "decimal_whole_digits"),
        ("9999.99999999", "less_than_equal"),
        ("-9999", "greater_than_equal"),
    ] {
        let body = format!("{{\"lat\": {sent}, \"lng\": {sent}}}");
        let flaws = api.post("/location/update").bearer(&ann).json(&body).send().await.flaws();
        let expected = ["body.lat", "body.lng"].map(|place| (expected.to_owned(), place.to_owned()));
        assert_eq!(flaws, expected, "{sent}");
    }
}

async fn limits_of_the_globe_are_on_it(api: &Api) {
    let ann = api.user("ann").await;
    for (lat, lng) in [("90", "180"), ("-90", "-180"), ("90.00000000", "-180.0")] {
        assert_eq!(api.store(&ann, lat, lng).await.status, StatusCode::CREATED);
    }
    for (lat, lng, flaw) in [
        ("90.00000001", "0", ("less_than_equal", "body.lat")),
        ("-90.00000001", "0", ("greater_than_equal", "body.lat")),
        ("0", "180.00000001", ("less_than_equal", "body.lng")),
        ("0", "-180.00000001", ("greater_than_equal", "body.lng")),
    ] {
        let flaws = api.store(&ann, lat, lng).await.flaws();
        assert_eq!(flaws, [(flaw.0.to_owned(), flaw.1.to_owned())]);
    }
}
