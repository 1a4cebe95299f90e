//! Connecting to PostgreSQL.

use std::{fs, io::Read, path::Path, sync::Arc, time::Duration};

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use flate2::read::GzDecoder;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::WAIT;
use crate::{Error, configuration::Tls};

/// The certificate authorities of RDS, in gzip: see `certificates.py` and `build.rs`.
const RDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rds.pem.gz"));

/// How to connect to one server.
#[derive(Clone)]
pub(super) struct Connector {
    server: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

pub(super) fn manager(
    server: &tokio_postgres::Config,
    tls: &Tls,
) -> Result<AsyncDieselConnectionManager<AsyncPgConnection>, Error> {
    let connector = Connector::new(server, tls)?;
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let connector = connector.clone();
        Box::pin(async move { connector.connect().await })
    });
    Ok(AsyncDieselConnectionManager::new_with_config("", config))
}

impl Connector {
    pub(super) fn new(server: &tokio_postgres::Config, tls: &Tls) -> Result<Self, Error> {
        let mut server = server.clone();
        server.connect_timeout(WAIT);
        // A server that vanished is noticed while a request can still be answered by another.
        server.tcp_user_timeout(Duration::from_secs(10)).keepalives_idle(Duration::from_secs(15));
        // Nobody waits longer, and what nobody waits for any more ends.
        server.options("-c statement_timeout=10s -c lock_timeout=5s -c client_connection_check_interval=1s");
        let tls = match tls {
            Tls::Off => None,
            Tls::Verified(authorities) => Some(MakeRustlsConnect::new(verified(authorities.as_deref())?)),
        };
        server.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        Ok(Self { server, tls })
    }

    pub(super) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        if let Some(tls) = &self.tls {
            let (client, connection) = self.server.connect(tls.clone()).await.map_err(bad_connection)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        } else {
            let (client, connection) = self.server.connect(NoTls).await.map_err(bad_connection)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
    }
}

/// With the reason: `tokio_postgres` shows only where it failed.
fn bad_connection(error: tokio_postgres::Error) -> ConnectionError {
    ConnectionError::BadConnection(Error::new("no connection to PostgreSQL").caused_by(error).to_string())
}

/// Verifies the chain and the host name.
fn verified(authorities: Option<&Path>) -> Result<ClientConfig, Error> {
    let (place, pem) = match authorities {
        None => {
            let mut pem = Vec::new();
            GzDecoder::new(RDS).read_to_end(&mut pem)?;
            ("the authorities of RDS".to_owned(), pem)
        }
        Some(path) => {
            let place = format!("{} (sslrootcert in DATABASE_URL)", path.display());
            let pem = fs::read(path).map_err(|error| Error::new(format!("{place} cannot be read")).caused_by(error))?;
            (place, pem)
        }
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
        added.map_err(|error| Error::new(format!("{place} has a certificate that cannot be read")).caused_by(error))?;
    }
    if roots.is_empty() {
        return Err(Error::new(format!("{place} has no certificate; it must hold authorities in PEM")));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new("TLS cannot be set up").caused_by(error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
