//! What is known of a user, and what names, passwords and roles may be.

use std::{fmt, str::FromStr};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    prelude::Queryable,
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The most characters of a name.
pub const LONGEST_NAME: usize = 64;

/// The fewest and the most characters of a password.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// A user as its clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Queryable, ToSchema)]
pub struct User {
    /// Never given to another user, even after this one is deleted.
    pub id: i64,
    /// Unique; upper and lower case differ.
    pub user_name: String,
    /// What the user may do.
    pub role: Role,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, AsExpression, FromSqlRow, ToSchema)]
#[diesel(sql_type = Text)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Stores its own locations, and reads those of others.
    User,
    /// Also lists everything, deletes users and changes their roles.
    Admin,
}

impl Role {
    /// The role as it is written in requests, answers and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// A text that is not a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRole;

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a role is `user` or `admin`")
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::User, Self::Admin].into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}

impl<B: Backend> ToSql<Text, B> for Role
where
    str: ToSql<Text, B>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
        self.name().to_sql(out)
    }
}

impl<B: Backend> FromSql<Text, B> for Role
where
    String: FromSql<Text, B>,
{
    fn from_sql(value: B::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(String::from_sql(value)?.parse()?)
    }
}

/// Whether a name has 1 to 64 characters, all of them ASCII letters, digits or one of `.`, `_`, `-`, `+` and `@`.
pub fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte))
}

/// Whether a password has 8 to 128 characters.
pub fn is_password(text: &str) -> bool {
    PASSWORD_LENGTH.contains(&text.chars().count())
}
