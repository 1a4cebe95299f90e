//! The settings of the service, from the environment.
//!
//! A secret may also stand in a file: `SIGNING_KEY_FILE` names the file that holds what `SIGNING_KEY` would.
//! An error names the variable and what it may be. No error and no log shows a secret.

mod database_url;
mod variables;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use axum::http::HeaderName;
use secrecy::SecretString;
use tracing::Level;

pub use database_url::{DatabaseUrl, JournalMode, Tls};
pub use variables::Variables;

use crate::{Error, token::SigningKeys, user};

/// The address without `LISTEN_ADDRESS`: this machine only, port 8080.
pub const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// What every variable is for, as `--help` shows it.
pub const HELP: &str = "\
Environment:
  DATABASE_URL           sqlite://FILE[?journal_mode=wal|delete], or
                         postgres://USER@HOST:PORT/NAME[?sslmode=verify-full|disable][&sslrootcert=FILE]
                         (wal for a local disk, delete for a network file system; TLS trusts the authorities
                         of RDS, or those in FILE)
  DATABASE_PASSWORD*     the password for PostgreSQL
  SIGNING_KEY*           an Ed25519 private key (PKCS#8, PEM), or at least 64 random characters on a line;
                         more keys may follow: the first signs, tokens of all are valid
  ADMIN_PASSWORD*        makes an admin with this password where the database has none
  ADMIN_NAME             the name of that admin [default: admin]
  LISTEN_ADDRESS         IP address and port to listen on [default: 127.0.0.1:8080]
  METRICS_ADDRESS        IP address and port of the Prometheus metrics [default: none, no metrics]
  LOG_LEVEL              error, warn, info, debug or trace [default: info]
  TOKEN_ISSUER           `iss` of the tokens [default: service]
  TOKEN_AUDIENCE         `aud` of the tokens [default: service]
  TOKEN_LIFETIME         seconds that a token is valid, 60 to 86400 [default: 1800]
  LOGIN_LIMIT            wrong passwords a minute for each name from one address; ten times as many for a name from
                         all addresses, and for all log-ins from an address; 1 to 1000, or off [default: 10]
  CLIENT_ADDRESS_HEADER  the header in which a trusted proxy gives the client's address, and nothing else
                         [default: none]

* or in a file: add _FILE to the name, and give the path";

/// Everything that `serve` is told.
#[derive(Debug)]
pub struct Configuration {
    /// Where to serve.
    pub listen_address: SocketAddr,
    /// Where to serve the metrics, if anywhere.
    pub metrics_address: Option<SocketAddr>,
    /// The database.
    pub database: DatabaseUrl,
    /// What an empty database gets.
    pub admin: Option<Admin>,
    /// What the API is told.
    pub api: Api,
}

/// The first admin.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The user's name.
    pub name: String,
    /// The user's password.
    pub password: SecretString,
}

/// What the API is told.
#[derive(Debug)]
pub struct Api {
    /// The keys of tokens.
    pub signing_keys: SigningKeys,
    /// `iss` of the tokens.
    pub issuer: String,
    /// `aud` of the tokens.
    pub audience: String,
    /// How long a token is valid.
    pub lifetime: Duration,
    /// Wrong passwords a minute for each name from one address.
    pub login_limit: Option<u32>,
    /// The header in which a trusted proxy gives the client's address.
    pub client_address_header: Option<HeaderName>,
}

impl Configuration {
    /// Reads the settings.
    ///
    /// # Errors
    /// A variable is missing or wrong, or its file cannot be read.
    pub fn read(variables: &Variables) -> Result<Self, Error> {
        Ok(Self {
            listen_address: listen_address(variables)?,
            metrics_address: variables.read("METRICS_ADDRESS", ADDRESS, |text| text.parse().ok())?,
            database: DatabaseUrl::read(variables)?,
            admin: admin(variables)?,
            api: api(variables)?,
        })
    }
}

const ADDRESS: &str = "an IP address and a port, such as 0.0.0.0:8080 or [::]:8080";

/// Where the service listens.
///
/// # Errors
/// `LISTEN_ADDRESS` is not an IP address and a port.
pub fn listen_address(variables: &Variables) -> Result<SocketAddr, Error> {
    Ok(variables.read("LISTEN_ADDRESS", ADDRESS, |text| text.parse().ok())?.unwrap_or(DEFAULT_ADDRESS))
}

/// What the service logs.
///
/// # Errors
/// `LOG_LEVEL` is not a level.
pub fn log_level(variables: &Variables) -> Result<Level, Error> {
    let level = variables.read("LOG_LEVEL", "error, warn, info, debug or trace", |text| match text {
        "error" => Some(Level::ERROR),
        "warn" => Some(Level::WARN),
        "info" => Some(Level::INFO),
        "debug" => Some(Level::DEBUG),
        "trace" => Some(Level::TRACE),
        _ => None,
    })?;
    Ok(level.unwrap_or(Level::INFO))
}

/// Where a client on the same machine reaches a server that listens on `address`.
pub fn address_of_client(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}

fn admin(variables: &Variables) -> Result<Option<Admin>, Error> {
    let name = variables.read("ADMIN_NAME", "1 to 64 letters, digits, `.`, `_`, `-`, `+` or `@`", |text| {
        user::is_name(text).then(|| text.to_owned())
    })?;
    let password = variables.secret("ADMIN_PASSWORD", "8 to 128 characters", |text| {
        user::is_password(text).then(|| SecretString::from(text))
    })?;
    match (name, password) {
        (Some(_), None) => Err(Error::new("ADMIN_NAME is set, but ADMIN_PASSWORD is not; set both, or neither")),
        (name, password) => {
            Ok(password.map(|password| Admin { name: name.unwrap_or_else(|| "admin".to_owned()), password }))
        }
    }
}

fn api(variables: &Variables) -> Result<Api, Error> {
    const KEYS: &str = "an Ed25519 private key (PKCS#8, in PEM), or at least 64 random characters on a line; \
                        more keys may follow";
    const TEXT: &str = "a text of 1 to 200 characters";
    let text = |text: &str| (1..=200).contains(&text.len()).then(|| text.to_owned());
    let signing_keys = variables.secret("SIGNING_KEY", KEYS, SigningKeys::read)?;
    let lifetime = variables.read("TOKEN_LIFETIME", "60 to 86400 seconds", |text| in_range(text, 60, 86_400))?;
    let login_limit = variables.read("LOGIN_LIMIT", "1 to 1000, or off", |text| {
        if text == "off" { Some(None) } else { in_range(text, 1, 1000).map(Some) }
    })?;
    Ok(Api {
        signing_keys: signing_keys.ok_or_else(|| Variables::missing("SIGNING_KEY", KEYS))?,
        issuer: variables.read("TOKEN_ISSUER", TEXT, text)?.unwrap_or_else(|| "service".to_owned()),
        audience: variables.read("TOKEN_AUDIENCE", TEXT, text)?.unwrap_or_else(|| "service".to_owned()),
        lifetime: Duration::from_secs(lifetime.unwrap_or(1800).into()),
        login_limit: login_limit.unwrap_or(Some(10)),
        client_address_header: variables
            .read("CLIENT_ADDRESS_HEADER", "the name of a header", |text| text.parse().ok())?,
    })
}

fn in_range(text: &str, least: u32, most: u32) -> Option<u32> {
    text.parse().ok().filter(|number| (least..=most).contains(number))
}
