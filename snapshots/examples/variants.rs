//! Writes each template that any choice gives, for tools that check templates: `variants FOLDER`.
//!
//! Templates that are the same in several variants are written once. The file `regions` names the regions that the system
//! can run in; the templates differ there in the zones' ids, which are defaults of parameters.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use stacks::environment::Environment;
use stacks::variant;
use synth::assembly::{self, Assembly, Format};

/// The environments of `stacks/environments.yaml`.
const ENVIRONMENTS: [&str; 2] = ["dev", "sandbox"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: variants FOLDER")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the workspace has no folder")?;
    fs::create_dir_all(&folder)?;
    let mut written = HashSet::new();
    for name in ENVIRONMENTS {
        let environment = variant::environment(root, name)?;
        let combinations = variant::combinations(2);
        // What no environment can have is refused.
        for variant in combinations.iter().filter_map(|switches| environment.clone().with(switches).ok()) {
            write(&variant, &folder, &mut written)?;
        }
    }
    fs::write(folder.join("regions"), variant::regions().collect::<Vec<_>>().join(" ") + "\n")?;
    Ok(())
}

fn write(environment: &Environment, folder: &Path, written: &mut HashSet<String>) -> Result<(), Box<dyn Error>> {
    for stack in Assembly::of(stacks::app(environment))?.into_stacks() {
        let name = stack.name.clone();
        let text = assembly::text(stack, Format::Yaml);
        if written.insert(text.clone()) {
            fs::write(folder.join(format!("{name}-{}.template.yaml", written.len())), text)?;
        }
    }
    Ok(())
}
