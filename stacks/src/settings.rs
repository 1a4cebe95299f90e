//! `stacks/environments.yaml`: every choice that an environment makes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use synth::error::Error;

use crate::environment::{Environment, Profile};

/// The file, from the project's folder.
pub(crate) const FILE: &str = "stacks/environments.yaml";

/// The file as it was read.
#[derive(Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    content: Content,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    default: String,
    environments: BTreeMap<String, Environment>,
}

impl Settings {
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|source| Error::file("read", &path, source))?;
        let content = serde_yaml::from_str(&text).map_err(|error| invalid(&error))?;
        Ok(Self { path: FILE.into(), content })
    }

    /// The environment of this name, or the default one, if what it says fits together.
    pub(crate) fn environment(mut self, name: Option<&str>) -> Result<Environment, Error> {
        let name = name.unwrap_or(&self.content.default).to_owned();
        let Some(environment) = self.content.environments.remove(&name) else {
            let known: Vec<&str> = self.content.environments.keys().map(String::as_str).collect();
            let message = format!("{} has no environment `{name}`", self.path.display());
            return Err(Error::usage(message).help(format!("the environments are: {}", known.join(", "))));
        };
        Environment { name, ..environment }.checked()
    }
}

fn invalid(error: &serde_yaml::Error) -> Error {
    let place = error.location().map_or(String::new(), |at| format!(":{}:{}", at.line(), at.column()));
    Error::other(format!("{FILE}{place}: {error}")).help(format!(
        "profiles are {}; the README explains every setting",
        Profile::names().join(" and ")
    ))
}
