//! Bringing the tables up to date.

use diesel::SqliteConnection;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::task;

use super::{postgres::Connector, sqlite};
use crate::{Error, configuration::DatabaseUrl};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Names the lock on the server: `svc_migr` in ASCII.
const LOCK: i64 = 0x7376_635f_6d69_6772;

/// Brings the database's tables up to date. Any number of processes may try at once: one does it, the others wait.
///
/// # Errors
/// The database cannot be reached or made, or a migration fails.
pub async fn migrate(url: &DatabaseUrl) -> Result<(), Error> {
    match url {
        DatabaseUrl::Sqlite { path, journal_mode } => {
            let (path, mode) = (path.clone(), *journal_mode);
            let unusable = Error::new(format!(
                "cannot use the database {}: its folder must exist, and be writable for the service",
                path.display()
            ));
            let done = task::spawn_blocking(move || {
                let connection = sqlite::connect(&path, mode, sqlite::Access::Write);
                connection.map_err(|error| unusable.caused_by(error)).and_then(migrate_file)
            });
            done.await.unwrap_or_else(|error| Err(Error::new("the migrations stopped").caused_by(error)))
        }
        DatabaseUrl::Postgres { server, tls } => {
            let connection = Connector::new(server, tls)?.connect().await;
            let connection = connection
                .map_err(|error| Error::new("cannot use the server that DATABASE_URL names").caused_by(error))?;
            migrate_server(connection).await
        }
    }
}

fn migrate_file(mut connection: SqliteConnection) -> Result<(), Error> {
    // One transaction around all, so that nobody else looks at what is half done.
    connection.immediate_transaction(|connection| {
        connection.run_pending_migrations(SQLITE).map(drop).map_err(|error| failed().caused_by(error))
    })
}

async fn migrate_server(mut connection: AsyncPgConnection) -> Result<(), Error> {
    let lock = format!("SELECT pg_advisory_lock({LOCK})");
    connection.batch_execute(&lock).await.map_err(|error| failed().caused_by(error))?;
    // The lock goes with the connection.
    let done = task::spawn_blocking(move || {
        let mut connection: AsyncConnectionWrapper<AsyncPgConnection> = connection.into();
        connection.run_pending_migrations(POSTGRES).map(drop).map_err(|error| failed().caused_by(error))
    });
    done.await.unwrap_or_else(|error| Err(Error::new("the migrations stopped").caused_by(error)))
}

fn failed() -> Error {
    Error::new("the database cannot be brought up to date")
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        failed().caused_by(error)
    }
}
