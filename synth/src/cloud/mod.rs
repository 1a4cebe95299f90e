//! AWS itself. The commands that talk to it are built on this; nothing below it does any I/O.

mod connection;

pub use connection::Connection;
