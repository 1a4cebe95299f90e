use std::net::SocketAddr;

use axum::{Json, Router, routing::get};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::Error;

#[derive(Serialize)]
struct Health {
    message: &'static str,
}

/// Every route of the service.
pub fn router() -> Router {
    Router::new().route("/", get(health))
}

/// Starts to listen on `address`.
///
/// # Errors
/// The address is taken, or not one of this machine.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error::bind(address, source))
}

/// Serves until `stop` is done, then finishes the requests that are under way.
///
/// # Errors
/// The listener fails.
pub async fn serve(listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
    axum::serve(listener, router()).with_graceful_shutdown(stop).await.map_err(Error::serve)
}

/// Registers for ctrl-c and, on Unix, SIGTERM; the future that it returns is done at the first of them.
///
/// # Errors
/// The system refuses to register.
pub fn stop_requested() -> Result<impl Future<Output = ()> + Send + 'static, Error> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::signal)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Error::signal)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(Error::signal)?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}

async fn health() -> Json<Health> {
    Json(Health { message: "The service is running." })
}
