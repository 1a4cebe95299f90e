//! The one file that touches the disk: files are made aside, and put in their place together.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::{self, Manifest};
use crate::error::Error;

/// A folder beside the files to be, in which they are made.
#[derive(Debug)]
pub(super) struct Staging {
    directory: PathBuf,
    folder: PathBuf,
    files: Vec<String>,
}

impl Staging {
    pub(super) fn open(directory: &Path) -> Result<Self, Error> {
        let folder = directory.join(format!(".new-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|source| Error::file("create", &folder, source))?;
        Ok(Self { directory: directory.to_owned(), folder, files: Vec::new() })
    }

    pub(super) fn write(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|source| Error::file("write", &path, source))?;
        self.files.push(name.to_owned());
        Ok(())
    }

    /// Writes JSON as it is made: a manifest may have megabytes.
    pub(super) fn write_json(&mut self, name: &str, value: &impl Serialize) -> Result<(), Error> {
        let path = self.folder.join(name);
        json(&path, value).map_err(|source| Error::file("write", &path, source))?;
        self.files.push(name.to_owned());
        Ok(())
    }

    /// Puts the files in their place, and removes those that the manifest before spoke of and this one does not.
    pub(super) fn finish(self, manifest: &Manifest) -> Result<(), Error> {
        let stale = stale(&self.directory, manifest);
        self.places_are_free()?;
        for name in &self.files {
            let place = self.directory.join(name);
            fs::rename(self.folder.join(name), &place).map_err(|source| Error::file("write", &place, source))?;
        }
        for name in stale {
            let path = self.directory.join(name);
            fs::remove_file(&path).map_err(|source| Error::file("remove", &path, source))?;
        }
        Ok(())
    }

    /// A folder in the place of a file is the one thing that stops a renaming halfway, and can be known before.
    fn places_are_free(&self) -> Result<(), Error> {
        let mut places = self.files.iter().map(|name| self.directory.join(name));
        match places.find(|place| fs::symlink_metadata(place).is_ok_and(|metadata| metadata.is_dir())) {
            None => Ok(()),
            Some(place) => Err(Error::file("write", &place, std::io::ErrorKind::IsADirectory.into())),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What stays behind is named after a process that is gone; the next synthesis does not read it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    serde_json::to_writer_pretty(&mut file, value)?;
    file.write_all(b"\n")?;
    file.flush()
}

/// The files of the manifest before that this one does not write. One that cannot be read owns nothing.
fn stale(directory: &Path, manifest: &Manifest) -> Vec<String> {
    let before = File::open(directory.join(manifest::FILE)).ok();
    let before = before.and_then(|file| serde_json::from_reader::<_, Before>(BufReader::new(file)).ok());
    let before = before.into_iter().flat_map(|before| before.stacks);
    let names = before.flat_map(|stack| [stack.template, stack.parameters_file]);
    let plain = |name: &String| Path::new(name).file_name().is_some_and(|file| file == &**name);
    let written: HashSet<&str> = manifest.files().collect();
    names.filter(plain).filter(|name| !written.contains(&**name) && directory.join(name).is_file()).collect()
}

/// What is read of the manifest before.
#[derive(Deserialize)]
struct Before {
    stacks: Vec<Files>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Files {
    template: String,
    parameters_file: String,
}
