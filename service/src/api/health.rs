use axum::{Json, extract};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Failure, failure::Detail, state::State};

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
    state.database.is_ready().await?;
    Ok(Json(Health { message: "The service is ready." }))
}
