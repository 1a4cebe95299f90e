//! The database: SQLite in a file, or PostgreSQL.
//!
//! Every query is written once, with Diesel, and runs on both: see `run!`.

mod error;
mod locations;
mod migration;
mod postgres;
mod schema;
mod sqlite;
mod users;
mod writer;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use deadpool::{Runtime, managed};
use diesel::SqliteConnection;
use diesel_async::{
    AsyncPgConnection, pooled_connection::AsyncDieselConnectionManager, sync_connection_wrapper::SyncConnectionWrapper,
};

pub use error::Error;
pub use locations::Location;
pub use migration::migrate;
pub use users::Account;
use writer::Writer;

use crate::configuration::DatabaseUrl;

/// Connections to PostgreSQL. A small server of RDS has some 80 for all tasks, which are twice as many in a release.
const POSTGRES_CONNECTIONS: usize = 5;

/// Connections that read from SQLite, while one writes.
const SQLITE_READERS: usize = 4;

/// How long a request waits for a connection, and a connection for SQLite's lock.
const WAIT: Duration = Duration::from_secs(5);

type Sqlite = SyncConnectionWrapper<SqliteConnection>;
type Pool<C> = managed::Pool<AsyncDieselConnectionManager<C>>;
type Connection<C> = managed::Object<AsyncDieselConnectionManager<C>>;

/// The pools of connections. A clone is the same pools.
#[derive(Clone)]
pub struct Database {
    pools: Pools,
}

#[derive(Clone)]
enum Pools {
    Sqlite { readers: Pool<Sqlite>, writer: Writer, quick: Arc<[Mutex<SqliteConnection>]> },
    Postgres(Pool<AsyncPgConnection>),
}

/// Runs a query that only reads, or one that writes: `run!(self.reader().await?, |connection| query.load(connection))`.
///
/// The same words are two programs: for SQLite they block a thread of their own, for PostgreSQL they are awaited.
/// Diesel's traits for both have the same methods, and each arm sees only its own.
///
/// Where the client leaves in the middle, SQLite's query ends nevertheless. A connection to PostgreSQL is closed then:
/// the next request that got it would have to wait for an answer that is nobody's.
macro_rules! run {
    ($connection:expr, |$name:ident| $query:expr) => {
        match $connection {
            $crate::database::AnyConnection::Sqlite(mut connection) => {
                use diesel::RunQueryDsl;
                connection.spawn_blocking(move |$name| $query).await
            }
            $crate::database::AnyConnection::SqliteWriter(writer) => {
                use diesel::RunQueryDsl;
                writer.run(move |$name| $query).await
            }
            $crate::database::AnyConnection::Postgres(connection) => {
                use diesel_async::RunQueryDsl;
                let mut busy =
                    scopeguard::guard(connection, |connection| drop(deadpool::managed::Object::take(connection)));
                let $name = &mut **busy;
                let result = $query.await;
                drop(scopeguard::ScopeGuard::into_inner(busy));
                result
            }
        }
    };
}
use run;

/// The way to a database, for one query. What was taken from a pool goes back to it.
#[expect(clippy::large_enum_variant, reason = "it lives for one query, and is not copied")]
enum AnyConnection {
    Sqlite(Connection<Sqlite>),
    SqliteWriter(Writer),
    Postgres(Connection<AsyncPgConnection>),
}

impl Database {
    /// Prepares the pools. Connections are made when they are needed.
    ///
    /// # Errors
    /// The certificate authorities cannot be read, or the system has no thread.
    pub fn open(url: &DatabaseUrl) -> Result<Self, crate::Error> {
        let pools = match url {
            DatabaseUrl::Sqlite { path, journal_mode } => Pools::Sqlite {
                quick: sqlite::quick(path, *journal_mode).into_iter().map(Mutex::new).collect(),
                readers: pool(sqlite::readers(path, *journal_mode), SQLITE_READERS)?,
                writer: Writer::start(path.clone(), *journal_mode)?,
            },
            DatabaseUrl::Postgres { server, tls } => {
                Pools::Postgres(pool(postgres::manager(server, tls)?, POSTGRES_CONNECTIONS)?)
            }
        };
        Ok(Self { pools })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn is_ready(&self) -> Result<(), Error> {
        run!(self.reader().await?, |connection| diesel::sql_query("SELECT 1").execute(connection))?;
        Ok(())
    }

    /// Closes the connections, after the last write to SQLite.
    pub async fn close(self) {
        match self.pools {
            Pools::Sqlite { readers, writer, quick } => {
                readers.close();
                drop(quick);
                // Last: then the file is whole, and needs no log beside it.
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close(),
        }
    }

    /// A connection for a query that takes less time than to hand it to another thread. There is one for each
    /// processor, and none where reading may wait for a network or for whoever writes.
    fn quick(&self) -> Option<MutexGuard<'_, SqliteConnection>> {
        match &self.pools {
            Pools::Sqlite { quick, .. } => quick.iter().find_map(|connection| connection.try_lock().ok()),
            Pools::Postgres(_) => None,
        }
    }

    async fn reader(&self) -> Result<AnyConnection, Error> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => AnyConnection::Sqlite(readers.get().await?),
            Pools::Postgres(pool) => AnyConnection::Postgres(pool.get().await?),
        })
    }

    async fn writer(&self) -> Result<AnyConnection, Error> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => AnyConnection::SqliteWriter(writer.clone()),
            Pools::Postgres(pool) => AnyConnection::Postgres(pool.get().await?),
        })
    }
}

fn pool<M>(manager: M, size: usize) -> Result<managed::Pool<M>, crate::Error>
where
    M: managed::Manager,
    M::Error: std::error::Error + Send + Sync + 'static,
{
    managed::Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .recycle_timeout(Some(WAIT))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| crate::Error::new("cannot prepare connections to the database").caused_by(error))
}

/// Microseconds since 1970, UTC: as the tables have it.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}
