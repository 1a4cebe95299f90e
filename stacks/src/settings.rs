//! `stacks/environments.yaml`: every choice that an environment makes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use synth::error::Error;
use synth::template::read::{self, Document};

use crate::environment::{Environment, Refusal, Switches};

/// The file, from the project's folder.
pub(crate) const FILE: &str = "stacks/environments.yaml";

/// The file as it was read.
#[derive(Debug)]
pub(crate) struct Settings {
    document: Document,
    default: String,
    environments: BTreeMap<String, Environment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    default: String,
    environments: BTreeMap<String, Environment>,
}

impl Settings {
    /// Reads the file.
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|source| Error::file("read", &path, source))?;
        let document = read::document(&text, FILE).map_err(|error| Error::other(error.to_string()))?;
        let Content { default, environments } = serde_yaml::from_str(&text).map_err(|error| invalid(&error))?;
        Ok(Self { document, default, environments })
    }

    /// The environment of this name, or the default one, with the switches' choices in the place of its own.
    pub(crate) fn environment(mut self, name: Option<&str>, switches: &Switches) -> Result<Environment, Error> {
        let asked = name;
        let name = asked.unwrap_or(&self.default).to_owned();
        let Some(environment) = self.environments.remove(&name) else {
            return Err(self.missing(&name, asked.is_some()));
        };
        let environment = Environment { name, ..environment }.checked().map_err(|refusal| self.wrong(&refusal))?;
        environment.with(switches).map_err(|refusal| Error::usage(refusal.message).help(refusal.help))
    }

    /// There is no such environment: the user's mistake if they asked for it, and the file's if it is the default.
    fn missing(&self, name: &str, asked: bool) -> Error {
        let known: Vec<&str> = self.environments.keys().map(String::as_str).collect();
        let help = format!("the environments are: {}", known.join(", "));
        if asked {
            return Error::usage(format!("{FILE} has no environment `{name}`")).help(help);
        }
        let address = self.document.address(self.document.find(["default"]).position());
        Error::other(format!("{address}: there is no environment `{name}`")).help(help)
    }

    /// What the file says, and where, that cannot be.
    fn wrong(&self, refusal: &Refusal) -> Error {
        let place = self.document.find(["environments", &refusal.environment, refusal.setting]);
        let address = self.document.address(place.position());
        Error::other(format!("{address}: environment `{}`: {}", refusal.environment, refusal.message))
            .help(&*refusal.help)
    }
}

fn invalid(error: &serde_yaml::Error) -> Error {
    let place = error.location().map_or(String::new(), |at| format!(":{}:{}", at.line(), at.column()));
    let message = error.to_string();
    // The library says the place again at the end.
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    Error::other(format!("{FILE}{place}: {message}"))
        .help("the README's section on environments explains every setting")
}
