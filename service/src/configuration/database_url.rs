//! `DATABASE_URL`: which database, and how to reach it.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

use super::Variables;
use crate::Error;

/// Which database, and how to reach it.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A file on this machine.
    Sqlite {
        /// The file. It is made if it is missing; its folder is not.
        path: PathBuf,
        /// How changes are written.
        journal_mode: JournalMode,
    },
    /// A server.
    Postgres {
        /// Host, port, user, password and database.
        server: Box<tokio_postgres::Config>,
        /// How the connection is protected.
        tls: Tls,
    },
}

/// How SQLite writes changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalMode {
    /// A write-ahead log. It needs memory that processes share, which a network file system does not have.
    Wal,
    /// A rollback journal: slower, and right on a network file system too.
    Delete,
}

/// How the connection to PostgreSQL is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// The certificate's chain and host name are verified against the authorities of RDS, or those in this file.
    Verified(Option<PathBuf>),
}

const EXPECTED: &str = "sqlite://FILE, such as sqlite:///data/service.db, or postgres://USER@HOST:PORT/NAME";

impl DatabaseUrl {
    /// Reads `DATABASE_URL` and `DATABASE_PASSWORD`.
    ///
    /// # Errors
    /// The URL is missing or wrong.
    pub fn read(variables: &Variables) -> Result<Self, Error> {
        // A URL may hold a password, so it is read like one.
        let url = variables.secret("DATABASE_URL", EXPECTED, |text| Some(SecretString::from(text)))?;
        let url = url.ok_or_else(|| Variables::missing("DATABASE_URL", EXPECTED))?;
        let (location, options) = match url.expose_secret().split_once('?') {
            Some((location, options)) => (location, options),
            None => (url.expose_secret(), ""),
        };
        let options = Options::read(options)?;
        if let Some(path) = location.strip_prefix("sqlite://") {
            return sqlite(path, options);
        }
        if location.starts_with("postgres://") || location.starts_with("postgresql://") {
            let password = variables.secret("DATABASE_PASSWORD", "a password", |text| Some(text.to_owned()))?;
            return postgres(location, options, password);
        }
        Err(Error::new(format!("DATABASE_URL must be {EXPECTED}")))
    }
}

fn sqlite(path: &str, mut options: Options) -> Result<DatabaseUrl, Error> {
    let journal_mode = match options.take("journal_mode").as_deref() {
        None | Some("wal") => JournalMode::Wal,
        Some("delete") => JournalMode::Delete,
        Some(_) => return Err(Error::new("journal_mode in DATABASE_URL must be wal or delete")),
    };
    options.finish("journal_mode")?;
    let path = decode(path)?;
    if path.is_empty() || path.starts_with(':') || path.starts_with("file:") {
        return Err(Error::new("DATABASE_URL must name a file, such as sqlite:///data/service.db"));
    }
    Ok(DatabaseUrl::Sqlite { path: path.into(), journal_mode })
}

fn postgres(location: &str, mut options: Options, password: Option<String>) -> Result<DatabaseUrl, Error> {
    let authorities = options.take("sslrootcert").map(PathBuf::from);
    let tls = match options.take("sslmode").as_deref() {
        None | Some("verify-full") => Tls::Verified(authorities),
        Some("disable") if authorities.is_none() => Tls::Off,
        Some("disable") => {
            return Err(Error::new("sslrootcert in DATABASE_URL has no use with sslmode=disable; leave one out"));
        }
        Some(_) => {
            let text = "sslmode in DATABASE_URL must be verify-full or disable: the other modes only look safe";
            return Err(Error::new(text));
        }
    };
    options.finish("sslmode and sslrootcert")?;
    // Its errors do not quote the URL, which may hold a password.
    let mut server: tokio_postgres::Config =
        location.parse().map_err(|error| Error::new(format!("DATABASE_URL must be {EXPECTED}")).caused_by(error))?;
    server.application_name("service");
    if server.get_hosts().is_empty() {
        return Err(Error::new(format!("DATABASE_URL names no host; it must be {EXPECTED}")));
    }
    if let Some(password) = password {
        if server.get_password().is_some() {
            return Err(Error::new("DATABASE_URL and DATABASE_PASSWORD both hold a password; leave one out"));
        }
        server.password(password);
    }
    Ok(DatabaseUrl::Postgres { server: Box::new(server), tls })
}

/// What stands after the question mark.
struct Options(Vec<(String, String)>);

impl Options {
    fn read(text: &str) -> Result<Self, Error> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let position = self.0.iter().position(|(option, _)| option == name)?;
        Some(self.0.remove(position).1)
    }

    fn finish(self, known: &str) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        // It stays unsaid which: behind a question mark in a password it is the rest of the password.
        Err(Error::new(format!(
            "DATABASE_URL has an option that is not known; it may have {known}, and a `?` in a password is written %3F"
        )))
    }
}

fn decode(text: &str) -> Result<String, Error> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Error::new("DATABASE_URL has %-escapes that are not UTF-8")),
    }
}
