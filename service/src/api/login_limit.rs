//! How often anybody may try to log in.

use super::{client::ClientAddress, failure::Failure};
use crate::{
    throttle::{self, Throttle},
    user,
};

/// An address may try as often as this many names, and a name from as many addresses.
const MANY: u32 = 10;

/// Wrong passwords for a name from one address, and from all; attempts of an address, also those that are right.
pub(crate) struct LoginLimit(Option<Throttles>);

struct Throttles {
    pairs: Throttle,
    names: Throttle,
    addresses: Throttle,
}

/// Somebody tries to log in.
pub(crate) struct Attempt<'a>(Option<[throttle::Attempt<'a>; 2]>);

impl LoginLimit {
    /// This many wrong passwords a minute for each name and address; `None` for any number.
    pub(crate) fn new(a_minute: Option<u32>) -> Self {
        Self(a_minute.map(|a_minute| Throttles {
            pairs: Throttle::new(a_minute),
            names: Throttle::new(a_minute.saturating_mul(MANY)),
            addresses: Throttle::new(a_minute.saturating_mul(MANY)),
        }))
    }

    /// Begins an attempt. It counts only if the password turns out to be wrong.
    pub(crate) async fn attempt(&self, name: &str, address: &ClientAddress) -> Result<Attempt<'_>, Failure> {
        let Some(limits) = &self.0 else { return Ok(Attempt(None)) };
        // What cannot be a name is nobody's, and as long as anybody likes.
        let name = if user::is_name(name) { name } else { "" };
        let address = address.network();
        limits.addresses.attempt(&address).await.map_err(Failure::TooMany)?.count();
        let pair = limits.pairs.attempt(&format!("{address} {name}")).await.map_err(Failure::TooMany)?;
        let name = limits.names.attempt(name).await.map_err(Failure::TooMany)?;
        Ok(Attempt(Some([pair, name])))
    }
}

impl Attempt<'_> {
    /// The password was wrong.
    pub(crate) fn count(self) {
        self.0.into_iter().flatten().for_each(throttle::Attempt::count);
    }
}
