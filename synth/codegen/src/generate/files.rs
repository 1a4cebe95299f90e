//! The generated files on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::ledger::Ledger;
use super::model::{ReferenceSets, Service};
use super::services::Services;
use super::{reference_names, render};

const BEGIN: &str = "# @generated features: begin\n";
/// The ledger, from the folder of `synth`.
pub const LEDGER: &str = "schema/ledger.txt";
const MODULES: &str = "\
//! Builders for every resource type, one module a service.

#![allow(clippy::doc_markdown, reason = \"the text is AWS's\")]
#![allow(clippy::wildcard_imports, reason = \"each module stands on the typed layer, and on its service\")]
";
const END: &str = "# @generated features: end\n";

/// Every file that is generated, by its path from the folder of `synth`, with its text.
///
/// # Errors
/// When the manifest of `synth` has no place for the features.
pub fn files(services: &Services, manifest: &str, ledger: Ledger) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let folder = Path::new("src/aws/generated");
    let mut files: BTreeMap<PathBuf, String> = services
        .services
        .iter()
        .map(|service| (folder.join(format!("{}.rs", service.module)), render::service(service)))
        .collect();
    files.insert(folder.join("mod.rs"), modules(&services.services));
    files.insert(folder.join("refs.rs"), references(&services.references));
    files.insert(PathBuf::from("Cargo.toml"), with_features(manifest, &services.services)?);
    files.insert(PathBuf::from(LEDGER), ledger.with(&services.published).text(&services.published));
    Ok(files)
}

/// What differs between the files and those in `root`: what is to be written, and what is to be removed.
///
/// # Errors
/// When a file is there but can't be read.
pub fn differences(root: &Path, files: &BTreeMap<PathBuf, String>) -> io::Result<Vec<PathBuf>> {
    let mut different = Vec::new();
    for (path, text) in files {
        match fs::read_to_string(root.join(path)) {
            Ok(found) if found == *text => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => different.push(path.clone()),
        }
    }
    let folder = Path::new("src/aws/generated");
    for entry in fs::read_dir(root.join(folder))? {
        let path = folder.join(entry?.file_name());
        if !files.contains_key(&path) {
            different.push(path);
        }
    }
    Ok(different)
}

/// Writes what differs, and removes what is generated no more.
///
/// # Errors
/// When a file can't be read, written or removed.
pub fn write(root: &Path, files: &BTreeMap<PathBuf, String>) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(root.join("src/aws/generated"))?;
    let different = differences(root, files)?;
    for path in &different {
        match files.get(path) {
            Some(text) => fs::write(root.join(path), text)?,
            None => fs::remove_file(root.join(path))?,
        }
    }
    Ok(different)
}

fn modules(services: &[Service]) -> String {
    let header = render::HEADER;
    let module = |Service { module, namespace, .. }: &Service| {
        format!(
            "/// Resource types of `{namespace}`.\n#[cfg(feature = \"{module}\")]\n#[rustfmt::skip]\npub mod {module};\n"
        )
    };
    let modules: Vec<String> = services.iter().map(module).collect();
    format!("{header}{MODULES}\n#[rustfmt::skip]\npub mod refs;\n\n{}", modules.join("\n"))
}

fn references(sets: &ReferenceSets) -> String {
    let line = |set| (reference_names::name(set), reference_names::documentation(set));
    let names: BTreeMap<String, String> = sets.iter().map(line).collect();
    let lines: Vec<String> =
        names.iter().map(|(name, documentation)| format!("    /// {documentation}.\n    {name},\n")).collect();
    let header = render::HEADER;
    format!(
        "{header}//! What properties refer to.\n\nuse crate::aws::typed::*;\n\nreferences! {{\n{}}}\n",
        lines.concat()
    )
}

/// The manifest of `synth` with a feature for each service.
fn with_features(manifest: &str, services: &[Service]) -> anyhow::Result<String> {
    let (before, rest) =
        manifest.split_once(BEGIN).ok_or_else(|| anyhow::anyhow!("synth/Cargo.toml has no line `{}`", BEGIN.trim()))?;
    let (_, after) =
        rest.split_once(END).ok_or_else(|| anyhow::anyhow!("synth/Cargo.toml has no line `{}`", END.trim()))?;
    let lines =
        |line: fn(&str) -> String| services.iter().map(|service| line(&service.module)).collect::<Vec<_>>().concat();
    let features = lines(|module| format!("{module} = []\n"));
    let all = lines(|module| format!("    \"{module}\",\n"));
    Ok(format!("{before}{BEGIN}{features}# Every service.\nall-services = [\n{all}]\n{END}{after}"))
}
