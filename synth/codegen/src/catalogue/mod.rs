//! The catalogue: made from the pinned upstream packages and the patches, written to `synth/schema/catalogue`.

mod enrich;
mod error;
mod normalise;
mod patch;
mod source;
mod specification;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;
use synth_schema::{Catalogue, ResourceType, Sources, container};

use self::{enrich::enrich, normalise::canonical, source::Upstream};
pub use self::{
    error::Error,
    patch::Patches,
    source::{Paths, Pin, SERVICE_SPEC, WHEEL},
};

/// The plain bytes in a block of schemas: small enough to read one type in well under a millisecond.
const BLOCK: usize = 128 << 10;
/// Descriptions are always read together.
const DESCRIPTIONS_BLOCK: usize = usize::MAX;
const SCHEMAS_FILE: &str = "schemas.bin";
const DESCRIPTIONS_FILE: &str = "descriptions.bin";

/// Where the crate with the catalogue is.
#[derive(Debug, Clone)]
pub struct Folders {
    /// The folder of the catalogue's files.
    pub catalogue: PathBuf,
    /// The folder of the patches.
    pub patches: PathBuf,
}

impl Default for Folders {
    /// The folders in this workspace.
    fn default() -> Self {
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("schema");
        Self { catalogue: schema.join("catalogue"), patches: schema.join("patches") }
    }
}

/// A catalogue's content before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Where it is from.
    pub sources: Sources,
    /// The JSON of each type's schema.
    pub schemas: BTreeMap<String, String>,
    /// The JSON of each type's descriptions.
    pub descriptions: BTreeMap<String, String>,
    /// What was found and added on the way.
    pub figures: Figures,
}

/// What was found and added while a catalogue was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Resource types.
    pub types: usize,
    /// Patches applied.
    pub patches: usize,
    /// Descriptions in the schemas.
    pub described: usize,
    /// Descriptions filled in from the service specification.
    pub filled_in: usize,
    /// Properties with references in the service specification.
    pub raw_relations: usize,
    /// Schemas that got references.
    pub related: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { types, patches, described, filled_in, .. } = self;
        writeln!(f, "{types} types, {patches} patches")?;
        writeln!(f, "{described} descriptions in the schemas, {filled_in} filled in")?;
        let Self { raw_relations, related, .. } = self;
        write!(f, "{raw_relations} properties with references in the service specification, {related} in the schemas")
    }
}

/// Makes the catalogue's content from the upstream packages and the patches.
///
/// # Errors
/// When a package isn't the pinned one, a patch doesn't apply, or a schema has a form that nothing here can read.
pub fn make(paths: &Paths, patches: &Patches) -> Result<Content, Error> {
    assemble(source::read(paths)?, patches)
}

fn assemble(upstream: Upstream, patches: &Patches) -> Result<Content, Error> {
    let Upstream { mut schemas, schema_date, specification } = upstream;
    let mut figures = Figures { types: schemas.len(), patches: patches.len(), ..Figures::default() };
    figures.raw_relations = specification.raw_relations();
    let mut descriptions = BTreeMap::new();
    for (name, schema) in &mut schemas {
        let mut texts = normalise::normalise(schema);
        figures.described += texts.len();
        if let Some(resource) = specification.resource(name) {
            figures.add(enrich(schema, &mut texts, &specification, resource));
        }
        descriptions.insert(name.clone(), texts);
    }
    patches.apply(&mut schemas)?;
    for (name, schema) in &mut schemas {
        let from_patches = normalise::normalise(schema);
        descriptions.entry(name.clone()).or_default().extend(from_patches);
    }
    let sources = Sources {
        packages: vec![WHEEL.package(), SERVICE_SPEC.package()],
        schema_date,
        patches: patches.digest().to_owned(),
    };
    let schemas: BTreeMap<String, String> =
        schemas.iter().map(|(name, schema)| (name.clone(), canonical(schema))).collect();
    schemas.iter().try_for_each(|(name, text)| verify(name, text))?;
    let descriptions = descriptions.iter().map(|(name, texts)| Ok((name.clone(), serde_json::to_string(texts)?)));
    let descriptions = descriptions
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| Error::source("the descriptions can't be written as JSON").because(error))?;
    Ok(Content { sources, schemas, descriptions, figures })
}

/// Writes the catalogue's files, and gives their sizes.
///
/// # Errors
/// When a file can't be written.
pub fn write(content: &Content, folder: &Path) -> Result<(usize, usize), Error> {
    let size = |name, texts, block| {
        let path = folder.join(name);
        let bytes = container::write(&content.sources, texts, block, compress);
        let bytes = bytes.map_err(|error| Error::file(&path, error))?;
        if fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(bytes.len());
        }
        fs::write(&path, &bytes).map_err(|error| Error::file(&path, error))?;
        Ok(bytes.len())
    };
    let schemas = size(SCHEMAS_FILE, &content.schemas, BLOCK)?;
    Ok((schemas, size(DESCRIPTIONS_FILE, &content.descriptions, DESCRIPTIONS_BLOCK)?))
}

/// Compares the catalogue's files with what they should hold.
///
/// # Errors
/// When they differ: the error names the types. When they can't be read.
pub fn check(content: &Content, folder: &Path) -> Result<(), Error> {
    let read = |name| {
        let path = folder.join(name);
        fs::read(&path).map_err(|error| Error::file(&path, error))
    };
    let damaged = |error| Error::stale("the committed catalogue can't be read; run `just schemas`").because(error);
    let (schemas, descriptions) = (read(SCHEMAS_FILE)?, read(DESCRIPTIONS_FILE)?);
    let committed = Catalogue::open(Cow::Owned(schemas), Some(Cow::Owned(descriptions)))
        .map_err(|error| damaged(Box::new(error)))?;
    let differing = differing(content, &committed).map_err(|error| damaged(Box::new(error)))?;
    if !differing.is_empty() {
        let list: Vec<&str> = differing.iter().map(String::as_str).collect();
        return Err(Error::stale(format!(
            "the committed catalogue isn't what its sources and patches give; run `just schemas`; these differ: {}",
            list.join(", ")
        )));
    }
    Ok(())
}

fn differing(content: &Content, committed: &Catalogue) -> Result<BTreeSet<String>, synth_schema::Error> {
    let mut differing = BTreeSet::new();
    if *committed.sources() != content.sources {
        differing.insert("the sources".to_owned());
    }
    let names: BTreeSet<&str> = committed.names().chain(content.schemas.keys().map(String::as_str)).collect();
    for name in names {
        let descriptions = serde_json::to_string(&committed.descriptions(name)?).unwrap_or_default();
        let same = committed.text(name)? == content.schemas.get(name).map(String::as_str)
            && content.descriptions.get(name).is_some_and(|text| *text == descriptions);
        if !same {
            differing.insert(name.to_owned());
        }
    }
    Ok(differing)
}

impl Figures {
    fn add(&mut self, added: enrich::Added) {
        self.filled_in += added.filled_in;
        self.related += added.related;
    }
}

/// Makes sure that the schema's readers can read it.
fn verify(name: &str, text: &str) -> Result<(), Error> {
    let wrong = |why: Box<dyn std::error::Error + Send + Sync>| {
        Error::source(format!("the schema of {name} can't be used; mend it with a patch")).because(why)
    };
    let resource: ResourceType = serde_json::from_str(text).map_err(|error| wrong(error.into()))?;
    let plain: Value = serde_json::from_str(text).map_err(|error| wrong(error.into()))?;
    let mut dangling = Vec::new();
    references(&plain, &mut |reference| {
        if reference.starts_with('#') && resource.at(reference).is_none() {
            dangling.push(reference.to_owned());
        }
    });
    if resource.name != name {
        return Err(wrong(format!("it is of {}", resource.name).into()));
    }
    match dangling.first() {
        Some(reference) => Err(wrong(format!("there is nothing at {reference}").into())),
        None => Ok(()),
    }
}

fn references(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            map.get("$ref").and_then(Value::as_str).into_iter().for_each(&mut *found);
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: plain.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &parameters)?;
    Ok(packed)
}

#[cfg(test)]
mod tests;
