//! What every request shares.

use std::{ops::Deref, sync::Arc};

use axum::http::HeaderName;

use super::login_limit::LoginLimit;
use crate::{configuration, database::Database, password::Passwords, token::Tokens};

/// What every request shares.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What every request shares.
pub struct Shared {
    pub(crate) database: Database,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) login_limit: LoginLimit,
    pub(crate) client_address_header: Option<HeaderName>,
}

impl State {
    /// Prepares what the settings ask for.
    pub fn new(settings: &configuration::Api, database: Database, passwords: Passwords) -> Self {
        Self(Arc::new(Shared {
            database,
            tokens: Tokens::new(settings),
            passwords,
            login_limit: LoginLimit::new(settings.login_limit),
            client_address_header: settings.client_address_header.clone(),
        }))
    }
}

impl Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
