//! How the databases go about the queries on many locations: they never look at all of them.

use std::sync::Mutex;

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_types::Text,
};

use crate::{
    api::{ADMIN, Answer, Api, Transport},
    postgres,
    storage::Backend,
};

crate::tests! {
    on_backend: queries_never_look_at_every_location;
}

const USERS: u32 = 1_000;
const LOCATIONS: u32 = 1_000_000;

/// Queries with the number of rows of some test here, with their values.
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn queries_never_look_at_every_location(backend: Backend) {
    set_default_instrumentation(|| Some(Box::new(note) as Box<dyn Instrumentation>)).unwrap();
    let api = Api::with(backend, Transport::Router, &[("LOGIN_LIMIT", "off")]);
    fill(&api, backend);
    // SQLite has no statistics unless somebody asks for them.
    let before: &[&str] = if backend == Backend::Sqlite { &["SELECT '' AS first", "ANALYZE"] } else { &["ANALYZE"] };
    for statement in before {
        api.storage.execute(statement);
        for query in queries(&api, page(backend)) {
            let plan = plan(&api, &query);
            assert!(!is_full_scan(&plan), "{query}\n{}", plan.join("\n"));
            // PostgreSQL may find some users' locations without this index, where they have many.
            if query.contains("max(") || query.contains(" IN (") {
                assert!(plan.iter().any(|line| line.contains("locations_of_user")), "{query}\n{}", plan.join("\n"));
            }
        }
    }
}

/// A length of pages that makes their queries known among those of other tests.
fn page(backend: Backend) -> usize {
    if backend == Backend::Sqlite { 776 } else { 778 }
}

/// How a query for such a page ends: one more row is asked for.
fn end(page: usize) -> String {
    format!(", {}]", page + 1)
}

#[expect(clippy::needless_pass_by_value, reason = "Diesel gives the event away")]
fn note(event: InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event {
        let query = query.to_string();
        if Backend::ALL.into_iter().any(|backend| query.ends_with(&end(page(backend)))) {
            SEEN.lock().unwrap().push(query);
        }
    }
}

fn fill(api: &Api, backend: Backend) {
    let numbers = |last: u32| match backend {
        Backend::Sqlite => {
            let rows = format!("SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last}");
            format!("(WITH RECURSIVE n(i) AS ({rows}) SELECT i FROM n)")
        }
        Backend::Postgres => format!("generate_series(1, {last}) AS n(i)"),
    };
    // Without looking up the user of each location: twice as fast.
    let faster = if backend == Backend::Sqlite { "" } else { "SET session_replication_role = replica;" };
    let (users, locations) = (numbers(USERS), numbers(LOCATIONS));
    api.storage.execute(&format!(
        "{faster}
         INSERT INTO users (user_name, password_hash, role, created_at) SELECT 'user' || i, '', 'user', 0 FROM {users};
         INSERT INTO locations (user_id, lat, lng, created_at) SELECT 1 + i % {USERS}, i, i, 0 FROM {locations};"
    ));
}

/// The three queries as the service sends them, from the start of the list and from far behind.
fn queries(api: &Api, page: usize) -> Vec<String> {
    api.wait_for(async {
        let admin = api.token(ADMIN).await;
        let is_full = |answer: Answer| assert_eq!(answer.json().as_array().unwrap().len(), page);
        for (after_location, after_user) in [(0, 0), (LOCATIONS / 2, USERS / 10)] {
            let path = format!("/location/get_locations?limit={page}&after={after_location}");
            is_full(api.get(&path).bearer(&admin).send().await);
            for ids in [r#"{"ids": [7, 8, 9]}"#, r#"{"ids": [1, 1000, 1001, 1002, 5000, 9]}"#] {
                is_full(api.post(&path).bearer(&admin).json(ids).send().await);
            }
            let path = format!("/location/get_latest_locations?limit={page}&after={after_user}");
            is_full(api.get(&path).bearer(&admin).send().await);
        }
    });
    let queries: Vec<String> = SEEN.lock().unwrap().extract_if(.., |query| query.ends_with(&end(page))).collect();
    assert_eq!(queries.len(), 8, "{queries:#?}");
    queries
}

/// The lines of the database's plan for a query, which ends with its values.
fn plan(api: &Api, query: &str) -> Vec<String> {
    let (sql, values) = query.split_once(" -- binds: [").unwrap();
    if let Some(path) = api.storage.url.strip_prefix("sqlite://") {
        let mut connection = SqliteConnection::establish(path).unwrap();
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<Step>(&mut connection).unwrap();
        return steps.into_iter().map(|step| step.detail).collect();
    }
    // A list is an array.
    let values = values.strip_suffix(']').unwrap().replace('[', "'{").replace(']', "}'");
    let database = api.storage.url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap();
    postgres::execute(database, &format!("PREPARE query AS {sql}; EXPLAIN EXECUTE query ({values})"))
}

fn is_full_scan(plan: &[String]) -> bool {
    let full = ["Seq Scan on locations", "SCAN locations", "SCAN of_user"];
    plan.iter().any(|line| full.iter().any(|scan| line.contains(scan)))
}
