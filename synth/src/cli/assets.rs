//! What has to be made and pushed before stacks can be deployed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cloud::{Connection, Push};
use crate::construct::{Binding, StoredAsset, Synthesized};
use crate::deploy::Assets;
use crate::error::Error;
use crate::package::{Artifact, Workshop};
use crate::terminal;

/// What was made for the stacks of an app, and is pushed when a stack needs it.
#[derive(Debug)]
pub(super) struct Made<'a> {
    connection: &'a Connection,
    root: &'a Path,
    items: Vec<Item>,
}

/// Something that was made.
#[derive(Debug)]
struct Item {
    artifact: Artifact,
    path: PathBuf,
    tag: String,
}

impl<'a> Made<'a> {
    /// Makes everything that these stacks need.
    pub(super) fn new<'s>(
        root: &'a Path,
        connection: &'a Connection,
        stacks: impl Iterator<Item = &'s Synthesized>,
    ) -> Result<Self, Error> {
        let mut workshop = Workshop::open(root, terminal::waiting_for_another)?;
        let mut items = Vec::new();
        for stack in stacks {
            for stored in &stack.assets {
                let artifact = workshop.package(&stack.stack_name, &stored.asset)?.artifact;
                let (path, tag) = (workshop.path(&artifact), workshop.tag(&artifact));
                items.push(Item { artifact, path, tag });
            }
        }
        Ok(Self { connection, root, items })
    }

    async fn value(&self, stack: &Synthesized, stored: &StoredAsset, place: &str) -> Result<Option<String>, Error> {
        let parameter = &*stored.asset.parameter;
        let is_it = |item: &&Item| item.artifact.stack == stack.stack_name && item.artifact.parameter == parameter;
        let Some(Item { artifact, path, tag }) = self.items.iter().find(is_it) else { return Ok(None) };
        let push = Push { artifact, path: path.clone(), place, tag: tag.clone() };
        let value = push.run(self.connection, &Arc::default()).await?.value;
        let artifact = Artifact { value: Some(value.clone()), ..artifact.clone() };
        Workshop::open(self.root, terminal::waiting_for_another)?.put(&artifact)?;
        Ok(Some(value))
    }
}

impl Assets for Made<'_> {
    async fn values(
        &self,
        stack: &Synthesized,
        exports: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, String)>, Error> {
        let mut values = Vec::new();
        for stored in &stack.assets {
            let place = match &stored.store {
                Binding::Literal(place) => place,
                // Its exporter stands, or the stack would come later.
                Binding::Export(name) => exports.get(name).unwrap_or(name),
            };
            let value = self.value(stack, stored, place).await?;
            values.extend(value.map(|value| (stored.asset.parameter.clone().into_owned(), value)));
        }
        Ok(values)
    }
}
