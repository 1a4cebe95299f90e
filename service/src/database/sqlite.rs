use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use diesel::{ConnectionError, ConnectionResult, SqliteConnection, connection::SimpleConnection, prelude::*};
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

pub(super) fn manager(path: &Path, mode: JournalMode, access: Access) -> AsyncDieselConnectionManager<Sqlite> {
    let path = path.to_owned();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let path = path.clone();
        Box::pin(async move {
            let opened = task::spawn_blocking(move || connect(&path, mode, access)).await;
            opened.map_err(|error| ConnectionError::BadConnection(error.to_string()))?.map(Sqlite::new)
        })
    });
    AsyncDieselConnectionManager::new_with_config("", config)
}

/// A connection that reads at once or not at all; `None` where reading may take long.
pub(super) fn quick(path: &Path, mode: JournalMode) -> Option<SqliteConnection> {
    let mut connection = match mode {
        JournalMode::Wal => connect(path, mode, Access::Read).ok()?,
        JournalMode::Delete => return None,
    };
    connection.batch_execute("PRAGMA busy_timeout = 0").ok()?;
    Some(connection)
}

/// Opens the file. It is made if it is missing.
pub(super) fn connect(path: &Path, mode: JournalMode, access: Access) -> ConnectionResult<SqliteConnection> {
    let path =
        path.to_str().ok_or_else(|| ConnectionError::InvalidConnectionUrl("the path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(path)?;
    let mode = match mode {
        JournalMode::Wal => "WAL",
        JournalMode::Delete => "DELETE",
    };
    let read_only = if access == Access::Read { "PRAGMA query_only = ON;" } else { "" };
    // First the wait, since changing the mode takes a lock. FULL: what was acknowledged survives a power failure.
    let settings = format!(
        "PRAGMA busy_timeout = {};
         PRAGMA journal_mode = {mode};
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         {read_only}",
        WAIT.as_millis()
    );
    let end = Instant::now() + WAIT;
    // SQLite does not wait for processes that change the mode at the same moment.
    while let Err(error) = connection.batch_execute(&settings) {
        if !is_locked(&error) || Instant::now() > end {
            return Err(ConnectionError::CouldntSetupConfiguration(error));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(connection)
}
