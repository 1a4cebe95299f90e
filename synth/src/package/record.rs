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
    /// The name in AWS of the stack that uses it.
    pub stack: String,
    /// The parameter that says where it is.
    pub parameter: String,
    /// `image`, `function`, `file` or `folder`.
    pub kind: String,
    /// Its file, from the folder of this one; the folder of an image, in the layout of the Open Container Initiative.
    pub file: String,
    /// The size of the file, or of all files of the folder that an image is.
    pub bytes: u64,
    /// An image's digest, as registries know it; of anything else the SHA-256 of the file.
    pub digest: String,
    /// The digest of what it was made from: while that stays, so does the file.
    pub inputs: String,
    /// The parameter's value: where it was put. None until it is pushed.
    pub value: Option<String>,
}

impl Artifact {
    /// Its name in a bucket: it follows from the content, so that what changed has another one.
    pub fn key(&self) -> String {
        let prefix = if self.kind == "function" { "lambda" } else { "assets" };
        let digest = self.digest.trim_start_matches("sha256:");
        let extension = Path::new(&self.file).extension().and_then(|extension| extension.to_str());
        let extension = extension.map_or(String::new(), |extension| format!(".{extension}"));
        format!("{prefix}/{}/{digest}{extension}", self.name)
    }
}

/// All that was made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    artifacts: Vec<Artifact>,
}

impl Record {
    /// The value of a parameter that an asset gives, once that was pushed.
    pub fn value(&self, stack: &str, parameter: &str) -> Option<&str> {
        let mut artifacts = self.artifacts.iter();
        artifacts.find(|made| made.stack == stack && made.parameter == parameter)?.value.as_deref()
    }

    /// Reads what was made before. A record that cannot be read is none: everything is made again.
    pub fn read(folder: &Path) -> Self {
        let text = fs::read(folder.join(FILE)).unwrap_or_default();
        let record: Self = serde_json::from_slice(&text).unwrap_or_default();
        if record.version == VERSION { record } else { Self { version: VERSION, artifacts: Vec::new() } }
    }

    /// What was made of this asset from the same inputs, if it is still there.
    pub(super) fn find(&self, folder: &Path, stack: &str, parameter: &str, inputs: &str) -> Option<&Artifact> {
        let mut artifacts = self.artifacts.iter();
        let found =
            artifacts.find(|made| made.stack == stack && made.parameter == parameter && made.inputs == inputs)?;
        let is_there = bytes(&folder.join(&found.file)).is_ok_and(|bytes| bytes == found.bytes);
        is_there.then_some(found)
    }

    /// Takes the place of what was made of the same asset before, whose file goes.
    pub(super) fn put(&mut self, folder: &Path, artifact: Artifact) -> Result<(), Error> {
        let is_same = |made: &mut Artifact| made.stack == artifact.stack && made.parameter == artifact.parameter;
        let before: Vec<_> = self.artifacts.extract_if(.., is_same).collect();
        self.artifacts.push(artifact);
        self.artifacts.sort_by(|one, other| (&one.stack, &one.parameter).cmp(&(&other.stack, &other.parameter)));
        self.write(folder)?;
        for stale in before.iter().filter(|stale| self.artifacts.iter().all(|made| made.file != stale.file)) {
            remove(&folder.join(&stale.file));
        }
        Ok(())
    }

    /// Writes it, whole or not at all.
    fn write(&self, folder: &Path) -> Result<(), Error> {
        let (path, new) = (folder.join(FILE), folder.join(format!(".{FILE}")));
        let text = serde_json::to_string_pretty(self).map_err(io::Error::from);
        let written = text.and_then(|text| fs::write(&new, text + "\n")).and_then(|()| fs::rename(&new, &path));
        written.map_err(|source| Error::file("write", &path, source))
    }
}

/// The size of a file, or of all files in a folder.
pub(super) fn bytes(path: &Path) -> Result<u64, Error> {
    fn sum(path: &Path) -> io::Result<u64> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_dir() {
            return Ok(metadata.len());
        }
        fs::read_dir(path)?.try_fold(0, |bytes, entry| Ok(bytes + sum(&entry?.path())?))
    }
    sum(path).map_err(|source| Error::file("read", path, source))
}

/// Removes a file or a folder, if it is there. What stays behind is in nobody's way.
pub(super) fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}
