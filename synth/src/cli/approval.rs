//! Which changes a person has to approve, and the question.

use clap::ValueEnum;
use tokio::sync::Mutex;

use super::question;
use crate::deploy::{Observer, Plan, Planned};
use crate::error::Error;
use crate::terminal;

/// Which plans need an approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Approval {
    /// None
    Never,
    /// Those that change rights: roles, policies, what may be reached from where
    Broadening,
    /// Those that delete or replace something
    Destructive,
    /// All that change anything
    #[default]
    Any,
}

/// Who approves, and what has to be approved.
#[derive(Debug)]
pub(super) struct Approver<'a> {
    required: Approval,
    given: bool,
    observer: &'a dyn Observer,
    /// One question at a time.
    asking: Mutex<()>,
}

impl<'a> Approver<'a> {
    pub(super) fn new(required: Approval, given: bool, observer: &'a dyn Observer) -> Self {
        Self { required, given, observer, asking: Mutex::new(()) }
    }

    pub(super) async fn plan(&self, plan: &Plan) -> Result<bool, Error> {
        let places = question::places(plan.places());
        let question = if places.is_empty() { "Do this? [y/N] " } else { &format!("Do this in {places}? [y/N] ") };
        self.stacks(&plan.stacks, question, false).await
    }

    /// What could not be computed when the plan was approved.
    pub(super) async fn later(&self, planned: &Planned) -> Result<bool, Error> {
        let question = format!("Change `{}` so? [y/N] ", planned.stack);
        self.stacks(std::slice::from_ref(planned), &question, true).await
    }

    async fn stacks(&self, stacks: &[Planned], question: &str, is_running: bool) -> Result<bool, Error> {
        let is_needed = match self.required {
            Approval::Never => false,
            Approval::Broadening => stacks.iter().any(Planned::changes_rights),
            Approval::Destructive => stacks.iter().any(Planned::destroys),
            Approval::Any => true,
        };
        if self.given || !is_needed {
            return Ok(true);
        }
        if !question::can_be_asked() {
            terminal::note("declined: this needs an approval, and there is no terminal to ask; `--yes` approves it");
            return Ok(false);
        }
        let _guard = self.asking.lock().await;
        self.observer.pause(true);
        let answer =
            if is_running { question::ask_in_between(question).await.map(Some) } else { question::ask(question).await };
        self.observer.pause(false);
        Ok(matches!(answer?.as_deref(), Some("y" | "Y" | "yes")))
    }
}

/// That what was given to `--yes` is the environment's name.
pub(super) fn check_name(given: Option<&str>, environment: &str) -> Result<(), Error> {
    match given.filter(|name| *name != environment) {
        None => Ok(()),
        Some(name) => {
            Err(Error::usage(format!("`--yes {name}` does not name the environment, which is `{environment}`")))
        }
    }
}

/// Whether a person types the environment's name, which approves `what`. It may have been given already.
pub(super) async fn by_name(given: bool, environment: &str, what: &str) -> Result<bool, Error> {
    if given {
        return Ok(true);
    }
    if !question::can_be_asked() {
        terminal::note(&format!(
            "declined: this needs an approval, and there is no terminal to ask; `--yes {environment}` approves it"
        ));
        return Ok(false);
    }
    let question = format!("Type `{environment}` to {what}: ");
    Ok(question::ask(&question).await?.as_deref() == Some(environment))
}
