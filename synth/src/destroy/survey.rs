//! What is there, what would be lost, and what stands in the way. Nothing is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde::Serialize;

use super::leftovers::{Gone, Leftovers, Owned};
use super::resources::PIPELINE;
use super::roles::{Roles, is_made, path_and_name};
use super::{Engine, Target};
use crate::cloud::{Copy, DeployedStack, FailureKind, Pipeline, Removal, Resource, RoleState, place};
use crate::deploy::Event;
use crate::error::Error;

/// All stacks that would be deleted, the first ones first.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// A survey of each stack that is there.
    pub stacks: Vec<Surveyed>,
    /// The roles without which they could not be deleted.
    pub roles: Roles,
    /// Pipelines of stacks that stay: they may make again what goes.
    pub beside: Vec<String>,
    /// What stays of stacks that were deleted before.
    pub gone: Vec<Gone>,
    /// What stays that no stack has.
    pub others: Vec<Copy>,
}

/// A stack that would be deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Surveyed {
    /// What the command line calls it.
    pub stack: String,
    /// Its ARN.
    pub arn: String,
    /// Its state, in AWS's words.
    pub status: &'static str,
    /// Whether it is protected from deletion, which ends first.
    pub protected: bool,
    /// How many resources go with it.
    pub resources: usize,
    /// How long that may take. In JSON in seconds.
    #[serde(rename = "estimateSeconds", serialize_with = "crate::deploy::seconds")]
    pub estimate: Duration,
    /// The role that deletes it in the place of its own.
    pub named_role: Option<String>,
    /// What is emptied first.
    pub contents: Vec<Content>,
    /// What else holds data, which is lost.
    pub lost: Vec<Lost>,
    /// What must not be deleted, because somebody said so: that ends first.
    pub guarded: Vec<Resource>,
    /// What stays of it.
    #[serde(flatten)]
    pub left: Leftovers,
    /// What it has that is there.
    #[serde(skip)]
    pub(super) owned: Vec<Owned>,
    /// What may still be held by something that goes by itself.
    #[serde(skip)]
    pub(super) held: Vec<Resource>,
    /// The pipelines, which are stopped first.
    pub pipelines: Vec<Pipeline>,
    /// When it was changed last, in seconds since 1970.
    #[serde(skip)]
    pub(super) updated: Option<f64>,
    /// Its role.
    #[serde(skip)]
    pub(super) role: Option<String>,
    /// Its role, if that is gone.
    #[serde(skip)]
    pub(super) lost_role: Option<String>,
    /// The types of its resources.
    #[serde(skip)]
    pub(super) kinds: BTreeSet<String>,
    /// The names of the roles that it has.
    #[serde(skip)]
    pub(super) own_roles: Vec<String>,
    /// What stays because a person said so, by logical id.
    #[serde(skip)]
    pub(super) retained: Vec<String>,
    /// The positions of the stacks that import from it as it stands.
    #[serde(skip)]
    pub(super) needed_by: Vec<usize>,
    #[serde(skip)]
    pub(super) position: usize,
}

/// Something that is emptied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// A bucket or a repository.
    #[serde(flatten)]
    pub resource: Resource,
    /// How many versions of objects, or images, are in it.
    pub count: u64,
}

/// Something that holds data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// A log group, a table, ...
    #[serde(flatten)]
    pub resource: Resource,
    /// How much is in it, in words, where somebody counts.
    pub amount: Option<String>,
}

impl<D: Removal> Engine<'_, D> {
    /// Looks at everything. What somebody else is changing is waited for.
    ///
    /// # Errors
    ///
    /// The order would strand a stack: another one needs what would go. Or AWS does not answer.
    pub async fn survey(&self) -> Result<Survey, Error> {
        let found = try_join_all(self.targets.iter().map(|target| self.settled(target))).await?;
        self.check_order(&found)?;
        let made = self.made_roles().await?;
        let there = self.looked(&found, made.as_ref()).await?;
        let problems: Vec<_> = there.iter().flat_map(|(.., looked)| looked.problems.clone()).collect();
        if !problems.is_empty() {
            return Err(Error::other(format!("nothing was deleted:\n  {}", problems.join("\n  "))));
        }
        let stacks = there.into_iter().rev();
        let stacks = stacks.map(|(position, found, looked)| self.surveyed(position, found, looked));
        let mut stacks = try_join_all(stacks).await?;
        hold_roles(&mut stacks);
        let roles = self.roles(&found, &stacks, made.as_ref()).await?;
        let beside = self.beside(&found).await?;
        let gone = self.gone(&stacks.iter().flat_map(|own| &own.owned).chain(&beside).collect()).await;
        let beside = beside.iter().filter(|own| own.kind == PIPELINE).map(|own| own.physical_id.clone()).collect();
        Ok(Survey { stacks, roles, beside, gone, others: Vec::new() })
    }

    /// Why stacks that are wanted cannot be deleted, by their positions.
    pub(crate) async fn problems(&self) -> Result<BTreeMap<usize, String>, Error> {
        let found = try_join_all(self.targets.iter().map(|target| self.settled(target))).await?;
        let made = self.made_roles().await?;
        let there = self.looked(&found, made.as_ref()).await?.into_iter();
        let there = there.filter(|(.., looked)| !looked.problems.is_empty());
        Ok(there.map(|(position, _, looked)| (position, looked.problems.join("\n"))).collect())
    }

    /// Each stack that is wanted and there, by its position, with what was found.
    async fn looked<'f>(
        &self,
        found: &'f [Option<DeployedStack>],
        made: Option<&BTreeSet<String>>,
    ) -> Result<Vec<(usize, &'f DeployedStack, Looked)>, Error> {
        let there = self.targets.iter().enumerate().zip(found).filter(|((_, target), _)| target.wanted);
        let there = there.filter_map(|((position, target), found)| Some((position, target, found.as_ref()?)));
        let looked = there
            .map(async |(position, target, found)| Ok((position, found, self.looked_at(target, found, made).await?)));
        join_all(looked).await.into_iter().collect()
    }

    /// That everything is as it was surveyed.
    ///
    /// # Errors
    ///
    /// Somebody made, changed or deleted a stack since.
    pub(super) async fn check_still(&self, survey: &Survey) -> Result<(), Error> {
        let found = try_join_all(self.targets.iter().map(|target| self.settled(target))).await?;
        for (position, (target, found)) in self.targets.iter().zip(&found).enumerate() {
            let before = survey.stacks.iter().find(|surveyed| surveyed.position == position);
            let before = before.map(|surveyed| (&surveyed.arn, surveyed.status, surveyed.updated));
            let is_other = before != found.as_ref().map(|found| (&found.id, found.status.name(), found.updated));
            if target.wanted && is_other {
                return Err(Error::other(format!(
                    "stack `{}` was made, changed or deleted since it was looked at",
                    target.stack.name
                ))
                .help("nothing was deleted: run the command again"));
            }
        }
        Ok(())
    }

    /// A stack, once nobody is changing it.
    pub(crate) async fn settled(&self, target: &Target<'_, D>) -> Result<Option<DeployedStack>, Error> {
        self.follower().settled(&target.place(), &target.stack.stack_name).await
    }

    /// That no stack of the app that stays needs one that goes.
    fn check_order(&self, found: &[Option<DeployedStack>]) -> Result<(), Error> {
        for (position, target) in self.targets.iter().enumerate().filter(|(_, target)| target.wanted) {
            let staying = |dependent: &usize| found[*dependent].is_some() && !self.targets[*dependent].wanted;
            if let Some(dependent) = self.dependents(position).find(staying) {
                let (stack, other) = (&target.stack.name, &self.targets[dependent].stack.name);
                return Err(Error::usage(format!("stack `{other}` needs `{stack}`, and would be stranded without it"))
                    .help(format!("delete `{other}` too, or everything: name no stack")));
            }
        }
        Ok(())
    }

    /// Why AWS would not delete a stack, and which others import from it.
    async fn looked_at(
        &self,
        target: &Target<'_, D>,
        found: &DeployedStack,
        made: Option<&BTreeSet<String>>,
    ) -> Result<Looked, Error> {
        let name = &target.stack.name;
        let mut looked = Looked::default();
        self.look_at_role(target, found, made, &mut looked).await?;
        for export in found.exports.keys() {
            let importers = self.patience.call(|| target.cloud.importers(export)).await;
            let importers = importers.map_err(|failure| failure.to_error(&format!("see who imports `{export}`")))?;
            for importer in importers {
                let own = self.targets.iter().position(|own| own.stack.stack_name == importer);
                match own.filter(|own| self.targets[*own].wanted) {
                    // Whatever the code says by now.
                    Some(own) => looked.needed_by.push(own),
                    None => looked.problems.push(format!(
                        "stack {importer}, which is not to be deleted, imports `{export}` from stack `{name}`: delete it first"
                    )),
                }
            }
        }
        Ok(looked)
    }

    /// Whether the role is there that deletes a stack, or can be made again.
    async fn look_at_role(
        &self,
        target: &Target<'_, D>,
        found: &DeployedStack,
        made: Option<&BTreeSet<String>>,
        looked: &mut Looked,
    ) -> Result<(), Error> {
        let Some(role) = found.role.as_ref().filter(|_| self.role.is_none()) else { return Ok(()) };
        let why = match self.role_state(target, role, made).await? {
            RoleState::Usable => return Ok(()),
            RoleState::Missing if path_and_name(role).is_some() => {
                looked.lost_role = Some(role.clone());
                return Ok(());
            }
            RoleState::Missing => "which is gone".to_owned(),
            RoleState::Unusable { why } => format!("but {why}"),
        };
        let name = &target.stack.name;
        looked.problems.push(format!(
            "stack `{name}` is deleted with the role {role}, {why}: name another one that trusts CloudFormation and has \
             its rights with `--role ARN`"
        ));
        Ok(())
    }

    /// Who may not ask is not stopped by that. A role that was made again is as good as gone: it may only delete what it was
    /// made for.
    pub(crate) async fn role_state(
        &self,
        target: &Target<'_, D>,
        role: &str,
        made: Option<&BTreeSet<String>>,
    ) -> Result<RoleState, Error> {
        if is_made(made, role) {
            return Ok(RoleState::Missing);
        }
        match self.patience.call(|| target.cloud.role(role)).await {
            Err(failure) if failure.kind == FailureKind::Denied => {
                let message =
                    format!("whether its role is there is not known: {} ({})", failure.message, failure.action);
                self.observer.event(&Event::Warning { stack: &target.stack.name, message: &message });
                Ok(RoleState::Usable)
            }
            answer => {
                answer.map_err(|failure| failure.to_error(&format!("see the role of stack `{}`", target.stack.name)))
            }
        }
    }
}

/// A stack that has the role of another goes after that.
fn hold_roles(stacks: &mut [Surveyed]) {
    let roles: Vec<_> = stacks
        .iter()
        .filter_map(|own| Some((own.position, own.named_role.clone().or_else(|| own.role.clone())?)))
        .collect();
    for owner in stacks {
        let is_own =
            |role: &str| path_and_name(role).is_some_and(|(_, name)| owner.own_roles.iter().any(|own| own == name));
        let users = roles.iter().filter(|(position, role)| *position != owner.position && is_own(role));
        let users: Vec<usize> = users.map(|(position, _)| *position).collect();
        owner.needed_by.extend(users);
    }
}

/// What was found of a stack before anything is counted.
#[derive(Debug, Default)]
pub(super) struct Looked {
    problems: Vec<String>,
    pub(super) lost_role: Option<String>,
    pub(super) needed_by: Vec<usize>,
}

impl Survey {
    /// The account and the region of each stack.
    pub fn places(&self) -> BTreeSet<(&str, &str)> {
        self.stacks.iter().filter_map(|surveyed| place(&surveyed.arn)).collect()
    }

    /// Whether there is nothing to delete.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty() && self.roles.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever else they import from each other.
    #[test]
    fn a_stack_is_needed_by_those_that_are_deleted_with_its_role() {
        let owner = Surveyed { position: 0, own_roles: vec!["deployment".to_owned()], ..Surveyed::default() };
        let with = |position, role: &str| Surveyed { position, role: Some(role.to_owned()), ..Surveyed::default() };
        let mut stacks =
            [with(2, "arn:aws:iam::1:role/app/deployment"), with(1, "arn:aws:iam::1:role/app/other"), owner];
        hold_roles(&mut stacks);
        assert_eq!(stacks.map(|own| own.needed_by), [vec![], vec![], vec![2]]);
    }
}
