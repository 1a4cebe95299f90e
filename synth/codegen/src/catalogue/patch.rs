//! Corrections to upstream schemas, each with its reason.
//!
//! A patch is strict, so that one that upstream has made needless, or that no longer fits, is found: `add` wants the
//! place to be free (or the list to lack the value), `replace` wants another value there, `remove` and `test` want one.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;

use super::{error::Error, source::sha256};

/// All patches, and what identifies them.
#[derive(Debug)]
pub struct Patches {
    patches: Vec<(String, Patch)>,
    digest: String,
}

/// The corrections to one resource type for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    #[serde(rename = "type")]
    type_name: String,
    reason: String,
    operations: Vec<Operation>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Operation {
    Add { path: String, value: Value },
    Replace { path: String, value: Value },
    Remove { path: String },
    Test { path: String, value: Value },
}

impl Patches {
    /// Reads every `*.json` file of a folder.
    ///
    /// # Errors
    /// When a file can't be read, has another form, or a patch has no reason.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let entries = fs::read_dir(folder).map_err(|error| Error::file(folder, error))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| Error::file(folder, error))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let text = fs::read_to_string(&path).map_err(|error| Error::file(&path, error))?;
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                files.push((name, text));
            }
        }
        Self::parse(files)
    }

    /// Reads the texts of patch files, each with its file's name.
    ///
    /// # Errors
    /// When a text has another form, or a patch has no reason.
    pub fn parse(mut files: Vec<(String, String)>) -> Result<Self, Error> {
        files.sort();
        let mut patches = Vec::new();
        let mut all = String::new();
        for (file, text) in files {
            let read: Vec<Patch> = serde_json::from_str(&text)
                .map_err(|error| Error::patch(format!("the patch file {file} can't be read")).because(error))?;
            if let Some(patch) = read.iter().find(|patch| patch.reason.trim().is_empty()) {
                let name = &patch.type_name;
                return Err(Error::patch(format!("the patch of {name} in {file} has no reason; say why it is needed")));
            }
            all.extend([file.as_str(), "\n", &text, "\n"]);
            patches.extend(read.into_iter().map(|patch| (file.clone(), patch)));
        }
        Ok(Self { patches, digest: sha256(all.as_bytes()) })
    }

    /// The SHA-256 of all patch files.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How many patches there are.
    pub fn len(&self) -> usize {
        self.patches.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// Applies all patches to the schemas, which are named by their types.
    ///
    /// # Errors
    /// When a patch doesn't apply, or applies no longer.
    pub fn apply(&self, schemas: &mut BTreeMap<String, Value>) -> Result<(), Error> {
        for (file, Patch { type_name, operations, .. }) in &self.patches {
            let Some(schema) = schemas.get_mut(type_name) else {
                return Err(Error::patch(format!(
                    "the patch of {type_name} in {file} applies no longer: there is no such type; remove the patch"
                )));
            };
            for operation in operations {
                operation.apply(schema).map_err(|why| {
                    let path = operation.path();
                    Error::patch(format!(
                        "the patch of {type_name} in {file} applies no longer: at {path} {why}; mend or remove the patch"
                    ))
                })?;
            }
        }
        Ok(())
    }
}

impl Operation {
    fn path(&self) -> &str {
        match self {
            Self::Add { path, .. } | Self::Replace { path, .. } | Self::Remove { path } | Self::Test { path, .. } => {
                path
            }
        }
    }

    fn apply(&self, schema: &mut Value) -> Result<(), &'static str> {
        let (parent, name) = self.path().rsplit_once('/').ok_or("the path has no `/`")?;
        let name = name.replace("~1", "/").replace("~0", "~");
        match (self, schema.pointer_mut(parent).ok_or("there is nothing above it")?) {
            (Self::Add { value, .. }, Value::Array(items)) if name == "-" => add_item(items, value),
            (Self::Add { value, .. }, Value::Object(map)) if !map.contains_key(&name) => {
                map.insert(name, value.clone());
                Ok(())
            }
            (Self::Add { .. }, _) => Err("there is something already"),
            (Self::Replace { value, .. }, parent) => match child(parent, &name).ok_or("there is nothing")? {
                old if old == value => Err("the value is there already"),
                old => {
                    *old = value.clone();
                    Ok(())
                }
            },
            (Self::Remove { .. }, Value::Object(map)) => map.remove(&name).map(drop).ok_or("there is nothing"),
            (Self::Remove { .. }, Value::Array(items)) => {
                let number = name.parse().ok().filter(|number| *number < items.len());
                number.map(|number: usize| drop(items.remove(number))).ok_or("there is nothing")
            }
            (Self::Remove { .. }, _) => Err("there is nothing"),
            (Self::Test { value, .. }, parent) => match child(parent, &name) {
                Some(found) if found == value => Ok(()),
                _ => Err("there is another value than expected"),
            },
        }
    }
}

fn add_item(items: &mut Vec<Value>, value: &Value) -> Result<(), &'static str> {
    if items.contains(value) {
        return Err("the list has the value already");
    }
    items.push(value.clone());
    Ok(())
}

fn child<'a>(parent: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    match parent {
        Value::Object(map) => map.get_mut(name),
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    }
}
