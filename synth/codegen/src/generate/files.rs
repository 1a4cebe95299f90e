//! The generated files on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::model::{ReferenceSets, Service};
use super::services::Services;
use super::{reference_names, render};

const BEGIN: &str = "# @generated features: begin\n";
const END: &str = "# @generated features: end\n";

/// Every file that is generated, by its path from the folder of `synth`, with its text.
pub fn files(services: &Services, manifest: &str) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let folder = Path::new("src/aws/generated");
    let mut files: BTreeMap<PathBuf, String> = services
        .services
        .iter()
        .map(|service| (folder.join(format!("{}.rs", service.module)), render::service(service)))
        .collect();
    files.insert(folder.join("mod.rs"), modules(&services.services));
    files.insert(folder.join("refs.rs"), references(&services.references));
    files.insert(PathBuf::from("Cargo.toml"), with_features(manifest, &services.services)?);
    Ok(files)
}

/// What differs between the files and those in `root`: what is to be written, and what is to be removed.
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
    let mut text = format!("{}//! Builders for every resource type, one module a service.\n", render::HEADER);
    text.push_str("\n#[rustfmt::skip]\npub mod refs;\n");
    for Service { module, namespace, .. } in services {
        text.push_str(&format!(
            "\n/// Resource types of `{namespace}`.\n#[cfg(feature = \"{module}\")]\n#[rustfmt::skip]\npub mod {module};\n"
        ));
    }
    text
}

fn references(sets: &ReferenceSets) -> String {
    let mut names: Vec<(String, String)> =
        sets.iter().map(|set| (reference_names::name(set), reference_names::documentation(set))).collect();
    names.sort();
    let mut text =
        format!("{}//! What properties refer to.\n\nuse crate::aws::typed::*;\n\nreferences! {{\n", render::HEADER);
    for (name, documentation) in names {
        text.push_str(&format!("    /// {documentation}.\n    {name},\n"));
    }
    text + "}\n"
}

/// The manifest of `synth` with a feature for each service.
fn with_features(manifest: &str, services: &[Service]) -> anyhow::Result<String> {
    let (before, rest) =
        manifest.split_once(BEGIN).ok_or_else(|| anyhow::anyhow!("synth/Cargo.toml has no line `{}`", BEGIN.trim()))?;
    let (_, after) =
        rest.split_once(END).ok_or_else(|| anyhow::anyhow!("synth/Cargo.toml has no line `{}`", END.trim()))?;
    let features: String = services.iter().map(|service| format!("{} = []\n", service.module)).collect();
    let all: String = services.iter().map(|service| format!("    \"{}\",\n", service.module)).collect();
    Ok(format!("{before}{BEGIN}{features}# Every service.\nall-services = [\n{all}]\n{END}{after}"))
}
