//! Writing to SQLite: one thread, and one transaction for all that waits.
//!
//! What a write costs is the commit, when the disk has to say that all is there. Writes that come while one is under
//! way share the next.

use std::{path::PathBuf, thread};

use diesel::{
    ConnectionResult, QueryResult, SqliteConnection,
    result::{DatabaseErrorKind, Error as QueryError},
};
use tokio::sync::{mpsc, oneshot};

use super::sqlite::{self, Access};
use crate::{Error, configuration::JournalMode};

/// Writes that wait: as many as there may be requests.
const WAITING: usize = 1024;

/// Writes that share a transaction.
const MOST: usize = 128;

/// Writes, and gives what is to be called when that is committed.
type Write = Box<dyn FnOnce(&mut SqliteConnection) -> Committed + Send>;

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
        let write = move |connection: &mut SqliteConnection| -> Committed {
            let result = work(connection);
            // Nobody may wait for it any more.
            Box::new(move || _ = sender.send(result))
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
        connection = write(connection.take().map_or_else(&connect, Ok), batch)
            .inspect_err(|error| tracing::error!(%error, "writes were not committed"))
            .ok();
        if last {
            break;
        }
    }
    // The file is whole before whoever waits for the end goes on.
    drop(connection);
    drop(messages);
}

/// Writes all or nothing. Where one of them fails alone, it fails alone.
fn write(connection: ConnectionResult<SqliteConnection>, batch: Vec<Write>) -> Result<SqliteConnection, Error> {
    let failed = || Error::new("the database refuses to write");
    let mut connection = connection.map_err(|error| failed().caused_by(error))?;
    let mut answers = Vec::with_capacity(batch.len());
    let committed = connection.immediate_transaction(|connection| {
        answers.extend(batch.into_iter().map(|write| write(connection)));
        QueryResult::Ok(())
    });
    committed.map_err(|error| failed().caused_by(error))?;
    for answer in answers {
        answer();
    }
    Ok(connection)
}
