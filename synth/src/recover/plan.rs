//! What would be done with each stack, and why. Nothing is touched.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use serde::Serialize;

use super::Engine;
use crate::cloud::{
    DeployedStack, Failure, OpenChangeSet, Recovery, Resource, RoleState, Situation, StackStatus, place,
};
use crate::deploy::OPERATION_PREFIX;
use crate::deploy::follow::follows;
use crate::destroy::{self, Survey, Target};
use crate::error::Error;

/// What would be done.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// The stacks with which something is wrong, in the order of deployment.
    pub stacks: Vec<Planned>,
    /// What the deletion of some of them would take with it.
    pub survey: Option<Survey>,
}

/// What would be done with a stack.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// What the command line calls it.
    pub stack: String,
    /// Its ARN.
    pub arn: String,
    /// Its state, in AWS's words.
    pub status: &'static str,
    /// Why it is in that state.
    pub reason: Option<String>,
    /// The resources that failed.
    pub failed: Vec<Resource>,
    /// What is done about it.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// The role that does it in the place of its own.
    pub named_role: Option<String>,
    #[serde(skip)]
    pub(super) updated: Option<f64>,
    #[serde(skip)]
    pub(super) position: usize,
}

/// What can be done with a stack.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "remedy", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Remedy {
    /// Its update is taken back once more.
    Continue {
        /// What is not taken back, by logical id.
        skipped: Vec<String>,
    },
    /// Its update is taken back.
    RollBack,
    /// It is deleted.
    Delete {
        /// Whether it goes even where its resources stay.
        is_forced: bool,
    },
    /// Change sets that runs of this tool have left are deleted.
    Discard {
        /// They.
        change_sets: Vec<OpenChangeSet>,
        /// Whether the stack goes with them, which is nothing but their place.
        with_stack: bool,
    },
    /// There is none here.
    None {
        /// Why, and what can be done elsewhere.
        why: String,
    },
}

impl Remedy {
    /// Whether an update of the stack is taken back.
    pub fn takes_back(&self) -> bool {
        matches!(self, Self::Continue { .. } | Self::RollBack)
    }
}

impl Plan {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }

    /// The account and the region of each stack.
    pub fn places(&self) -> BTreeSet<(&str, &str)> {
        self.stacks.iter().filter_map(|planned| place(&planned.arn)).collect()
    }

    /// Whether something can be done.
    pub fn is_possible(&self) -> bool {
        self.stacks.iter().any(|planned| !matches!(planned.remedy, Remedy::None { .. }))
    }
}

impl<'a, D: Recovery> Engine<'a, D> {
    /// Looks at every stack that is wanted. What somebody else is changing is waited for.
    ///
    /// # Errors
    ///
    /// A resource or a stack is named with which that cannot be done. Or AWS does not answer.
    pub async fn plan(&self) -> Result<Plan, Error> {
        let targets = self.removal.targets;
        let found = try_join_all(targets.iter().map(|target| self.removal.settled(target))).await?;
        let looked = targets.iter().zip(&found).enumerate().filter(|(_, (target, _))| target.wanted);
        let looked = looked.filter_map(|(position, (_, stack))| Some((position, stack.as_ref()?)));
        let made = self.removal.made_roles().await?;
        let planned = looked.map(|(position, stack)| self.planned(position, stack, &found, made.as_ref()));
        let planned = try_join_all(planned).await?;
        let mut stacks: Vec<Planned> = planned.into_iter().flatten().collect();
        self.check_names(&stacks)?;
        while let Some(targets) = self.deleting(&stacks) {
            let removal = self.removal_of(&targets);
            let problems = removal.problems().await?;
            if problems.is_empty() {
                let survey = Some(removal.survey().await?);
                return Ok(Plan { stacks, survey });
            }
            // Others may not be deletable without these.
            for planned in &mut stacks {
                if let Some(why) = problems.get(&planned.position) {
                    planned.remedy = Remedy::None { why: why.clone() };
                }
            }
        }
        Ok(Plan { stacks, survey: None })
    }

    /// What is wrong with a stack, if anything is.
    async fn planned(
        &self,
        position: usize,
        stack: &DeployedStack,
        found: &[Option<DeployedStack>],
        made: Option<&BTreeSet<String>>,
    ) -> Result<Option<Planned>, Error> {
        let target = &self.removal.targets[position];
        let Some(remedy) = self.remedy(position, stack, found).await? else { return Ok(None) };
        let without_role = if remedy.takes_back() { self.without_role(target, stack, made).await? } else { None };
        let remedy = without_role.unwrap_or(remedy);
        let failed = match remedy {
            Remedy::Discard { .. } => Vec::new(),
            _ => self.failed(target, stack).await?,
        };
        Ok(Some(Planned {
            stack: target.stack.name.clone(),
            arn: stack.id.clone(),
            status: stack.status.name(),
            reason: stack.reason.clone(),
            failed,
            remedy,
            named_role: self.removal.role_for(stack.role.as_ref()),
            updated: stack.updated,
            position,
        }))
    }

    /// What can be done with a stack in its state; nothing where nothing has to be.
    async fn remedy(
        &self,
        position: usize,
        stack: &DeployedStack,
        found: &[Option<DeployedStack>],
    ) -> Result<Option<Remedy>, Error> {
        let target = &self.removal.targets[position];
        Ok(Some(match stack.status {
            StackStatus::UpdateRollbackFailed => Remedy::Continue { skipped: self.skipped(&target.stack.name) },
            StackStatus::UpdateFailed if self.has_stood(target, stack).await? => Remedy::RollBack,
            StackStatus::UpdateFailed
            | StackStatus::CreateFailed
            | StackStatus::RollbackFailed
            | StackStatus::DeleteFailed => self.deletion(position, found),
            StackStatus::ImportRollbackFailed => Remedy::None {
                why: "CloudFormation has no way back from there; AWS support has, or `destroy`".to_owned(),
            },
            _ => return self.left_over(target, stack).await,
        }))
    }

    /// A stack whose making or deletion failed can only be deleted, and only if no other needs it.
    fn deletion(&self, position: usize, found: &[Option<DeployedStack>]) -> Remedy {
        let name = |position: usize| &*self.removal.targets[position].stack.name;
        let needing = self.needing(position, found);
        if needing.is_empty() {
            return Remedy::Delete { is_forced: self.removal.last_resort.forces(name(position)) };
        }
        let names = needing.iter().rev().map(|position| name(*position)).collect::<Vec<_>>();
        let why = format!(
            "what needs it is there: `destroy {} {}` deletes all of it, in that order",
            names.join(" "),
            name(position)
        );
        Remedy::None { why }
    }

    /// The stacks that are there and need this one, or one that does, by their positions.
    fn needing(&self, position: usize, found: &[Option<DeployedStack>]) -> BTreeSet<usize> {
        let (mut needing, mut open) = (BTreeSet::new(), vec![position]);
        while let Some(position) = open.pop() {
            let new = self.removal.dependents(position).filter(|dependent| found[*dependent].is_some());
            open.extend(new.filter(|dependent| needing.insert(*dependent)));
        }
        needing
    }

    /// Change sets that were not executed, where this tool made them. Those of others are theirs.
    async fn left_over(&self, target: &Target<'_, D>, stack: &DeployedStack) -> Result<Option<Remedy>, Error> {
        let all = self.removal.patience.call(|| target.cloud.change_sets(&stack.id)).await;
        let all = all.map_err(|failure| unseen(target, &failure))?;
        let (own, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|own| own.name.starts_with(OPERATION_PREFIX) && !own.is_computing);
        let with_stack = stack.status.situation() == Situation::Reviewed && others.is_empty();
        let is_left = with_stack || !own.is_empty();
        Ok(is_left.then_some(Remedy::Discard { change_sets: own, with_stack }))
    }

    /// What failed, and did not only follow from another failure.
    async fn failed(&self, target: &Target<'_, D>, stack: &DeployedStack) -> Result<Vec<Resource>, Error> {
        let all = self.removal.patience.call(|| target.cloud.resources(&stack.id)).await;
        let all = all.map_err(|failure| unseen(target, &failure))?.into_iter();
        let failed = all.filter(|resource| resource.status.ends_with("_FAILED"));
        Ok(failed.filter(|resource| !follows(resource.reason.as_deref())).collect())
    }

    /// Whether a stack has ever been as it should be. One that has not would be deleted by being taken back.
    async fn has_stood(&self, target: &Target<'_, D>, stack: &DeployedStack) -> Result<bool, Error> {
        let events = self.removal.patience.call(|| target.cloud.events(&stack.id, None)).await;
        let events = events.map_err(|failure| unseen(target, &failure))?;
        let own = events.iter().filter(|event| event.is_stack).filter_map(|event| event.status.parse().ok());
        let own: Vec<StackStatus> = own.collect();
        // After some months they are forgotten.
        let is_whole = matches!(own.first(), Some(StackStatus::CreateInProgress | StackStatus::ReviewInProgress));
        Ok(!is_whole || own.iter().any(|status| status.situation() == Situation::Standing))
    }

    /// Taking back takes rights that only the role has which the stack was given.
    /// One that was made again may only delete.
    async fn without_role(
        &self,
        target: &Target<'_, D>,
        stack: &DeployedStack,
        made: Option<&BTreeSet<String>>,
    ) -> Result<Option<Remedy>, Error> {
        let Some(role) = stack.role.as_ref().filter(|_| self.removal.role.is_none()) else { return Ok(None) };
        let why = match self.removal.role_state(target, role, made).await? {
            RoleState::Usable => return Ok(None),
            RoleState::Missing => format!("its role {role} is gone"),
            RoleState::Unusable { why } => format!("its role is {role}, but {why}"),
        };
        let why = format!(
            "{why}: name another one that trusts CloudFormation and has its rights with `recover {} --role ARN`, which \
             it keeps",
            target.stack.name
        );
        Ok(Some(Remedy::None { why }))
    }

    fn skipped(&self, stack: &str) -> Vec<String> {
        self.skipped.iter().filter(|(own, _)| own == stack).map(|(_, id)| id.clone()).collect()
    }

    /// That what is named is there, and in a state in which that can be done with it.
    fn check_names(&self, stacks: &[Planned]) -> Result<(), Error> {
        let check = |option: &str, name: &str, status: StackStatus| {
            let found = stacks.iter().find(|planned| planned.stack == name);
            if found.is_some_and(|planned| planned.status == status.name()) {
                return Ok(());
            }
            let is = found.map_or("was not looked at, or is not stuck".to_owned(), |own| format!("is {}", own.status));
            Err(Error::usage(format!("`{option}` is for stacks that are {}: stack `{name}` {is}", status.name())))
        };
        for (name, id) in &self.skipped {
            check("--skip", name, StackStatus::UpdateRollbackFailed)?;
            // What is nested has the name of its stack before it, and is in no list here.
            if !id.contains('.') {
                check_resource("--skip", stacks, name, id)?;
            }
        }
        for (name, id) in &self.removal.last_resort.retained {
            check("--retain", name, StackStatus::DeleteFailed)?;
            check_resource("--retain", stacks, name, id)?;
        }
        self.removal.last_resort.forced.iter().try_for_each(|name| check("--force", name, StackStatus::DeleteFailed))
    }

    /// All targets, of which those are wanted that are to be deleted; nothing where none is.
    pub(super) fn deleting(&self, stacks: &[Planned]) -> Option<Vec<Target<'a, D>>> {
        let deleted: Vec<usize> = stacks
            .iter()
            .filter(|planned| matches!(planned.remedy, Remedy::Delete { .. }))
            .map(|planned| planned.position)
            .collect();
        let all = self.removal.targets.iter().enumerate();
        let targets = all.map(|(position, target)| Target { wanted: deleted.contains(&position), ..*target });
        (!deleted.is_empty()).then(|| targets.collect())
    }

    pub(super) fn removal_of<'t>(&self, targets: &'t [Target<'t, D>]) -> destroy::Engine<'t, D>
    where
        'a: 't,
    {
        let destroy::Engine {
            patience, longest_wait, concurrency, token, role, role_stack, last_resort, observer, ..
        } = &self.removal;
        destroy::Engine {
            targets,
            patience: *patience,
            longest_wait: *longest_wait,
            concurrency: *concurrency,
            token: token.clone(),
            role: role.clone(),
            role_stack: role_stack.clone(),
            last_resort: last_resort.clone(),
            observer: *observer,
        }
    }
}

fn unseen<D>(target: &Target<'_, D>, failure: &Failure) -> Error {
    failure.to_error(&format!("see what is wrong with stack `{}`", target.stack.name))
}

fn check_resource(option: &str, stacks: &[Planned], name: &str, id: &str) -> Result<(), Error> {
    let failed = stacks.iter().filter(|planned| planned.stack == name).flat_map(|planned| &planned.failed);
    let ids: Vec<&str> = failed.map(|resource| &*resource.id).collect();
    if ids.contains(&id) {
        return Ok(());
    }
    let known = if ids.is_empty() { "none did".to_owned() } else { format!("these did: {}", ids.join(", ")) };
    Err(Error::usage(format!("`{option} {name}.{id}` names no resource that failed")).help(known))
}
