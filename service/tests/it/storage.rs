//! A new, empty database for each test.

use std::{
    path::Path,
    sync::mpsc::{self, Sender},
    thread,
};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_types::Text,
};
use tempfile::TempDir;

use crate::postgres;

/// A kind of database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A new, empty database.
pub(crate) struct Storage {
    /// What `DATABASE_URL` is for it.
    pub(crate) url: String,
    /// What is removed in the end.
    folder: TempDir,
}

/// Locks that are held until this is dropped.
pub(crate) struct Held(#[expect(dead_code, reason = "its end is what counts")] Sender<()>);

impl Backend {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// What is missing for it on this machine.
    pub(crate) fn missing(self) -> Option<&'static str> {
        let missing = self == Self::Postgres && postgres::programs().is_none();
        missing.then_some("initdb of PostgreSQL is not installed (Debian: apt-get install postgresql)")
    }
}

impl Storage {
    pub(crate) fn new(backend: Backend) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let url = match backend {
            Backend::Sqlite => format!("sqlite://{}", folder.path().join("service.db").display()),
            Backend::Postgres => postgres::new_database(),
        };
        Self { url, folder }
    }

    /// Where SQLite's file is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The settings for it.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![("DATABASE_URL", self.url.clone()), ("DATABASE_PASSWORD", postgres::PASSWORD.to_owned())]
    }

    /// Begins a transaction with this statement, and holds its locks until what is returned is dropped.
    pub(crate) fn hold(&self, sql: &str) -> Held {
        let (held, released) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let (storage, sql) = (self.url.clone(), sql.to_owned());
        thread::spawn(move || match storage.strip_prefix("sqlite://") {
            Some(path) => {
                let mut connection = connect(path);
                connection.batch_execute(&sql).unwrap();
                ready.send(()).unwrap();
                _ = released.recv();
            }
            None => postgres::execute_and_hold(name(&storage), &sql, &ready, &released),
        });
        is_ready.recv().unwrap();
        Held(held)
    }

    /// Runs statements directly, and gives the first column of the answers.
    pub(crate) fn execute(&self, sql: &str) -> Vec<String> {
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            return sqlite(path, sql);
        }
        postgres::execute(name(&self.url), sql)
    }
}

/// A database's name.
fn name(url: &str) -> &str {
    url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap()
}

fn connect(path: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON").unwrap();
    connection
}

fn sqlite(path: &str, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct First {
        #[diesel(sql_type = Text)]
        first: String,
    }
    let mut connection = connect(path);
    if sql.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select")) {
        let rows = diesel::sql_query(sql).load::<First>(&mut connection).unwrap();
        return rows.into_iter().map(|row| row.first).collect();
    }
    connection.batch_execute(sql).unwrap();
    Vec::new()
}
