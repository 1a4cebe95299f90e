//! Writing to SQLite: one thread, and one transaction for all that waits.
//!
//! What a write costs is the commit, when the disk has to say that all is there. Writes that come while one is under
//! way share the next.

use std::{
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    thread,
};

use diesel::{
    ConnectionResult, QueryResult, SqliteConnection,
    result::{DatabaseErrorKind, Error as QueryError},
};
use tokio::sync::{mpsc, oneshot};

use super::sqlite::{self, Access};
use crate::{Error, configuration::JournalMode};

/// Writes that wait; more wait for a place.
const WAITING: usize = 1024;

/// Writes that share a transaction.
const MOST: usize = 128;

/// Writes, and gives what is to be called when that is committed; `None` where the transaction cannot go on.
type Write = Box<dyn FnOnce(&mut SqliteConnection) -> Option<Committed> + Send>;

type Committed = Box<dyn FnOnce()>;

enum Message {
    Write(Write),
    Close,
}

/// The way to the thread that writes. A clone is the same way.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Message>);

impl Writer {
    /// Starts the thread. The file is opened when there is something to write.
    ///
    /// # Errors
    /// The system has no thread.
    pub(super) fn start(path: PathBuf, mode: JournalMode) -> Result<Self, Error> {
        let (sender, messages) = mpsc::channel(WAITING);
        let connect = move || sqlite::connect(&path, mode, Access::Write);
        thread::Builder::new().name("writer".to_owned()).spawn(move || write_until_closed(messages, connect))?;
        Ok(Self(sender))
    }

    /// Runs a statement that writes; its result is there when it is committed.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> QueryResult<T> {
        let (sender, result) = oneshot::channel();
        let write = move |connection: &mut SqliteConnection| -> Option<Committed> {
            let result = work(connection);
            if let Err(error) = &result
                && !fails_alone(error)
            {
                tracing::error!(%error, "a write failed");
                return None;
            }
            // Nobody may wait for it any more.
            Some(Box::new(move || _ = sender.send(result)))
        };
        self.0.send(Message::Write(Box::new(write))).await.map_err(|_| not_committed())?;
        result.await.map_err(|_| not_committed())?
    }

    /// Ends the thread, after the last write.
    pub(super) async fn close(&self) {
        // It may have ended already.
        _ = self.0.send(Message::Close).await;
        self.0.closed().await;
    }
}

fn not_committed() -> QueryError {
    QueryError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new("the write was not committed".to_owned()))
}

/// Whether the statement alone is undone. After other errors, such as a full disk, SQLite may have ended the transaction:
/// what came next would be stored by itself.
fn fails_alone(error: &QueryError) -> bool {
    use DatabaseErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
    matches!(
        error,
        QueryError::NotFound
            | QueryError::DatabaseError(CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation, _)
    )
}

fn write_until_closed(mut messages: mpsc::Receiver<Message>, connect: impl Fn() -> ConnectionResult<SqliteConnection>) {
    let mut connection = None;
    while let Some(Message::Write(first)) = messages.blocking_recv() {
        let mut batch = vec![first];
        let mut last = false;
        while batch.len() < MOST && !last {
            match messages.try_recv() {
                Ok(Message::Write(next)) => batch.push(next),
                Ok(Message::Close) => last = true,
                Err(_) => break,
            }
        }
        // After an error with a new connection: this one may be in the middle of anything.
        let current = connection.take().map_or_else(&connect, Ok);
        let written = panic::catch_unwind(AssertUnwindSafe(|| write(current, batch)));
        let written = written.unwrap_or_else(|_| Err(Error::new("a write stopped")));
        connection = written.inspect_err(|error| tracing::error!(%error, "writes were not committed")).ok();
        if last {
            break;
        }
    }
    // The file is whole before whoever waits for the end goes on.
    drop(connection);
    drop(messages);
}

/// Writes all or nothing. Where one of them breaks a rule of the tables, it fails alone.
fn write(connection: ConnectionResult<SqliteConnection>, batch: Vec<Write>) -> Result<SqliteConnection, Error> {
    let failed = || Error::new("the database refuses to write");
    let mut connection = connection.map_err(|error| failed().caused_by(error))?;
    let mut answers = Vec::with_capacity(batch.len());
    let committed = connection.immediate_transaction(|connection| {
        for write in batch {
            answers.push(write(connection).ok_or(QueryError::RollbackTransaction)?);
        }
        QueryResult::Ok(())
    });
    committed.map_err(|error| failed().caused_by(error))?;
    for answer in answers {
        answer();
    }
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn panic_costs_one_write() -> Result<(), Box<dyn std::error::Error>> {
        let folder = TempDir::new()?;
        let writer = Writer::start(folder.path().join("service.db"), JournalMode::Wal)?;
        let stopped: QueryResult<()> = writer.run(|_| panic!("as a test")).await;
        assert!(
            matches!(stopped, Err(QueryError::DatabaseError(DatabaseErrorKind::ClosedConnection, _))),
            "{stopped:?}"
        );
        assert_eq!(writer.run(|_| Ok(7)).await?, 7);
        writer.close().await;
        Ok(())
    }
}
