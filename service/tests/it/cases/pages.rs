//! Long lists come in pages.

use serde_json::{Value, json};

use crate::api::{ADMIN, Answer, Api};

crate::cases![
    lists_come_in_pages,
    page_without_a_limit_has_a_thousand_rows,
    wrong_pages_are_told,
    last_page_has_no_link
];

/// Follows the links to the end, and gives all rows and the number of pages.
async fn walk(api: &Api, token: &str, method: &str, path: &str, body: &str) -> (Vec<Value>, usize) {
    let (mut rows, mut pages, mut path) = (Vec::new(), 0, path.to_owned());
    loop {
        let answer = api.call(method, &path).bearer(token).json(body).send().await;
        rows.extend(answer.json().as_array().unwrap().clone());
        pages += 1;
        match next(&answer) {
            Some(next) => path = next,
            None => return (rows, pages),
        }
    }
}

fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    Some(link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

async fn lists_come_in_pages(api: &Api) {
    let mut tokens = Vec::new();
    for name in ["ann", "bob", "eve", "joe"] {
        tokens.push(api.user(name).await);
    }
    for lat in 0..10 {
        api.store(&tokens[lat % 4], &lat.to_string(), "0").await;
    }
    let admin = api.token(ADMIN).await;
    let lats = |rows: &[Value]| rows.iter().map(|row| row["lat"].as_str().unwrap()[..1].to_owned()).collect::<String>();

    let (users, pages) = walk(api, &admin, "GET", "/users/read_all?limit=2", "").await;
    assert_eq!(users.iter().map(|user| user["id"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(pages, 3);
    let (all, pages) = walk(api, &admin, "GET", "/location/get_locations?limit=3", "").await;
    assert_eq!((lats(&all), pages), ("0123456789".to_owned(), 4));
    let body = json!({"ids": [2, 4]}).to_string();
    let (some, pages) = walk(api, &admin, "POST", "/location/get_locations?limit=2", &body).await;
    assert_eq!((lats(&some), pages), ("02468".to_owned(), 3));
    let (newest, pages) = walk(api, &admin, "GET", "/location/get_latest_locations?limit=1", "").await;
    assert_eq!((lats(&newest), pages), ("8967".to_owned(), 4));
}

async fn last_page_has_no_link(api: &Api) {
    let ann = api.user("ann").await;
    for lat in ["1", "2"] {
        api.store(&ann, lat, "0").await;
    }
    let admin = api.token(ADMIN).await;
    let answer = api.get("/location/get_locations?limit=2").bearer(&admin).send().await;
    assert_eq!((answer.json().as_array().unwrap().len(), answer.header("link")), (2, None));
    let answer = api.get("/location/get_locations?after=99").bearer(&admin).send().await;
    assert_eq!((answer.text(), answer.header("link")), ("[]", None));
}

async fn page_without_a_limit_has_a_thousand_rows(api: &Api) {
    let ann = api.user("ann").await;
    let values = vec!["(2, 100000000, 0, 0)"; 1001].join(",");
    api.storage.execute(&format!("INSERT INTO locations (user_id, lat, lng, created_at) VALUES {values}"));
    let answer = api.post("/location/get_locations").bearer(&ann).json(r#"{"ids": [2]}"#).send().await;
    assert_eq!(answer.json().as_array().unwrap().len(), 1000);
    assert_eq!(next(&answer).unwrap(), "/location/get_locations?limit=1000&after=1000");
    let path = "/location/get_locations?limit=10000";
    let answer = api.post(path).bearer(&ann).json(r#"{"ids": [2]}"#).send().await;
    assert_eq!(answer.json().as_array().unwrap().len(), 1001);
}

async fn wrong_pages_are_told(api: &Api) {
    let admin = api.token(ADMIN).await;
    for (query, expected) in [
        ("limit=0", vec!["limit"]),
        ("limit=10001", vec!["limit"]),
        ("limit=-1&after=-1", vec!["limit", "after"]),
        ("limit=x&after=", vec!["limit", "after"]),
        ("after=9223372036854775808", vec!["after"]),
        ("limit=%31", vec!["limit"]),
    ] {
        let flaws = api.get(&format!("/users/read_all?{query}")).bearer(&admin).send().await.flaws();
        let expected: Vec<_> = expected.iter().map(|name| ("int_range".to_owned(), format!("query.{name}"))).collect();
        assert_eq!(flaws, expected, "{query}");
    }
}
