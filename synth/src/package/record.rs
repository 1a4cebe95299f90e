//! `artifacts.json`: what was made.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The file's name.
const FILE: &str = "artifacts.json";

/// The version of the file's form.
const VERSION: u32 = 1;

/// What was made of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// The asset's name.
    pub name: String,
    /// The stack that uses it.
    pub stack: String,
    /// The parameter that says where it is.
    pub parameter: String,
    /// `image`, `function`, `file` or `folder`.
    pub kind: String,
    /// Its file, from the folder of this one.
    pub file: String,
    /// The file's size.
    pub bytes: u64,
    /// An image's digest, as registries know it; of anything else the SHA-256 of the file.
    pub digest: String,
    /// The digest of what it was made from: while that stays, so does the file.
    pub inputs: String,
}

/// All that was made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    pub(super) artifacts: Vec<Artifact>,
}

impl Record {
    /// Reads what was made before. A record that cannot be read is none: everything is made again.
    pub(super) fn read(folder: &Path) -> Self {
        let text = fs::read(folder.join(FILE)).unwrap_or_default();
        let record: Self = serde_json::from_slice(&text).unwrap_or_default();
        if record.version == VERSION { record } else { Self { version: VERSION, artifacts: Vec::new() } }
    }

    /// What was made of this asset from the same inputs, if it is still there.
    pub(super) fn find(&self, folder: &Path, stack: &str, parameter: &str, inputs: &str) -> Option<&Artifact> {
        let mut artifacts = self.artifacts.iter();
        let found =
            artifacts.find(|made| made.stack == stack && made.parameter == parameter && made.inputs == inputs)?;
        let is_there = fs::metadata(folder.join(&found.file)).is_ok_and(|file| file.len() == found.bytes);
        is_there.then_some(found)
    }

    /// Takes the place of what was made of the same asset before.
    pub(super) fn put(&mut self, artifact: Artifact) {
        self.artifacts.retain(|made| made.stack != artifact.stack || made.parameter != artifact.parameter);
        self.artifacts.push(artifact);
        self.artifacts.sort_by(|one, other| (&one.stack, &one.parameter).cmp(&(&other.stack, &other.parameter)));
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(FILE);
        let new = folder.join(format!(".{FILE}.{}", std::process::id()));
        let text = serde_json::to_string_pretty(self).map_err(io::Error::from);
        let written = text.and_then(|text| fs::write(&new, text + "\n")).and_then(|()| fs::rename(&new, &path));
        written.map_err(|source| Error::file("write", &path, source))
    }
}
