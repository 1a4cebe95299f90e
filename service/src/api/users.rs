//! Signing up, and what admins do with users.

use axum::{
    Json,
    extract::{self, Path, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use utoipa::ToSchema;

use super::{
    body::{Body, Fields, FromFields},
    failure::{Detail, Failure, InvalidInput},
    field,
    page::{Page, Refusal},
    session::{AdminSession, Session},
    state::State,
};
use crate::user::{self, Role, User};

/// Who signs up.
#[derive(ToSchema)]
pub(super) struct NewUser {
    /// 1 to 64 characters: ASCII letters, digits, `.`, `_`, `-`, `+` and `@`. Upper and lower case differ.
    #[schema(example = "ann")]
    user_name: String,
    /// 8 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: SecretString,
    /// `user`, or left out: only an admin makes admins.
    role: Option<Role>,
}

impl FromFields for NewUser {
    fn from_fields(fields: &mut Fields<'_>) -> Option<Self> {
        let user_name = fields.required("user_name", field::name);
        let password = fields.required("password", field::password);
        let role = fields.optional("role", field::role);
        Some(Self { user_name: user_name?, password: password?, role })
    }
}

/// Sign up
#[utoipa::path(
    post, path = "/users/create_user", tag = "users", request_body = NewUser,
    responses(
        (status = CREATED, description = "The body is `null`"),
        (status = UNAUTHORIZED, body = Detail, description = "The role `admin` was asked for"),
        (status = CONFLICT, body = Detail, description = "The name is taken"),
        (status = UNPROCESSABLE_ENTITY, body = InvalidInput),
        (status = SERVICE_UNAVAILABLE, body = Detail, headers(("Retry-After", description = "Seconds to wait"))),
    )
)]
pub(super) async fn create(
    extract::State(state): extract::State<State>,
    Body(user): Body<NewUser>,
) -> Result<impl IntoResponse, Failure> {
    if user.role == Some(Role::Admin) {
        return Err(Failure::NotAllowed);
    }
    let hash = state.passwords.hash(user.password).await?;
    if state.database.create_user(&user.user_name, hash, Role::User).await? {
        Ok((StatusCode::CREATED, Json(())))
    } else {
        Err(Failure::Conflict("The user name is taken."))
    }
}

/// List all users
#[utoipa::path(
    get, path = "/users/read_all", tag = "users", security(("bearer" = [])),
    params(Page),
    responses(
        (status = OK, body = [User], headers(("Link", description = "The next page, with rel=\"next\""))),
        Refusal
    )
)]
pub(super) async fn list(
    extract::State(state): extract::State<State>,
    _admin: AdminSession,
    page: Page,
) -> Result<Response, Failure> {
    let users = state.database.users(page.after(), page.limit()).await?;
    Ok(page.answer(users, |user| user.id, |user| user))
}

/// A new role.
#[derive(ToSchema)]
pub(super) struct RoleChange {
    /// The role that the user shall have.
    role: Role,
    /// Whose role; one's own if left out. Only an admin changes roles.
    user_name: Option<String>,
}

impl FromFields for RoleChange {
    fn from_fields(fields: &mut Fields<'_>) -> Option<Self> {
        let role = fields.required("role", field::role);
        let user_name = fields.optional("user_name", field::text);
        Some(Self { role: role?, user_name })
    }
}

/// Change a role
#[utoipa::path(
    put, path = "/users/update", tag = "users", security(("bearer" = [])), request_body = RoleChange,
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Detail, description = "Only an admin changes a role"),
        (status = NOT_FOUND, body = Detail),
        (status = UNPROCESSABLE_ENTITY, body = InvalidInput),
    )
)]
pub(super) async fn update(
    extract::State(state): extract::State<State>,
    Session(user): Session,
    Body(change): Body<RoleChange>,
) -> Result<StatusCode, Failure> {
    let of_whom = change.user_name.as_deref().unwrap_or(&user.user_name);
    let changes_nothing = of_whom == user.user_name && change.role == user.role;
    if changes_nothing {
        return Ok(StatusCode::NO_CONTENT);
    }
    if user.role != Role::Admin {
        return Err(Failure::NotAllowed);
    }
    let found = user::is_name(of_whom) && state.database.change_role(of_whom, change.role).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Failure::NotFound("User not found.")) }
}

/// Delete a user and all its locations
#[utoipa::path(
    delete, path = "/users/delete/{user_name}", tag = "users", security(("bearer" = [])),
    params(("user_name" = String, Path)),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Detail),
        (status = NOT_FOUND, body = Detail),
    )
)]
pub(super) async fn delete(
    extract::State(state): extract::State<State>,
    _admin: AdminSession,
    user_name: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Failure> {
    // A name that is not UTF-8 is nobody's.
    let name = user_name.ok().map(|Path(name)| name).filter(|name| user::is_name(name));
    let deleted = match name {
        Some(name) => state.database.delete_user(&name).await?,
        None => false,
    };
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Failure::NotFound("Delete failed.")) }
}
