//! Clients that do not wait for their answer.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    connection::{DEADLINE, request},
    server::{Server, ask, new_location},
};
use crate::{
    api::{ADMIN, Api, Transport},
    storage::{Backend, Storage},
};

crate::tests! {
    on_postgres: busy_connection_is_not_used_again;
    plain: request_without_a_client_is_told;
}

/// The processes of PostgreSQL that run a statement like this.
fn processes(storage: &Storage, statement: &str) -> Vec<String> {
    storage.execute(&format!(
        "SELECT CAST(pid AS TEXT) AS first FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '{statement}'"
    ))
}

fn busy_connection_is_not_used_again(backend: Backend) {
    let api = Api::with(backend, Transport::Router, &[]);
    let admin = api.wait_for(api.token(ADMIN));
    let lock = api.storage.hold("LOCK TABLE locations");
    let busy = api.wait_for(async {
        let list = api.get("/location/get_latest_locations").bearer(&admin).send();
        let waits = async {
            let deadline = Instant::now() + DEADLINE;
            loop {
                let busy = processes(&api.storage, "%max(%");
                if !busy.is_empty() {
                    return busy;
                }
                assert!(Instant::now() < deadline);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let busy = tokio::select! {
            answer = list => panic!("{answer:?}"),
            busy = waits => busy,
        };
        assert_eq!(api.get("/ready").send().await.status, 200);
        busy
    });
    // On a slow machine the first statement may have been given up meanwhile.
    let other = processes(&api.storage, "SELECT 1");
    assert_eq!((busy.len(), other.len()), (1, 1), "{busy:?} {other:?}");
    assert_ne!(busy, other);
    drop(lock);
}

fn request_without_a_client_is_told() {
    let storage = Storage::new(Backend::Sqlite);
    let server = Server::start(&storage, &[("METRICS_ADDRESS", "127.0.0.1:0")]);
    let admin = server.admin();
    // It can only wait.
    let lock = storage.hold("BEGIN IMMEDIATE");
    let mut connection = server.connect();
    connection.send(request("POST", "/location/update", &admin, &new_location("1"))).unwrap();
    wait_for_metric(&server, "http_requests_running 1");
    drop(connection);
    wait_for_metric(&server, r#"http_requests_total{method="POST",route="/location/update",status="499"} 1"#);
    drop(lock);
    let lines = server.stop().stderr;
    let mut events = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let event = events.find(|event| event["message"] == "not answered").unwrap();
    assert_eq!((&event["status"], &event["path"]), (&Value::from(499), &Value::from("/location/update")));
}

fn wait_for_metric(server: &Server, line: &str) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let metrics = ask(server.metrics.unwrap(), "GET", "/metrics", "", "").unwrap().body;
        if metrics.lines().any(|found| found == line) {
            return;
        }
        assert!(Instant::now() < deadline, "{line}: {metrics}");
        thread::sleep(Duration::from_millis(5));
    }
}
