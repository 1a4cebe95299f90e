//! The REST service behind the API.
//!
//! It answers its health check on `GET /` and nothing else yet.
//!
//! ```
//! use std::net::SocketAddr;
//!
//! let address = service::address::parse(Some("0.0.0.0:8080".into()))?;
//! assert_eq!(address, SocketAddr::from(([0, 0, 0, 0], 8080)));
//! # Ok::<(), service::Error>(())
//! ```

pub mod address;
mod error;
pub mod probe;
mod server;

pub use error::Error;
pub use server::{bind, router, serve, stop_requested};
