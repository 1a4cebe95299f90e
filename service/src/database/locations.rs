//! The queries about locations.

use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, Queryable, dsl::max};

use super::{
    Database, Error, now, run,
    schema::{locations, users},
};
use crate::coordinate::Coordinate;

/// Where a user was.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Location {
    /// The location's own id: larger ids are newer.
    pub id: i64,
    /// The user's id.
    pub user_id: i64,
    /// The user's name.
    pub user_name: String,
    lat: i64,
    lng: i64,
}

impl Location {
    /// The latitude.
    pub fn latitude(&self) -> Coordinate {
        Coordinate::from_units(self.lat)
    }

    /// The longitude.
    pub fn longitude(&self) -> Coordinate {
        Coordinate::from_units(self.lng)
    }
}

/// The columns of a [`Location`].
const COLUMNS: (locations::id, users::id, users::user_name, locations::lat, locations::lng) =
    (locations::id, users::id, users::user_name, locations::lat, locations::lng);

impl Database {
    /// Stores where a user is; `false` where there is no such user.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn store_location(&self, user_id: i64, lat: Coordinate, lng: Coordinate) -> Result<bool, Error> {
        let values = (
            locations::user_id.eq(user_id),
            locations::lat.eq(lat.units()),
            locations::lng.eq(lng.units()),
            locations::created_at.eq(now()),
        );
        let insert = diesel::insert_into(locations::table).values(values);
        match run!(self.writer().await?, |connection| insert.execute(connection)).map_err(Error::from) {
            Ok(_) => Ok(true),
            Err(error) if error.is_missing_reference() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Everybody's locations in the order of their own ids, from the one behind `after`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn locations(&self, after: i64, limit: i64) -> Result<Vec<Location>, Error> {
        let query = locations::table
            .inner_join(users::table)
            .filter(locations::id.gt(after))
            .order(locations::id)
            .limit(limit)
            .select(COLUMNS);
        Ok(run!(self.reader().await?, |connection| query.load::<Location>(connection))?)
    }

    /// The locations of some users in the order of the locations' own ids, from the one behind `after`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn locations_of(&self, user_ids: Vec<i64>, after: i64, limit: i64) -> Result<Vec<Location>, Error> {
        let query = locations::table
            .inner_join(users::table)
            .filter(locations::user_id.eq_any(user_ids))
            .filter(locations::id.gt(after))
            // Not by the column itself: PostgreSQL might walk through everybody's locations in that order.
            .order(locations::id + 0_i64)
            .limit(limit)
            .select(COLUMNS);
        Ok(run!(self.reader().await?, |connection| query.load::<Location>(connection))?)
    }

    /// The newest location of each user who has one, in the order of the users' ids, from the one behind `after`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn newest_locations(&self, after: i64, limit: i64) -> Result<Vec<Location>, Error> {
        // One look into the index for each user, however long its history is.
        let of_user = diesel::alias!(locations as of_user);
        let newest = of_user
            .filter(of_user.field(locations::user_id).eq(users::id))
            .select(max(of_user.field(locations::id)))
            .single_value();
        let query = users::table
            .inner_join(locations::table)
            .filter(locations::id.nullable().eq(newest))
            .filter(users::id.gt(after))
            .order(users::id)
            .limit(limit)
            .select(COLUMNS);
        Ok(run!(self.reader().await?, |connection| query.load::<Location>(connection))?)
    }
}
