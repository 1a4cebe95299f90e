//! Whether the service is alive, and whether it can work.

use axum::{Json, extract};
use serde::Serialize;
use tokio::time::{self, Duration};
use utoipa::ToSchema;

use super::{Failure, failure::Detail, state::State};

/// How long the database may take to show that it is there.
const READY: Duration = Duration::from_secs(2);

/// A sign of life.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    message: &'static str,
}

/// Whether the process is alive
///
/// It does not ask the database: a new process would find it no better.
#[utoipa::path(get, path = "/", tag = "health", responses((status = OK, body = Health)))]
pub(super) async fn live() -> Json<Health> {
    Json(Health { message: "The service is running." })
}

/// Whether the service can do its work: the database answers
#[utoipa::path(
    get, path = "/ready", tag = "health",
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Detail))
)]
pub(super) async fn ready(extract::State(state): extract::State<State>) -> Result<Json<Health>, Failure> {
    time::timeout(READY, state.database.is_ready()).await.map_err(|_| Failure::Unavailable)??;
    Ok(Json(Health { message: "The service is ready." }))
}
