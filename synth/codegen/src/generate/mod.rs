//! The generator: from the catalogue to `synth/src/aws/generated/`, and the features of `synth`.

pub mod collisions;
pub mod documentation;
pub mod files;
pub mod ledger;
pub mod model;
pub mod reference_names;
pub mod references;
pub mod render;
mod scope;
pub mod services;
pub mod shape;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use synth_schema::Catalogue;

use self::ledger::Ledger;
use self::services::Services;

/// Writes the builders for every resource type of the bundled catalogue; with `check`, compares them with what is there.
///
/// Gives the files that were written, or that differ.
///
/// # Errors
/// When the catalogue is damaged, when two things would have one name, or when a file can't be read or written.
pub fn run(check: bool) -> anyhow::Result<Vec<PathBuf>> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("synth/Cargo.toml can't be read")?;
    let ledger = match fs::read_to_string(root.join(files::LEDGER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ledger::default(),
        text => Ledger::read(&text.context("synth/schema/ledger.txt can't be read")?)?,
    };
    let services = Services::of(&Catalogue::bundled_with_descriptions()?, &ledger)?;
    let collisions = collisions::collisions(&services);
    anyhow::ensure!(
        collisions.is_empty(),
        "names collide; add a rule to synth/codegen/src/generate/shape/naming.rs:\n{}",
        collisions.join("\n")
    );
    let files = files::files(&services, &manifest, ledger)?;
    let different = if check { files::differences(root, &files) } else { files::write(root, &files) };
    different.context("synth/src/aws/generated can't be compared or written")
}
