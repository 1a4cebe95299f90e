//! The library as its users see it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod apps;
mod architecture;
mod assembly;
mod assets;
mod cli;
#[cfg(feature = "cloud")]
mod cloud;
mod declarations;
#[cfg(feature = "cloud")]
mod deploy;
#[cfg(feature = "cloud")]
mod destroy;
mod expressions;
mod folder;
mod package;
mod problems;
#[cfg(feature = "cloud")]
mod recover;
mod resource;
mod validate;
mod yaml;
