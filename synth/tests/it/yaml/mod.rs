//! Templates written and read back, by this crate and by other readers.

mod model;
mod places;
mod quoting;
mod readers;
mod reading;
mod round_trip;
mod style;
