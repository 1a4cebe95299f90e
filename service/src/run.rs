//! The whole service, from its settings to its end.

use axum::Router;
use tokio::net::TcpListener;

use crate::{
    Error, api,
    configuration::{Admin, Configuration},
    database::{self, Database},
    metrics::Metrics,
    password::{Passwords, Problem},
    server::{self, Limits},
    user::Role,
};

/// Brings the database up to date, serves until the signal to stop, and closes the database.
///
/// # Errors
/// The database cannot be used, an address is taken, or requests did not finish in time.
pub async fn run(configuration: Configuration) -> Result<(), Error> {
    // First of all: the first process of a container is not stopped by a signal that it does not wait for.
    let mut stop = std::pin::pin!(server::stop_requested()?);
    let (listener, router, database) = tokio::select! {
        started = start(configuration) => started?,
        () = &mut stop => {
            // What is under way with the database ends first.
            tracing::info!("stopping before it served");
            return Ok(());
        }
    };
    announce(&listener, "listening");
    let finished = server::serve(listener, router, Limits::default(), stop).await;
    database.close().await;
    if finished {
        tracing::info!("stopped");
        Ok(())
    } else {
        Err(Error::new("stopped before all requests were answered: they took longer than 25 seconds"))
    }
}

async fn start(configuration: Configuration) -> Result<(TcpListener, Router, Database), Error> {
    let listener = server::bind(configuration.listen_address, "LISTEN_ADDRESS").await?;
    database::migrate(&configuration.database).await?;
    let database = Database::open(&configuration.database)?;
    let passwords = Passwords::default();
    if let Some(admin) = &configuration.admin {
        make_admin(&database, &passwords, admin).await?;
    }
    let metrics = configuration.metrics_address.map(|address| (address, Metrics::default()));
    if let Some((address, metrics)) = &metrics {
        let listener = server::bind(*address, "METRICS_ADDRESS").await?;
        announce(&listener, "metrics");
        tokio::spawn(server::serve(listener, metrics.clone().router(), Limits::default(), std::future::pending()));
    }
    let state = api::State::new(&configuration.api, database.clone(), passwords);
    let router = api::router(state, metrics.map(|(_, metrics)| metrics))?;
    Ok((listener, router, database))
}

fn announce(listener: &TcpListener, what: &'static str) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "{what}");
    }
}

/// Makes the first admin where there is none. If others start at the same moment, one of them makes it.
async fn make_admin(database: &Database, passwords: &Passwords, admin: &Admin) -> Result<(), Error> {
    let unusable = |error: database::Error| Error::new("cannot use the database").caused_by(error);
    if database.has_admin().await.map_err(unusable)? {
        return Ok(());
    }
    let hash = passwords.hash(admin.password.clone()).await.map_err(|problem| match problem {
        Problem::Failed(error) => error,
        Problem::Busy => Error::new("too many passwords are waiting to be hashed"),
    })?;
    if database.create_user(&admin.name, hash, Role::Admin).await.map_err(unusable)? {
        tracing::info!(user_name = admin.name, "made the first admin");
    } else if !database.has_admin().await.map_err(unusable)? {
        tracing::error!(
            user_name = admin.name,
            "there is no admin, and the name is another user's; set ADMIN_NAME to a free name"
        );
    }
    Ok(())
}
