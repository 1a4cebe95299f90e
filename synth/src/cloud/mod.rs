//! AWS itself. The commands that talk to it are built on this; nothing below it does any I/O over the network.

mod bucket;
mod cloudformation;
mod connection;
mod data;
mod deployment;
mod details;
mod failure;
mod inspect;
pub mod key_ring;
mod push;
mod recovery;
mod registry;
mod removal;
mod removing;
mod request;
mod secrets;
pub mod signing_key;
mod status;
mod upload;
mod xml;

pub use connection::Connection;
pub use deployment::{
    Action, Change, ChangeSet, ChangeSetRequest, CreatedChangeSet, Deletion, DeployedStack, Deployments, OpenChangeSet,
    Progress, PropertyChange, Replacement, StackEvent, TemplateSource, TemplateStage, place,
};
pub use failure::{Failure, FailureKind};
pub use inspect::TaskCounts;
pub use push::{Push, Pushed};
pub use recovery::Recovery;
pub use removal::{Copy, Pipeline, Removal, Resource, RoleState};
pub use status::{Outcome, Situation, StackStatus};
use upload::Upload;

use crate::error::Error;

/// Runs what talks to AWS to its end.
///
/// # Errors
///
/// Its own, or the system has no resources for it.
pub fn run<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|source| Error::other(format!("cannot start: {source}")))?.block_on(work)
}
