//! Writes to SQLite that share a transaction.

use std::{pin::pin, task::Poll};

use service::{coordinate::Coordinate, database::Error};

use crate::{
    api::{ADMIN, Api, Transport},
    storage::Backend,
};

crate::tests! {
    plain: write_that_fails_alone_fails_alone, writes_are_acknowledged_if_they_are_committed;
}

/// The admin's id.
const USER: i64 = 1;

/// Stores for these users, at these latitudes, at once: most of them, if not all, have to share a transaction.
async fn store(api: &Api, stores: [(i64, &str); 4]) -> [Result<bool, Error>; 4] {
    let lock = api.storage.hold("BEGIN IMMEDIATE");
    let database = &api.database;
    let [first, second, third, fourth] = stores.map(|(user, lat)| async move {
        database.store_location(user, lat.parse::<Coordinate>().unwrap(), "0".parse().unwrap()).await
    });
    let mut all = pin!(async { <[_; 4]>::from(tokio::join!(first, second, third, fourth)) });
    // Once: all of them have asked.
    std::future::poll_fn(|context| {
        assert!(all.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(lock);
    all.await
}

fn stored(api: &Api) -> Vec<String> {
    api.storage.execute("SELECT CAST(lat / 100000000 AS TEXT) AS first FROM locations ORDER BY lat")
}

fn write_that_fails_alone_fails_alone() {
    let api = Api::start(Backend::Sqlite, Transport::Router);
    let results = api.wait_for(store(&api, [(USER, "1"), (USER, "2"), (999, "3"), (USER, "4")]));
    assert_eq!(results.map(Result::unwrap), [true, true, false, true]);
    assert_eq!(stored(&api), ["1", "2", "4"]);
}

/// A full disk ends the transaction like this trigger: what was written before is gone.
fn writes_are_acknowledged_if_they_are_committed() {
    let api = Api::start(Backend::Sqlite, Transport::Router);
    api.storage.execute(
        "CREATE TRIGGER full BEFORE INSERT ON locations WHEN NEW.lat = 300000000
         BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END",
    );
    let results = api.wait_for(store(&api, [(USER, "1"), (USER, "2"), (USER, "3"), (USER, "4")]));
    let stored = stored(&api);
    for (result, lat) in results.iter().zip(["1", "2", "3", "4"]) {
        assert_eq!(result.is_ok(), stored.contains(&lat.to_owned()), "{results:?} {stored:?}");
    }
    assert!(results[2].is_err(), "{results:?}");
    // It goes on.
    let admin = api.wait_for(api.token(ADMIN));
    assert_eq!(api.wait_for(api.store(&admin, "5", "5")).status, 201);
    assert_eq!(api.wait_for(store(&api, [(USER, "6"); 4])).map(|result| result.is_ok()), [true; 4]);
}
