//! What has to be made and pushed before stacks can be deployed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cloud::{Connection, Push};
use crate::construct::{StoredAsset, Synthesized};
use crate::deploy::{Exports, Target};
use crate::error::Error;
use crate::package::{Artifact, Workshop};
use crate::terminal;

/// What was made for the stacks of an app, and is pushed when a stack needs it.
#[derive(Debug)]
pub(super) struct Made<'a> {
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
    pub(super) fn new<'s>(root: &'a Path, stacks: impl Iterator<Item = &'s Synthesized>) -> Result<Self, Error> {
        let mut workshop = Workshop::open(root, terminal::waiting_for_another)?;
        let mut items = Vec::new();
        for stack in stacks {
            for stored in &stack.assets {
                let artifact = workshop.package(&stack.stack_name, &stored.asset)?.artifact;
                let (path, tag) = (workshop.path(&artifact), workshop.tag(&artifact));
                items.push(Item { artifact, path, tag });
            }
        }
        Ok(Self { root, items })
    }

    /// Pushes what a stack needs, now that these exports are known. Gives the values of its parameters.
    pub(super) async fn values(
        &self,
        target: &Target<'_, Connection>,
        exports: &Exports,
    ) -> Result<Vec<(String, String)>, Error> {
        let mut values = Vec::new();
        for StoredAsset { asset, store } in &target.stack.assets {
            let is_it = |item: &&Item| {
                item.artifact.stack == target.stack.stack_name && item.artifact.parameter == asset.parameter
            };
            let Some(Item { artifact, path, tag }) = self.items.iter().find(is_it) else { continue };
            let place = exports.value(target.cloud.region(), store);
            let push = Push { artifact, path: path.clone(), place, tag: tag.clone() };
            let value = push.run(target.cloud, &Arc::default()).await?.value;
            let artifact = Artifact { value: Some(value.clone()), ..artifact.clone() };
            Workshop::open(self.root, terminal::waiting_for_another)?.put(&artifact)?;
            values.push((asset.parameter.clone().into_owned(), value));
        }
        Ok(values)
    }
}
