//! Programs that must not compile, and what the compiler says about them.
//!
//! Each file in `tests/ui` makes one mistake. The message beside it, in the `.stderr` file, is what the author of a
//! stack sees. `TRYBUILD=overwrite cargo test -p synth-misuse` writes the messages anew, after a change of the catalogue, the
//! library or the compiler, or of the services in Cargo.toml; read them before they are committed.
//!
//! The programs are checked offline against the workspace's lock file, with a few services and without the AWS SDK.
