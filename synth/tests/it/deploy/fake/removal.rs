//! What it answers to whoever deletes stacks, and what stands in their way.

use std::collections::{BTreeMap, BTreeSet};

use synth::cloud::{Failure, FailureKind, Removal, Resource};
use synth::template::{Template, read};

use super::{Fake, State, failure, found};

/// How much is deleted at once.
const PORTION: u64 = 10;

#[derive(Debug, Default)]
pub(super) struct Holdings {
    /// By physical id.
    contents: BTreeMap<String, u64>,
    /// How often something is put back when all of it is gone.
    refills: BTreeMap<String, usize>,
    /// How often something is held when it is asked for.
    held: BTreeMap<String, usize>,
    importers: BTreeMap<String, String>,
    lost_roles: BTreeSet<String>,
    /// Logical ids that cannot be deleted.
    pub(super) undeletable: BTreeSet<String>,
    /// The roles that stacks were deleted with, where they were not their own.
    pub(super) used_roles: BTreeSet<String>,
}

impl Fake {
    pub(crate) fn fill(&self, id: &str, count: u64) {
        self.state.borrow_mut().holdings.contents.insert(id.to_owned(), count);
    }

    pub(crate) fn refill(&self, id: &str, times: usize) {
        self.state.borrow_mut().holdings.refills.insert(id.to_owned(), times);
    }

    pub(crate) fn hold(&self, id: &str, times: usize) {
        self.state.borrow_mut().holdings.held.insert(id.to_owned(), times);
    }

    pub(crate) fn import(&self, export: &str, stack: &str) {
        self.state.borrow_mut().holdings.importers.insert(export.to_owned(), stack.to_owned());
    }

    pub(crate) fn lose_role(&self, arn: &str) {
        self.state.borrow_mut().holdings.lost_roles.insert(arn.to_owned());
    }

    pub(crate) fn keep_resource(&self, id: &str) {
        self.state.borrow_mut().holdings.undeletable.insert(id.to_owned());
    }

    pub(crate) fn let_go(&self) {
        self.state.borrow_mut().holdings.undeletable.clear();
    }

    pub(crate) fn used_roles(&self) -> Vec<String> {
        self.state.borrow().holdings.used_roles.iter().cloned().collect()
    }
}

impl State {
    pub(super) fn resources(&self, stack: &str) -> Vec<Resource> {
        let Some((name, entry)) = found(&self.stacks, stack) else { return Vec::new() };
        if entry.template.is_empty() {
            return Vec::new();
        }
        let document = read::document(&entry.template, name).unwrap();
        let template = Template::from_node(document.into_node()).unwrap();
        let resource = |(id, view): (&str, synth::template::ResourceView<'_>)| Resource {
            id: id.to_owned(),
            kind: view.kind().to_owned(),
            physical_id: format!("{name}/{id}"),
        };
        template.resources().map(resource).collect()
    }

    /// A resource of a stack that is not deleted.
    pub(super) fn obstacle(&self, stack: &str) -> Option<String> {
        let stays = |resource: &Resource| {
            self.holdings.undeletable.contains(&resource.id)
                || self.holdings.contents.get(&resource.physical_id).is_some_and(|count| *count > 0)
        };
        self.resources(stack).into_iter().find(stays).map(|resource| resource.id)
    }
}

impl Removal for Fake {
    async fn inventory(&self, stack: &str) -> Result<Vec<Resource>, Failure> {
        self.enter("cloudformation:ListStackResources", stack)?;
        Ok(self.state.borrow().resources(stack))
    }

    async fn importers(&self, export: &str) -> Result<Vec<String>, Failure> {
        self.enter("cloudformation:ListImports", export)?;
        let own = self.imports.iter().filter(|(_, imports)| imports.iter().any(|own| own == export));
        let other = self.state.borrow().holdings.importers.get(export).cloned();
        Ok(own.map(|(name, _)| name.clone()).chain(other).collect())
    }

    async fn has_role(&self, arn: &str) -> Result<bool, Failure> {
        self.enter("cloudformation:GetResource", arn)?;
        Ok(!self.state.borrow().holdings.lost_roles.contains(arn))
    }

    async fn content(&self, resource: &Resource) -> Result<u64, Failure> {
        self.enter("s3:ListBucketVersions", &resource.physical_id)?;
        Ok(self.state.borrow().holdings.contents.get(&resource.physical_id).copied().unwrap_or(0))
    }

    async fn empty(&self, resource: &Resource) -> Result<u64, Failure> {
        self.enter("s3:DeleteObjectVersion", &resource.physical_id)?;
        let mut state = self.state.borrow_mut();
        let Holdings { contents, refills, .. } = &mut state.holdings;
        let count = contents.entry(resource.physical_id.clone()).or_default();
        let gone = (*count).min(PORTION);
        *count -= gone;
        if let Some(times) = refills.get_mut(&resource.physical_id).filter(|times| gone == 0 && **times > 0) {
            *times -= 1;
            *count = 1;
        }
        Ok(gone)
    }

    async fn holders(&self, resource: &Resource) -> Result<Vec<String>, Failure> {
        self.enter("ec2:DescribeNetworkInterfaces", &resource.physical_id)?;
        let mut state = self.state.borrow_mut();
        let times = state.holdings.held.entry(resource.physical_id.clone()).or_default();
        if *times == 0 {
            return Ok(Vec::new());
        }
        *times -= 1;
        Ok(vec!["network interface eni-1".to_owned()])
    }

    async fn stop_pipeline(&self, name: &str) -> Result<(), Failure> {
        self.enter("codepipeline:DisableStageTransition", name)
    }
}

/// Why a stack is not deleted at all.
pub(super) fn refusal(fake: &Fake, stack: &str) -> Result<(), Failure> {
    let state = fake.state.borrow();
    let Some((name, entry)) = found(&state.stacks, stack) else { return Ok(()) };
    let refuse = |message: String| Err(failure("cloudformation:DeleteStack", FailureKind::Refused, &message));
    if entry.protected {
        return refuse(format!("Stack [{name}] cannot be deleted while TerminationProtection is enabled"));
    }
    let exports = fake.exports.get(name).into_iter().flatten();
    for export in exports {
        let importers = fake.imports.iter().filter(|(_, imports)| imports.contains(export));
        let standing = importers.filter(|(importer, _)| found(&state.stacks, importer).is_some());
        if let Some((importer, _)) = standing.into_iter().next() {
            return refuse(format!("Export {export} cannot be deleted as it is in use by {importer}"));
        }
    }
    Ok(())
}
