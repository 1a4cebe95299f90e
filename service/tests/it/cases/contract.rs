//! Every endpoint, as a client of the reference knows it.

use hyper::StatusCode;
use serde_json::json;

use crate::api::{ADMIN, Api, PASSWORD};

crate::cases![
    health_check_answers_with_a_message,
    readiness_asks_the_database,
    log_in_takes_a_form_in_both_forms,
    log_in_answers_with_a_bearer_token,
    check_token_tells_whose_it_is,
    sign_up_answers_with_null,
    admin_reads_all_users,
    admin_changes_a_role,
    user_keeps_its_role,
    role_of_nobody_is_not_found,
    admin_deletes_a_user,
    location_is_the_token_s_user_s,
    history_of_some_users_is_whole,
    admin_reads_everybody_s_history,
    newest_location_of_each_user_in_the_order_of_ids,
    description_has_every_route,
    page_needs_nothing_from_outside,
];

async fn health_check_answers_with_a_message(api: &Api) {
    let answer = api.get("/").send().await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, r#"{"message":"The service is running."}"#));
}

async fn readiness_asks_the_database(api: &Api) {
    assert_eq!(api.get("/ready").send().await.status, StatusCode::OK);
    api.database.clone().close().await;
    let answer = api.get("/ready").send().await;
    answer.is_error(503, "The service is busy.");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(api.get("/").send().await.status, StatusCode::OK);
}

async fn log_in_takes_a_form_in_both_forms(api: &Api) {
    for grant in ["", "&grant_type=password", "&grant_type=", "&scope=&client_id=web"] {
        let form = format!("username={ADMIN}&password=correct%20horse{grant}");
        assert_eq!(api.post("/auth/token").form(form).send().await.status, StatusCode::OK, "{grant}");
    }
    let part = |name, value| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let form =
        [part("username", ADMIN), part("password", PASSWORD), part("file", "x"), "--b--\r\n".to_owned()].concat();
    let answer = api.post("/auth/token").body("multipart/form-data; boundary=b", form).send().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

async fn log_in_answers_with_a_bearer_token(api: &Api) {
    let answer = api.log_in(ADMIN, PASSWORD).await;
    assert_eq!(answer.json()["token_type"], "bearer");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for (name, password) in [(ADMIN, "wrong password"), ("nobody", PASSWORD), (ADMIN, "x")] {
        api.log_in(name, password).await.is_error(401, "Could not validate user.");
    }
}

async fn check_token_tells_whose_it_is(api: &Api) {
    let token = api.user("ann").await;
    let answer = api.get("/auth/check_token").bearer(&token).send().await;
    assert_eq!(answer.json(), json!({"id": 2, "user_name": "ann", "role": "user"}));
    let answer = api.get("/auth/check_token").header("AUTHORIZATION", format!("bearer {token}")).send().await;
    assert_eq!(answer.status, StatusCode::OK);
}

async fn sign_up_answers_with_null(api: &Api) {
    let answer = api.sign_up("ann").await;
    assert_eq!((answer.status, answer.text()), (StatusCode::CREATED, "null"));
    let body = json!({"user_name": "bob", "password": PASSWORD}).to_string();
    assert_eq!(api.post("/users/create_user").json(&body).send().await.status, StatusCode::CREATED);
    api.sign_up("ann").await.is_error(409, "The user name is taken.");
}

async fn admin_reads_all_users(api: &Api) {
    let token = api.user("ann").await;
    let expected = json!([
        {"id": 1, "user_name": "admin", "role": "admin"},
        {"id": 2, "user_name": "ann", "role": "user"},
    ]);
    let admin = api.token(ADMIN).await;
    assert_eq!(api.get("/users/read_all").bearer(&admin).send().await.json(), expected);
    api.get("/users/read_all").bearer(&token).send().await.is_error(401, "Authentication Failed");
}

async fn admin_changes_a_role(api: &Api) {
    let ann = api.user("ann").await;
    let admin = api.token(ADMIN).await;
    let change = r#"{"role": "admin", "user_name": "ann"}"#;
    let answer = api.put("/users/update").bearer(&admin).json(change).send().await;
    assert_eq!((answer.status, answer.text()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(api.get("/auth/check_token").bearer(&ann).send().await.json()["role"], "admin");
    let answer = api.put("/users/update").bearer(&admin).json(r#"{"role": "user"}"#).send().await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get("/auth/check_token").bearer(&admin).send().await.json()["role"], "user");
}

async fn user_keeps_its_role(api: &Api) {
    let ann = api.user("ann").await;
    let answer = api.put("/users/update").bearer(&ann).json(r#"{"role": "user"}"#).send().await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

async fn role_of_nobody_is_not_found(api: &Api) {
    let admin = api.token(ADMIN).await;
    for name in ["nobody", "no body", ""] {
        let change = json!({"role": "user", "user_name": name}).to_string();
        api.put("/users/update").bearer(&admin).json(&change).send().await.is_error(404, "User not found.");
    }
}

async fn admin_deletes_a_user(api: &Api) {
    let ann = api.user("ann").await;
    api.delete("/users/delete/admin").bearer(&ann).send().await.is_error(401, "Authentication Failed");
    let admin = api.token(ADMIN).await;
    let answer = api.delete("/users/delete/ann").bearer(&admin).send().await;
    assert_eq!((answer.status, answer.text()), (StatusCode::NO_CONTENT, ""));
    for name in ["ann", "nobody", "no%20body", "%FF", "%00"] {
        let answer = api.delete(&format!("/users/delete/{name}")).bearer(&admin).send().await;
        answer.is_error(404, "Delete failed.");
    }
    let escaped = api.user("a.b+c@d").await;
    assert_eq!(api.delete("/users/delete/a.b%2Bc%40d").bearer(&admin).send().await.status, StatusCode::NO_CONTENT);
    api.get("/auth/check_token").bearer(&escaped).send().await.is_error(401, "Could not validate user.");
}

async fn location_is_the_token_s_user_s(api: &Api) {
    let ann = api.user("ann").await;
    let body = r#"{"user_name": "admin", "lat": 1.5, "lng": "-2.25"}"#;
    let answer = api.post("/location/update").bearer(&ann).json(body).send().await;
    assert_eq!((answer.status, answer.text()), (StatusCode::CREATED, "null"));
    let answer = api.post("/location/get_locations").bearer(&ann).json(r#"{"ids": [1, 2]}"#).send().await;
    assert_eq!(answer.json(), json!([{"id": 2, "user_name": "ann", "lat": "1.50000000", "lng": "-2.25000000"}]));
}

async fn history_of_some_users_is_whole(api: &Api) {
    let (ann, bob) = (api.user("ann").await, api.user("bob").await);
    for (token, lat) in [(&ann, "1"), (&bob, "2"), (&ann, "3")] {
        assert_eq!(api.store(token, lat, "0").await.status, StatusCode::CREATED);
    }
    for (ids, expected) in [
        ("[2]", vec![(2, "1.00000000"), (2, "3.00000000")]),
        ("[3, 2, 3]", vec![(2, "1.00000000"), (3, "2.00000000"), (2, "3.00000000")]),
        ("[\"2\", 3.0]", vec![(2, "1.00000000"), (3, "2.00000000"), (2, "3.00000000")]),
        ("[1, 99, -1, 9223372036854775807]", vec![]),
        ("[]", vec![]),
    ] {
        let answer = api.post("/location/get_locations").bearer(&bob).json(&format!("{{\"ids\": {ids}}}")).send().await;
        assert_eq!(rows(&answer.json()), expected, "{ids}");
    }
}

async fn admin_reads_everybody_s_history(api: &Api) {
    let (ann, bob) = (api.user("ann").await, api.user("bob").await);
    for (token, lat) in [(&ann, "1"), (&bob, "2"), (&ann, "3")] {
        api.store(token, lat, "0").await;
    }
    let admin = api.token(ADMIN).await;
    let answer = api.get("/location/get_locations").bearer(&admin).send().await;
    assert_eq!(rows(&answer.json()), [(2, "1.00000000"), (3, "2.00000000"), (2, "3.00000000")]);
    api.get("/location/get_locations").bearer(&ann).send().await.is_error(401, "Authentication Failed");
}

async fn newest_location_of_each_user_in_the_order_of_ids(api: &Api) {
    let (ann, bob, _silent) = (api.user("ann").await, api.user("bob").await, api.user("silent").await);
    for (token, lat) in [(&bob, "1"), (&ann, "2"), (&bob, "3"), (&ann, "-4"), (&bob, "5")] {
        api.store(token, lat, "0").await;
    }
    let answer = api.get("/location/get_latest_locations").bearer(&ann).send().await;
    assert_eq!(rows(&answer.json()), [(2, "-4.00000000"), (3, "5.00000000")]);
}

fn rows(json: &serde_json::Value) -> Vec<(i64, &str)> {
    let rows = json.as_array().unwrap().iter();
    rows.map(|row| (row["id"].as_i64().unwrap(), row["lat"].as_str().unwrap())).collect()
}

async fn description_has_every_route(api: &Api) {
    let document = api.get("/openapi.json").send().await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let methods = |path: &str| paths[path].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    for (path, expected) in [
        ("/", "get"),
        ("/ready", "get"),
        ("/auth/token", "post"),
        ("/auth/check_token", "get"),
        ("/.well-known/jwks.json", "get"),
        ("/users/create_user", "post"),
        ("/users/read_all", "get"),
        ("/users/update", "put"),
        ("/users/delete/{user_name}", "delete"),
        ("/location/update", "post"),
        ("/location/get_locations", "get post"),
        ("/location/get_latest_locations", "get"),
    ] {
        assert_eq!(methods(path), expected, "{path}");
    }
    assert_eq!(paths.len(), 12);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

async fn page_needs_nothing_from_outside(api: &Api) {
    let page = api.get("/docs").send().await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let html = page.text();
    assert!(!html.contains("//"), "{html}");
    let files: Vec<&str> = html.split("\"docs/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        let plain = api.get(&format!("/docs/{file}")).send().await;
        assert_eq!((plain.status, plain.header("content-encoding")), (StatusCode::OK, None), "{file}");
        assert!(!plain.body.is_empty());
        assert_eq!(plain.header("cache-control"), Some("public, max-age=86400"));
        let refused = api.get(&format!("/docs/{file}")).header("accept-encoding", "gzip;q=0, br").send().await;
        assert_eq!((refused.header("content-encoding"), refused.body == plain.body), (None, true), "{file}");
        let packed = api.get(&format!("/docs/{file}")).header("accept-encoding", "gzip, br").send().await;
        assert_eq!(packed.status, StatusCode::OK);
        assert_eq!((packed.header("content-encoding"), &packed.body[..2]), (Some("gzip"), &[0x1f, 0x8b][..]), "{file}");
        assert!(packed.body.len() < plain.body.len() / 2);
        // Whoever keeps one of the two must not give it to everybody.
        assert_eq!([&plain, &refused, &packed].map(|answer| answer.header("vary")), [Some("accept-encoding"); 3]);
    }
    for path in ["/docs/index.html", "/docs/none.js", "/docs/%FF", "/docs/..%2Fdocs.html"] {
        api.get(path).send().await.is_error(404, "Not Found");
    }
}
