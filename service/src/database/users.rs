//! The queries about users.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, dsl::exists, select};

use super::{Database, Error, now, run, schema::users};
use crate::user::{Role, User};

/// The columns of a [`User`].
const COLUMNS: (users::id, users::user_name, users::role) = (users::id, users::user_name, users::role);

/// What log-in needs of a user.
#[derive(Clone, Debug, Queryable)]
pub struct Account {
    /// The user.
    pub user: User,
    /// The password's hash, in the PHC string format.
    pub password_hash: String,
}

impl Database {
    /// Stores a new user; `false` where the name is taken.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn create_user(&self, user_name: &str, password_hash: String, role: Role) -> Result<bool, Error> {
        let values = (
            users::user_name.eq(user_name.to_owned()),
            users::password_hash.eq(password_hash),
            users::role.eq(role),
            users::created_at.eq(now()),
        );
        let insert = diesel::insert_into(users::table).values(values).on_conflict(users::user_name).do_nothing();
        Ok(run!(self.writer().await?, |connection| insert.execute(connection))? == 1)
    }

    /// The user with this id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn user(&self, id: i64) -> Result<Option<User>, Error> {
        // Not `first`: SQLite prepares a statement again whenever a limit is bound.
        let query = users::table.find(id).select(COLUMNS);
        if let Some(mut connection) = self.quick()
            && let Ok(user) = diesel::RunQueryDsl::get_result(query, &mut *connection).optional()
        {
            return Ok(user);
        }
        Ok(run!(self.reader().await?, |connection| query.get_result::<User>(connection)).optional()?)
    }

    /// The user with this name, and its password's hash.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn account(&self, user_name: &str) -> Result<Option<Account>, Error> {
        let query =
            users::table.filter(users::user_name.eq(user_name.to_owned())).select((COLUMNS, users::password_hash));
        Ok(run!(self.reader().await?, |connection| query.get_result::<Account>(connection)).optional()?)
    }

    /// Users in the order of their ids, from the one behind `after`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn users(&self, after: i64, limit: i64) -> Result<Vec<User>, Error> {
        let query = users::table.filter(users::id.gt(after)).order(users::id).limit(limit).select(COLUMNS);
        Ok(run!(self.reader().await?, |connection| query.load::<User>(connection))?)
    }

    /// Changes a user's role; `false` where there is no such user.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn change_role(&self, user_name: &str, role: Role) -> Result<bool, Error> {
        let user = users::table.filter(users::user_name.eq(user_name.to_owned()));
        let update = diesel::update(user).set(users::role.eq(role));
        Ok(run!(self.writer().await?, |connection| update.execute(connection))? == 1)
    }

    /// Deletes a user and its locations; `false` where there is no such user.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn delete_user(&self, user_name: &str) -> Result<bool, Error> {
        let delete = diesel::delete(users::table.filter(users::user_name.eq(user_name.to_owned())));
        Ok(run!(self.writer().await?, |connection| delete.execute(connection))? == 1)
    }

    /// Whether any user is an admin.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_admin(&self) -> Result<bool, Error> {
        let query = select(exists(users::table.filter(users::role.eq(Role::Admin))));
        Ok(run!(self.reader().await?, |connection| query.get_result::<bool>(connection))?)
    }
}
