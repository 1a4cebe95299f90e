//! Modules use those below them, and never those above.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the library from the bottom to the top. Each may use itself and what stands before it.
const LAYERS: [&str; 15] = [
    "error",
    "graph",
    "kinds",
    "template",
    "aws",
    "construct",
    "package",
    "assembly",
    "validate",
    "cloud",
    "deploy",
    "destroy",
    "recover",
    "terminal",
    "cli",
];

/// The prelude gathers from everywhere, for users only.
const OUTSIDE: [&str; 2] = ["lib", "prelude"];

#[test]
fn no_module_uses_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upward = Vec::new();
    let mut seen = 0;
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let module = relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if OUTSIDE.contains(&module) || relative.starts_with("aws/generated") {
            continue;
        }
        let own = rank(module).unwrap_or_else(|| panic!("the module `{module}` has no place among the layers"));
        for used in used_modules(&fs::read_to_string(&file).unwrap()) {
            seen += 1;
            if rank(&used) > Some(own) {
                upward.push(format!("{} uses `{used}`", relative.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} uses were found: the test no longer reads the source as it is written");
    assert_eq!(upward, Vec::<String>::new());
}

#[test]
fn the_schemas_and_the_generator_depend_on_nothing_that_they_make() {
    for (member, forbidden) in
        [("schema", ["synth ", "synth-codegen", "synth."]), ("codegen", ["synth ", "stacks", "synth."])]
    {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(member).join("Cargo.toml");
        let text = fs::read_to_string(manifest).unwrap();
        let wrong: Vec<&str> =
            text.lines().filter(|line| forbidden.iter().any(|name| line.starts_with(name))).collect();
        assert_eq!(wrong, Vec::<&str>::new(), "in {member}");
    }
}

/// A module's place among the layers; none if the name is no module, but a macro at the root.
fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

/// The names that follow `crate::` in code, also inside braces. Links in documentation may lead anywhere.
fn used_modules(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let name =
        |rest: &str| rest.trim_start().chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect();
    let names = |rest: &str| match rest.strip_prefix('{') {
        None => vec![name(rest)],
        Some(group) => group.split(['}', ';']).next().unwrap().split(',').map(name).collect::<Vec<String>>(),
    };
    code.join(" ").split("crate::").skip(1).flat_map(names).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    here.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}
