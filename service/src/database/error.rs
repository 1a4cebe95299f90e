//! Why queries fail.

use std::fmt;

use deadpool::managed::PoolError;
use diesel::result::{DatabaseErrorKind, Error as QueryError};
use diesel_async::pooled_connection;

/// Why a query has no answer.
#[derive(Debug)]
pub enum Error {
    /// The database cannot be reached, or is too busy: the same query may succeed later.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// The query failed.
    Query(QueryError),
}

impl Error {
    /// Whether a row was to refer to one that is not there.
    pub(crate) fn is_missing_reference(&self) -> bool {
        matches!(self, Self::Query(QueryError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(error) => write!(f, "the database is not available: {error}"),
            Self::Query(error) => write!(f, "the database refuses a query: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// Whether somebody else has SQLite's file. It has no kind of its own.
pub(super) fn is_locked(error: &QueryError) -> bool {
    matches!(error, QueryError::DatabaseError(DatabaseErrorKind::Unknown, information)
        if information.message().contains("database is locked"))
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        let is_closed = matches!(&error, QueryError::DatabaseError(DatabaseErrorKind::ClosedConnection, _));
        if is_closed || is_locked(&error) { Self::Unavailable(error.into()) } else { Self::Query(error) }
    }
}

impl From<PoolError<pooled_connection::PoolError>> for Error {
    fn from(error: PoolError<pooled_connection::PoolError>) -> Self {
        Self::Unavailable(match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(_) => "no connection was free in time".into(),
            other => other.into(),
        })
    }
}
