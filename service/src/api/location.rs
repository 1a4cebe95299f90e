//! Where users are, and were.

use axum::{
    Json, extract,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::{Body, Fields, FromFields},
    failure::{Detail, Failure, InvalidInput},
    field,
    page::{Page, Refusal},
    session::{AdminSession, Session},
    state::State,
};
use crate::{coordinate::Coordinate, database};

/// Where a user was.
#[derive(Serialize, ToSchema)]
pub(super) struct Location {
    /// The user's id.
    id: i64,
    /// The user's name.
    user_name: String,
    /// Latitude in degrees, with eight decimal places.
    #[schema(value_type = String, example = "52.52000800")]
    lat: Coordinate,
    /// Longitude in degrees, with eight decimal places.
    #[schema(value_type = String, example = "13.40495400")]
    lng: Coordinate,
}

impl From<database::Location> for Location {
    fn from(location: database::Location) -> Self {
        let (lat, lng) = (location.latitude(), location.longitude());
        Self { id: location.user_id, user_name: location.user_name, lat, lng }
    }
}

/// Where the token's user is.
#[derive(ToSchema)]
pub(super) struct NewLocation {
    /// Ignored, but must be text: it is the token's user whose location is stored.
    #[expect(dead_code, reason = "clients of the reference send it")]
    user_name: Option<String>,
    /// Latitude in degrees, -90 to 90, as text or number; at most eight decimal places.
    #[schema(value_type = String, example = "52.520008")]
    lat: Coordinate,
    /// Longitude in degrees, -180 to 180, as text or number; at most eight decimal places.
    #[schema(value_type = String, example = "13.404954")]
    lng: Coordinate,
}

impl FromFields for NewLocation {
    fn from_fields(fields: &mut Fields<'_>) -> Option<Self> {
        let user_name = fields.optional("user_name", field::text);
        let lat = fields.required("lat", field::latitude);
        let lng = fields.required("lng", field::longitude);
        Some(Self { user_name, lat: lat?, lng: lng? })
    }
}

/// Store where one is
#[utoipa::path(
    post, path = "/location/update", tag = "location", security(("bearer" = [])), request_body = NewLocation,
    responses(
        (status = CREATED, description = "The body is `null`"),
        (status = UNAUTHORIZED, body = Detail),
        (status = UNPROCESSABLE_ENTITY, body = InvalidInput),
    )
)]
pub(super) async fn store(
    extract::State(state): extract::State<State>,
    Session(user): Session,
    Body(location): Body<NewLocation>,
) -> Result<impl IntoResponse, Failure> {
    if state.database.store_location(user.id, location.lat, location.lng).await? {
        Ok((StatusCode::CREATED, Json(())))
    } else {
        // Deleted in between.
        Err(Failure::NotValidated)
    }
}

/// Whose locations are wanted.
#[derive(ToSchema)]
pub(super) struct Users {
    /// At most 10,000 ids of users.
    ids: Vec<i64>,
}

impl FromFields for Users {
    fn from_fields(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { ids: fields.required("ids", field::ids)? })
    }
}

/// List all locations of some users, oldest first
#[utoipa::path(
    post, path = "/location/get_locations", tag = "location", security(("bearer" = [])), request_body = Users,
    params(Page),
    responses(
        (status = OK, body = [Location], headers(("Link", description = "The next page, with rel=\"next\""))),
        Refusal
    )
)]
pub(super) async fn of_users(
    extract::State(state): extract::State<State>,
    _session: Session,
    page: Page,
    Body(users): Body<Users>,
) -> Result<Response, Failure> {
    let locations = state.database.locations_of(users.ids, page.after(), page.limit()).await?;
    Ok(page.answer(locations, |location| location.id, Location::from))
}

/// List everybody's locations, oldest first
#[utoipa::path(
    get, path = "/location/get_locations", tag = "location", security(("bearer" = [])),
    params(Page),
    responses(
        (status = OK, body = [Location], headers(("Link", description = "The next page, with rel=\"next\""))),
        Refusal
    )
)]
pub(super) async fn all(
    extract::State(state): extract::State<State>,
    _admin: AdminSession,
    page: Page,
) -> Result<Response, Failure> {
    let locations = state.database.locations(page.after(), page.limit()).await?;
    Ok(page.answer(locations, |location| location.id, Location::from))
}

/// List the newest location of each user, ordered by the users' ids
#[utoipa::path(
    get, path = "/location/get_latest_locations", tag = "location", security(("bearer" = [])),
    params(Page),
    responses(
        (status = OK, body = [Location], headers(("Link", description = "The next page, with rel=\"next\""))),
        Refusal
    )
)]
pub(super) async fn newest(
    extract::State(state): extract::State<State>,
    _session: Session,
    page: Page,
) -> Result<Response, Failure> {
    let locations = state.database.newest_locations(page.after(), page.limit()).await?;
    Ok(page.answer(locations, |location| location.user_id, Location::from))
}
