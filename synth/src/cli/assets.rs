//! What has to be made and pushed before stacks can be deployed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::cloud::{Connection, Push};
use crate::construct::{Binding, Synthesized};
use crate::deploy::Assets;
use crate::error::Error;
use crate::package::{Packaged, Workshop};
use crate::terminal;

/// What was made for the stacks of an app, and is pushed when a stack needs it.
#[derive(Debug)]
pub(super) struct Made<'a> {
    connection: &'a Connection,
    workshop: RefCell<Workshop>,
    /// With the names in AWS of the stacks that they are for.
    packaged: Vec<(String, Packaged)>,
}

impl<'a> Made<'a> {
    /// Makes everything that these stacks need.
    pub(super) fn new<'s>(
        root: &Path,
        connection: &'a Connection,
        stacks: impl Iterator<Item = &'s Synthesized>,
    ) -> Result<Self, Error> {
        let mut workshop = Workshop::open(root, terminal::waiting_for_another)?;
        let mut packaged = Vec::new();
        for stack in stacks {
            for stored in &stack.assets {
                packaged.push((stack.stack_name.clone(), workshop.package(&stack.stack_name, &stored.asset)?));
            }
        }
        Ok(Self { connection, workshop: RefCell::new(workshop), packaged })
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
            let parameter = &*stored.asset.parameter;
            let is_for =
                |(name, made): &&(String, Packaged)| *name == stack.stack_name && made.artifact.parameter == parameter;
            let Some((_, made)) = self.packaged.iter().find(is_for) else { continue };
            let place = match &stored.store {
                Binding::Literal(place) => place,
                // Its exporter stands, or the stack would come later.
                Binding::Export(name) => exports.get(name).unwrap_or(name),
            };
            let mut artifact = made.artifact.clone();
            let (path, tag) = {
                let workshop = self.workshop.borrow();
                (workshop.path(&artifact), workshop.tag(&artifact))
            };
            let pushed = Push { artifact: &artifact, path, place, tag }.run(self.connection, &Arc::default()).await?;
            values.push((parameter.to_owned(), pushed.value.clone()));
            artifact.value = Some(pushed.value);
            self.workshop.borrow_mut().put(&artifact)?;
        }
        Ok(values)
    }
}
