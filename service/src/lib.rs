//! The REST service behind the API: it keeps the location of devices.
//!
//! [`run`] is all of it. From the top: [`server`] accepts connections, [`api`] answers requests, [`database`] keeps
//! what is to be kept; [`configuration`] says how.

pub mod api;
pub mod configuration;
pub mod coordinate;
pub mod database;
mod error;
pub mod log;
pub mod metrics;
pub mod password;
pub mod probe;
mod random;
mod run;
pub mod server;
pub mod throttle;
pub mod token;
pub mod user;

pub use error::Error;
pub use run::run;
