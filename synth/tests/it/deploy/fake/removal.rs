//! What it answers to whoever deletes stacks, and what stands in their way.

use std::collections::{BTreeMap, BTreeSet};

use synth::cloud::{
    Copy, Deletion, Failure, FailureKind, Pipeline, Removal, Resource, RoleState, Situation, StackStatus,
};
use synth::template::{ResourceView, Template, read};

use super::{Fake, Stack, State, failure, found};

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
    /// With what had happened before.
    lost_roles: BTreeMap<String, usize>,
    /// With the reason.
    unusable_roles: BTreeMap<String, String>,
    /// How often a role that was made is not known yet.
    hesitations: usize,
    /// Logical ids that must not be deleted.
    guarded: BTreeSet<String>,
    /// What a stack has that its template does not say.
    stranded: Vec<(String, Resource)>,
    /// What somebody has deleted that a stack had left, by physical id.
    removed: BTreeSet<String>,
    /// Logical ids that cannot be deleted.
    pub(super) undeletable: BTreeSet<String>,
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

    /// Somebody has changed the role of a stack.
    pub(crate) fn give_role(&self, stack: &str, arn: &str) {
        self.state.borrow_mut().stacks.get_mut(stack).unwrap().role = Some(arn.to_owned());
    }

    pub(crate) fn lose_role(&self, arn: &str) {
        let mut state = self.state.borrow_mut();
        let before = state.number;
        state.holdings.lost_roles.insert(arn.to_owned(), before);
    }

    pub(crate) fn spoil_role(&self, arn: &str, why: &str) {
        self.state.borrow_mut().holdings.unusable_roles.insert(arn.to_owned(), why.to_owned());
    }

    pub(crate) fn guard(&self, id: &str) {
        self.state.borrow_mut().holdings.guarded.insert(id.to_owned());
    }

    /// What is a role is not known so often.
    pub(crate) fn hesitate(&self, times: usize) {
        self.state.borrow_mut().holdings.hesitations = times;
    }

    /// The template of a stack, also of one that is gone.
    pub(crate) fn template(&self, stack: &str) -> String {
        self.state.borrow().stacks[stack].template.clone()
    }

    pub(crate) fn keep_resource(&self, id: &str) {
        self.state.borrow_mut().holdings.undeletable.insert(id.to_owned());
    }

    /// A stack has something that its template does not say.
    pub(crate) fn strand(&self, stack: &str, id: &str, kind: &str, physical_id: &str) {
        let [id, kind, physical_id] = [id, kind, physical_id].map(str::to_owned);
        let resource = Resource { id, kind, physical_id, status: "CREATE_COMPLETE".to_owned(), reason: None };
        self.state.borrow_mut().holdings.stranded.push((stack.to_owned(), resource));
    }

    /// Somebody deletes what a stack has left.
    pub(crate) fn remove(&self, id: &str) {
        self.state.borrow_mut().holdings.removed.insert(id.to_owned());
    }

    pub(crate) fn let_go(&self) {
        self.state.borrow_mut().holdings.undeletable.clear();
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
        let last = |id: &str| entry.events.iter().rev().find(|event| event.resource == id);
        let is_gone = entry.status == StackStatus::DeleteComplete;
        let is_kept = |view: ResourceView<'_>| {
            view.attribute("DeletionPolicy").is_some_and(|policy| policy.as_str() == Some("Retain"))
        };
        let status = |id: &str, view: ResourceView<'_>| match last(id) {
            _ if is_gone => if is_kept(view) { "DELETE_SKIPPED" } else { "DELETE_COMPLETE" }.to_owned(),
            event => event.map_or("CREATE_COMPLETE", |event| &event.status).to_owned(),
        };
        let resource = |(id, view): (&str, ResourceView<'_>)| Resource {
            id: id.to_owned(),
            kind: view.kind().to_owned(),
            physical_id: role_name(view).unwrap_or_else(|| format!("{name}/{id}")),
            status: status(id, view),
            reason: last(id).and_then(|event| event.reason.clone()),
        };
        let stranded =
            self.holdings.stranded.iter().filter(|(own, _)| own == name).map(|(_, resource)| resource.clone());
        template.resources().map(resource).chain(stranded).collect()
    }

    /// A resource of a stack that is not deleted.
    pub(super) fn obstacle(&self, deletion: &Deletion<'_>) -> Option<String> {
        let stays = |resource: &Resource| {
            let may_stay = deletion.is_forced || deletion.retained.contains(&resource.id);
            !may_stay && (self.is_kept(resource) || self.is_others(deletion.stack, resource))
        };
        self.resources(deletion.stack).into_iter().find(stays).map(|resource| resource.id)
    }

    /// A role that a later stack has made again: what it was given there keeps it.
    fn is_others(&self, stack: &str, resource: &Resource) -> bool {
        let number = |stack: &Stack| stack.id.trim_start_matches("arn:").parse::<usize>().unwrap();
        let own = found(&self.stacks, stack).map_or(0, |(_, own)| number(own));
        let name = format!("RoleName: {}\n", resource.physical_id);
        let is_later = |other: &Stack| number(other) > own && other.status.situation() != Situation::Absent;
        resource.kind == "AWS::IAM::Role"
            && self.stacks.values().any(|other| is_later(other) && other.template.contains(&name))
    }

    fn is_kept(&self, resource: &Resource) -> bool {
        self.holdings.guarded.contains(&resource.id)
            || self.holdings.undeletable.contains(&resource.id)
            || self.holdings.contents.get(&resource.physical_id).is_some_and(|count| *count > 0)
    }

    /// Whether a role is gone, and was not made again.
    fn has_lost(&self, role: &str) -> bool {
        let Some(before) = self.holdings.lost_roles.get(role) else { return false };
        let name = format!("RoleName: {}\n", role.rsplit('/').next().unwrap());
        let is_later = |stack: &Stack| stack.id.trim_start_matches("arn:").parse::<usize>().unwrap() > *before;
        let is_made = |stack: &Stack| is_later(stack) && stack.template.contains(&name);
        let standing = [StackStatus::CreateComplete, StackStatus::UpdateComplete];
        !self.stacks.values().any(|stack| standing.contains(&stack.status) && is_made(stack))
    }
}

/// A role is known by its name.
fn role_name(view: ResourceView<'_>) -> Option<String> {
    let name = view.properties().find(|(name, _)| *name == "RoleName");
    Some(name?.1.as_str()?.to_owned())
}

impl Removal for Fake {
    async fn resources(&self, stack: &str) -> Result<Vec<Resource>, Failure> {
        self.enter("cloudformation:ListStackResources", stack)?;
        Ok(self.state.borrow().resources(stack))
    }

    async fn deleted_stacks(&self, names: &[&str]) -> Result<Vec<(String, String)>, Failure> {
        self.enter("cloudformation:ListStacks", "")?;
        let state = self.state.borrow();
        let deleted = state.stacks.iter().filter(|(_, stack)| stack.status == StackStatus::DeleteComplete);
        let meant = deleted.filter_map(|(name, stack)| Some((name.split('#').next()?.to_owned(), stack.id.clone())));
        Ok(meant.filter(|(name, _)| names.contains(&name.as_str())).collect())
    }

    async fn is_left(&self, resource: &Resource) -> Result<bool, Failure> {
        self.enter("cloudformation:GetResource", &resource.physical_id)?;
        Ok(!self.state.borrow().holdings.removed.contains(&resource.physical_id))
    }

    async fn importers(&self, export: &str) -> Result<Vec<String>, Failure> {
        self.enter("cloudformation:ListImports", export)?;
        let own = self.imports.iter().filter(|(_, imports)| imports.iter().any(|own| own == export));
        let other = self.state.borrow().holdings.importers.get(export).cloned();
        Ok(own.map(|(name, _)| name.clone()).chain(other).collect())
    }

    async fn role(&self, arn: &str) -> Result<RoleState, Failure> {
        self.enter("cloudformation:GetResource", arn)?;
        let state = self.state.borrow();
        if let Some(why) = state.holdings.unusable_roles.get(arn) {
            return Ok(RoleState::Unusable { why: why.clone() });
        }
        Ok(if state.has_lost(arn) { RoleState::Missing } else { RoleState::Usable })
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

    async fn amount(&self, resource: &Resource) -> Result<Option<String>, Failure> {
        self.enter("logs:DescribeLogGroups", &resource.physical_id)?;
        Ok((resource.kind == "AWS::Logs::LogGroup").then(|| "4711 bytes".to_owned()))
    }

    async fn copies(&self, _stack: &str, resource: &Resource) -> Result<Vec<Copy>, Failure> {
        self.enter("rds:DescribeDBSnapshots", &resource.physical_id)?;
        if resource.kind != "AWS::RDS::DBInstance" {
            return Ok(Vec::new());
        }
        // The last one is made when it is deleted.
        let stack = resource.physical_id.split('/').next().unwrap();
        let is_gone = self.status(stack) == Some(StackStatus::DeleteComplete);
        let names = ["by-hand", "last"].into_iter().take(if is_gone { 2 } else { 1 });
        Ok(names.map(|name| Copy::of_snapshot("eu-west-1", "db", name)).collect())
    }

    async fn is_guarded(&self, resource: &Resource) -> Result<bool, Failure> {
        self.enter("rds:DescribeDBInstances", &resource.physical_id)?;
        Ok(self.state.borrow().holdings.guarded.contains(&resource.id))
    }

    async fn unguard(&self, resource: &Resource) -> Result<(), Failure> {
        self.enter("rds:ModifyDBInstance", &resource.physical_id)?;
        self.state.borrow_mut().holdings.guarded.remove(&resource.id);
        Ok(())
    }

    async fn stages(&self, pipeline: &str) -> Result<Vec<String>, Failure> {
        self.enter("codepipeline:GetPipelineState", pipeline)?;
        Ok(vec!["Build".to_owned()])
    }

    async fn stop_pipeline(&self, pipeline: &Pipeline) -> Result<(), Failure> {
        self.enter("codepipeline:DisableStageTransition", &pipeline.name)
    }
}

/// Why a stack is not deleted at all.
pub(super) fn refusal(fake: &Fake, deletion: &Deletion<'_>) -> Result<(), Failure> {
    let mut state = fake.state.borrow_mut();
    let is_hesitating = state.holdings.hesitations > 0;
    let Some((name, entry)) = found(&state.stacks, deletion.stack) else { return Ok(()) };
    let refuse = |message: String| Err(failure("cloudformation:DeleteStack", FailureKind::Refused, &message));
    if entry.protected {
        return refuse(format!("Stack [{name}] cannot be deleted while TerminationProtection is enabled"));
    }
    let is_last_resort = deletion.is_forced || !deletion.retained.is_empty();
    if is_last_resort && entry.status != StackStatus::DeleteFailed {
        return refuse(format!("stack {name} is not in the DELETE_FAILED state"));
    }
    let role = deletion.role.or(entry.role.as_deref());
    if let Some(role) = role.filter(|role| is_hesitating || state.has_lost(role)).map(str::to_owned) {
        state.holdings.hesitations = state.holdings.hesitations.saturating_sub(1);
        return refuse(format!("Role {role} is invalid or cannot be assumed"));
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
