use std::{ops::Deref, sync::Arc};

use axum::http::HeaderName;

use crate::{Error, configuration, database::Database, password::Passwords, throttle::Throttle, token::Tokens};

/// An address may try as often as this many names.
const NAMES_FOR_AN_ADDRESS: u32 = 10;

/// What every request shares.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What every request shares.
pub struct Shared {
    pub(crate) database: Database,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) login: Option<LoginLimit>,
    pub(crate) client_address_header: Option<HeaderName>,
}

/// How often anybody may try to log in.
pub(crate) struct LoginLimit {
    pub(crate) names: Throttle,
    pub(crate) addresses: Throttle,
}

impl State {
    /// Prepares what the settings ask for.
    ///
    /// # Errors
    /// A key cannot be used.
    pub fn new(settings: &configuration::Api, database: Database, passwords: Passwords) -> Result<Self, Error> {
        let login = settings.login_limit.map(|a_minute| LoginLimit {
            names: Throttle::new(a_minute),
            addresses: Throttle::new(a_minute.saturating_mul(NAMES_FOR_AN_ADDRESS)),
        });
        let client_address_header = settings.client_address_header.clone();
        let tokens = Tokens::new(settings)?;
        Ok(Self(Arc::new(Shared { database, tokens, passwords, login, client_address_header })))
    }
}

impl Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
