//! Makes the catalogue of resource types from its upstream packages, and the typed builders from the catalogue.

#[cfg(feature = "catalogue")]
pub mod catalogue;
pub mod generate;
