//! `package --push`: what was made goes where CloudFormation finds it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::future::try_join_all;

use crate::cloud::{Connection, Deployments, Push, Pushed};
use crate::construct::{Binding, StoredAsset, Synthesized};
use crate::error::Error;
use crate::package::{Packaged, Workshop};
use crate::terminal::progress;

/// Where an asset goes, and the way there.
pub(super) struct Target {
    connection: Connection,
    /// The URI of a repository, or the name of a bucket.
    place: String,
}

/// Where assets go, in their order. Asked before anything is built, so that who may not push is told at once.
pub(super) async fn targets(
    stacks: &[Synthesized],
    assets: &[(&Synthesized, &StoredAsset)],
    profile: Option<&str>,
) -> Result<Vec<Target>, Error> {
    let connections = Connection::open_each(assets.iter().map(|(stack, _)| *stack), profile).await?;
    try_join_all(assets.iter().zip(connections).map(async |((_, asset), connection)| {
        let place = place(&connection, stacks, asset).await?;
        Ok(Target { connection, place })
    }))
    .await
}

async fn place(connection: &Connection, stacks: &[Synthesized], stored: &StoredAsset) -> Result<String, Error> {
    let export = match &stored.store {
        Binding::Literal(name) => return Ok(name.clone()),
        Binding::Export(name) => name,
    };
    let name = &stored.asset.name;
    let Some(stack) = stacks.iter().find(|stack| stack.exports.contains(export)) else {
        return Err(Error::other(format!("no stack of this app exports `{export}`, where `{name}` goes"))
            .help("export it, or write the place out"));
    };
    let deployed = connection.stack(&stack.stack_name).await;
    let what = format!("find the place of `{name}`");
    let deployed = deployed.map_err(|failure| failure.to_error(&what))?;
    let found = deployed.and_then(|mut stack| stack.exports.remove(export));
    found.ok_or_else(|| {
        let (stack, aws, region) = (&stack.name, &stack.stack_name, connection.region());
        Error::other(format!("stack `{stack}` ({aws}) is not deployed in {region}, and `{name}` goes where it says"))
            .help(format!(
                "deploy `{stack}` first; AWS_PROFILE chooses the account, and stacks/environments.yaml the region"
            ))
    })
}

/// Pushes everything at once, and notes where it is.
pub(super) async fn all(
    workshop: &mut Workshop,
    packaged: &mut [Packaged],
    targets: &[Target],
) -> Result<Vec<Pushed>, Error> {
    let sent = Arc::new(AtomicU64::new(0));
    let total = packaged.iter().map(|packaged| packaged.artifact.bytes).sum();
    let work = packaged.iter().zip(targets).map(async |(Packaged { artifact, .. }, Target { connection, place })| {
        let (path, tag) = (workshop.path(artifact), workshop.tag(artifact));
        Push { artifact, path, place, tag }.run(connection, &sent).await
    });
    let pushed = progress::bytes("pushing", total, &sent, try_join_all(work)).await?;
    for (packaged, pushed) in packaged.iter_mut().zip(&pushed) {
        packaged.artifact.value = Some(pushed.value.clone());
        workshop.put(&packaged.artifact)?;
    }
    Ok(pushed)
}
