//! What is answered to a request that is wrong.

use hyper::StatusCode;
use serde_json::json;

use crate::api::{ADMIN, Api};

crate::cases![
    missing_credentials_are_not_authenticated,
    bad_token_is_not_validated,
    unknown_path_is_not_found,
    wrong_method_is_told_the_right_ones,
    slash_at_the_end_redirects,
    every_bad_field_is_told,
    body_that_is_not_json_is_told_where,
    body_that_is_no_object_is_told,
    body_of_another_type_is_told,
    log_in_form_is_checked,
    body_that_is_too_long_is_refused,
    every_answer_has_a_request_id,
];

const PROTECTED: [(&str, &str); 7] = [
    ("GET", "/auth/check_token"),
    ("GET", "/users/read_all"),
    ("PUT", "/users/update"),
    ("DELETE", "/users/delete/ann"),
    ("POST", "/location/update"),
    ("POST", "/location/get_locations"),
    ("GET", "/location/get_latest_locations"),
];

async fn missing_credentials_are_not_authenticated(api: &Api) {
    for (method, path) in PROTECTED {
        for credentials in [None, Some("Basic YWRtaW46YWRtaW4="), Some("Bearer"), Some("Token x"), Some("")] {
            let call = api.call(method, path);
            let answer = match credentials {
                Some(value) => call.header("authorization", value).send().await,
                None => call.send().await,
            };
            answer.is_error(401, "Not authenticated");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{method} {path} {credentials:?}");
        }
    }
}

async fn bad_token_is_not_validated(api: &Api) {
    for (method, path) in PROTECTED {
        for token in ["x", "x.y.z", "....", "Bearer x", &"x".repeat(8000)] {
            let answer = api.call(method, path).bearer(token).send().await;
            answer.is_error(401, "Could not validate user.");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
}

async fn unknown_path_is_not_found(api: &Api) {
    for path in
        ["/nowhere", "/users", "/users/delete/a/b", "/USERS/read_all", "/docs/a/b", "//", "/%2e%2e/", "/metrics"]
    {
        api.get(path).send().await.is_error(404, "Not Found");
    }
}

async fn wrong_method_is_told_the_right_ones(api: &Api) {
    for (method, path, allowed) in [
        ("POST", "/", "GET,HEAD"),
        ("GET", "/auth/token", "POST"),
        ("PATCH", "/users/delete/ann", "DELETE"),
        ("PUT", "/location/get_locations", "GET,HEAD,POST"),
        ("INVENTED", "/users/read_all", "GET,HEAD"),
    ] {
        let answer = api.call(method, path).send().await;
        answer.is_error(405, "Method Not Allowed");
        let mut methods: Vec<&str> = answer.header("allow").unwrap().split(',').collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{method} {path}");
    }
}

async fn slash_at_the_end_redirects(api: &Api) {
    for (path, expected) in [
        ("/users/read_all/", "/users/read_all"),
        ("/users/read_all/?limit=2&after=1", "/users/read_all?limit=2&after=1"),
        ("/users/delete/ann/", "/users/delete/ann"),
        ("/docs/", "/docs"),
        ("/auth/token//", "/auth/token"),
    ] {
        let answer = api.get(path).send().await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, Some(expected)));
    }
    // Where it would lead to another host, or nowhere.
    for path in ["//service.example/", "/nowhere/", "//users/read_all/"] {
        api.get(path).send().await.is_error(404, "Not Found");
    }
}

async fn every_bad_field_is_told(api: &Api) {
    let sign_up = async |body: &str| flaws(&api.post("/users/create_user").json(body).send().await);
    assert_eq!(sign_up("{}").await, "missing body.user_name, missing body.password");
    assert_eq!(
        sign_up(r#"{"user_name": 1, "password": null, "role": "root", "more": 1}"#).await,
        "string_type body.user_name, string_type body.password, enum body.role"
    );
    assert_eq!(
        sign_up(r#"{"user_name": "\ud800", "password": "\ud800\ud800\ud800\ud800"}"#).await,
        "string_unicode body.user_name, string_unicode body.password"
    );
    let ann = api.user("ann").await;
    let store = async |body: &str| flaws(&api.post("/location/update").bearer(&ann).json(body).send().await);
    assert_eq!(store("{}").await, "missing body.lat, missing body.lng");
    assert_eq!(
        store(r#"{"user_name": [], "lat": {}, "lng": "x"}"#).await,
        "string_type body.user_name, decimal_type body.lat, decimal_parsing body.lng"
    );
    let read = async |body: &str| flaws(&api.post("/location/get_locations").bearer(&ann).json(body).send().await);
    assert_eq!(read(r#"{"ids": 1}"#).await, "list_type body.ids");
    assert_eq!(
        read(r#"{"ids": [1, "x", 1.5, null, true, 9223372036854775808]}"#).await,
        "int_parsing body.ids.1, int_parsing body.ids.2, int_type body.ids.3, int_type body.ids.4, \
         int_parsing body.ids.5"
    );
    assert_eq!(read(&json!({"ids": vec![1; 10_001]}).to_string()).await, "too_long body.ids");
    let update = async |body: &str| flaws(&api.put("/users/update").bearer(&ann).json(body).send().await);
    assert_eq!(update(r#"{"role": null, "user_name": 7}"#).await, "string_type body.role, string_type body.user_name");
}

fn flaws(answer: &crate::api::Answer) -> String {
    answer.flaws().iter().map(|(kind, place)| format!("{kind} {place}")).collect::<Vec<_>>().join(", ")
}

async fn body_that_is_not_json_is_told_where(api: &Api) {
    for (body, offset) in [
        (&b"{"[..], 0),
        (b"{\"user_name\": \"ann\",}", 20),
        (b"{\"user_name\": NaN}", 14),
        (b"{\n\"user_name\": 'ann'}", 15),
        (b"{} {}", 3),
        (b"\xff", 0),
        (b"{\"user_name\": \"\xff\"}", 15),
        (b" ", 0),
    ] {
        let answer = api.post("/users/create_user").body("application/json", body).send().await;
        let flaws = answer.flaws();
        assert_eq!(flaws.len(), 1);
        let place = format!("body.{offset}");
        assert_eq!(flaws[0], ("json_invalid".to_owned(), place), "{}", String::from_utf8_lossy(body));
    }
}

async fn body_that_is_no_object_is_told(api: &Api) {
    for body in ["[]", "1", "null", "\"text\"", "true"] {
        let answer = api.post("/users/create_user").json(body).send().await;
        assert_eq!(flaws(&answer), "model_attributes_type body", "{body}");
    }
    let answer = api.post("/users/create_user").json("").send().await;
    assert_eq!(flaws(&answer), "missing body");
}

async fn body_of_another_type_is_told(api: &Api) {
    let body = r#"{"user_name": "ann", "password": "correct horse"}"#;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "", "json"] {
        let answer = api.post("/users/create_user").body(kind, body).send().await;
        assert_eq!(flaws(&answer), "model_attributes_type body", "{kind}");
    }
    for (name, kind) in
        [("ann", "application/json; charset=utf-8"), ("bob", "Application/JSON"), ("eve", "application/vnd.x+json")]
    {
        let answer = api.post("/users/create_user").body(kind, body.replace("ann", name)).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{kind}");
    }
    // Clients that do not say are believed.
    let answer = api.post("/users/create_user").bytes(body.replace("ann", "kim")).send().await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

async fn log_in_form_is_checked(api: &Api) {
    let log_in = async |form: &'static str| flaws(&api.post("/auth/token").form(form).send().await);
    assert_eq!(log_in("").await, "missing body.username, missing body.password");
    assert_eq!(log_in("username=&password=x").await, "missing body.username");
    assert_eq!(log_in("username=x&password=y&grant_type=code").await, "string_pattern_mismatch body.grant_type");
    let json = r#"{"username": "admin", "password": "correct horse"}"#;
    let answer = api.post("/auth/token").json(json).send().await;
    assert_eq!(flaws(&answer), "missing body.username, missing body.password");
    for (kind, form) in [("multipart/form-data", "x"), ("multipart/form-data; boundary=b", "--b\r\nrubbish")] {
        assert_eq!(flaws(&api.post("/auth/token").body(kind, form).send().await), "form_invalid body");
    }
}

async fn body_that_is_too_long_is_refused(api: &Api) {
    let body = |length| format!(r#"{{"user_name": "{}"}}"#, "x".repeat(length));
    let (longest, long) = (body(256 * 1024 - body(0).len()), body(256 * 1024 - body(0).len() + 1));
    let flaws = api.post("/users/create_user").json(&longest).send().await.flaws();
    assert_eq!(flaws[0], ("string_pattern_mismatch".to_owned(), "body.user_name".to_owned()));
    api.post("/users/create_user").json(&long).send().await.is_error(413, "The body is too long.");
    api.post("/auth/token").form(format!("username={long}")).send().await.is_error(413, "The body is too long.");
    let form = format!("--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\n{long}\r\n--b--\r\n");
    api.post("/auth/token")
        .body("multipart/form-data; boundary=b", form)
        .send()
        .await
        .is_error(413, "The body is too long.");
}

async fn every_answer_has_a_request_id(api: &Api) {
    let id = async |call: crate::api::Call<'_>| call.send().await.header("x-request-id").unwrap().to_owned();
    assert_eq!(id(api.get("/").header("x-request-id", "from-the-gateway=")).await, "from-the-gateway=");
    for bad in [&b"two words"[..], b"\xff", &[b'x'; 129], b""] {
        let answered = id(api.get("/nowhere").header("x-request-id", bad)).await;
        assert_eq!(answered.len(), 22, "{answered}");
    }
    let admin = api.token(ADMIN).await;
    assert_ne!(id(api.get("/users/read_all").bearer(&admin)).await, id(api.get("/").bearer(&admin)).await);
}
