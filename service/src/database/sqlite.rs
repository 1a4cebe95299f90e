//! Opening SQLite's file.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use diesel::{
    ConnectionError, ConnectionResult, SqliteConnection,
    connection::SimpleConnection,
    prelude::*,
    result::{DatabaseErrorKind, Error as QueryError},
    sql_query,
    sql_types::Text,
};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use tokio::task;

use super::{Sqlite, WAIT, error::is_locked};
use crate::configuration::JournalMode;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Connections that read.
pub(super) fn readers(path: &Path, mode: JournalMode) -> AsyncDieselConnectionManager<Sqlite> {
    let path = path.to_owned();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let path = path.clone();
        Box::pin(async move {
            let opened = task::spawn_blocking(move || connect(&path, mode, Access::Read)).await;
            opened.map_err(|error| ConnectionError::BadConnection(error.to_string()))?.map(Sqlite::new)
        })
    });
    AsyncDieselConnectionManager::new_with_config("", config)
}

/// A connection for each processor that reads at once or not at all; none where reading may take long.
pub(super) fn quick(path: &Path, mode: JournalMode) -> Vec<SqliteConnection> {
    let connections = match mode {
        JournalMode::Wal => thread::available_parallelism().map_or(1, usize::from),
        JournalMode::Delete => 0,
    };
    let open = || {
        let mut connection = connect(path, mode, Access::Read).ok()?;
        connection.batch_execute("PRAGMA busy_timeout = 0").ok()?;
        Some(connection)
    };
    (0..connections).filter_map(|_| open()).collect()
}

/// Opens the file. It is made if it is missing.
pub(super) fn connect(path: &Path, mode: JournalMode, access: Access) -> ConnectionResult<SqliteConnection> {
    let path =
        path.to_str().ok_or_else(|| ConnectionError::InvalidConnectionUrl("the path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(path)?;
    let end = Instant::now() + WAIT;
    // SQLite does not wait for processes that change the mode at the same moment.
    while let Err(error) = set_up(&mut connection, mode, access) {
        if !is_locked(&error) || Instant::now() > end {
            return Err(ConnectionError::CouldntSetupConfiguration(error));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(connection)
}

fn set_up(connection: &mut SqliteConnection, mode: JournalMode, access: Access) -> QueryResult<()> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }
    let mode = match mode {
        JournalMode::Wal => "wal",
        JournalMode::Delete => "delete",
    };
    // First the wait, since changing the mode takes a lock.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {}", WAIT.as_millis()))?;
    let answer: Answer = sql_query(format!("PRAGMA journal_mode = {mode}")).get_result(connection)?;
    if answer.journal_mode != mode {
        let text = format!("journal_mode={mode} is not possible here: SQLite stays with {}", answer.journal_mode);
        return Err(QueryError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text)));
    }
    let read_only = if access == Access::Read { "PRAGMA query_only = ON;" } else { "" };
    // FULL: what was acknowledged survives a power failure.
    connection.batch_execute(&format!("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; {read_only}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_mode_that_is_not_possible_is_told() {
        let memory = Path::new(":memory:");
        let error = connect(memory, JournalMode::Wal, Access::Write).err().map(|error| error.to_string());
        assert!(
            error.as_ref().is_some_and(|error| error.contains("journal_mode=wal is not possible here")),
            "{error:?}"
        );
    }
}
