//! The REST API.

mod auth;
mod body;
mod client;
mod context;
mod docs;
mod failure;
mod field;
mod form;
mod health;
mod keys;
mod layers;
mod location;
mod login_limit;
mod page;
mod session;
mod state;
mod users;

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use failure::Failure;
use layers::Observer;
pub use state::State;

use crate::{Error, metrics::Metrics};

#[derive(OpenApi)]
#[openapi(
    info(title = "Service", description = "Keeps the location of devices."),
    tags((name = "health"), (name = "auth"), (name = "users"), (name = "location")),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The `OpenAPI` description of the API.
pub fn description() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}

/// Every route of the service. Requests are counted if there are metrics.
///
/// # Errors
/// The system has no random numbers.
pub fn router(state: State, metrics: Option<Metrics>) -> Result<Router, Error> {
    let (router, document) = routes().split_for_parts();
    let paths = document.paths.paths.keys().map(String::as_str).chain(docs::PATHS).map(str::to_owned).collect();
    let router = router.with_state(state).merge(docs::router(&document));
    Ok(layers::around(router, paths, Observer::new(metrics)?))
}

fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(auth::token))
        .routes(routes!(auth::check_token))
        .routes(routes!(keys::jwks))
        .routes(routes!(users::create))
        .routes(routes!(users::list))
        .routes(routes!(users::update))
        .routes(routes!(users::delete))
        .routes(routes!(location::store))
        .routes(routes!(location::of_users, location::all))
        .routes(routes!(location::newest))
}
