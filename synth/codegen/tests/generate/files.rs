use std::path::{Path, PathBuf};
use std::{env, fs, process};

use synth_codegen::generate::ledger::Ledger;
use synth_codegen::generate::{self, files};

use crate::{ALL, LEDGER};

#[test]
fn committed_files_are_what_the_generator_writes() {
    assert_eq!(generate::run(true).unwrap(), Vec::<PathBuf>::new());
}

#[test]
fn stale_files_go_and_only_changed_ones_are_written() {
    let root = env::temp_dir().join(format!("synth-codegen-{}", process::id()));
    fs::create_dir_all(root.join("src/aws/generated")).unwrap();
    fs::create_dir_all(root.join("schema")).unwrap();
    let manifest = "[features]\n# @generated features: begin\n# @generated features: end\nown = []\n";
    let files = files::files(&ALL, manifest, Ledger::read(LEDGER).unwrap()).unwrap();
    assert_eq!(files::write(&root, &files).unwrap().len(), files.len());

    let (stale, changed) = (Path::new("src/aws/generated/stale.rs"), Path::new("src/aws/generated/ec2.rs"));
    fs::write(root.join(stale), "").unwrap();
    fs::write(root.join(changed), "").unwrap();
    assert_eq!(files::differences(&root, &files).unwrap(), [changed, stale]);
    assert_eq!(files::write(&root, &files).unwrap(), [changed, stale]);
    assert!(!root.join(stale).exists());
    assert_eq!(files::differences(&root, &files).unwrap(), Vec::<PathBuf>::new());
    fs::remove_dir_all(&root).unwrap();
}

#[test]
fn features_keep_what_stands_around_them() {
    let manifest = "a = 1\n# @generated features: begin\nold = []\n# @generated features: end\nb = 2\n";
    let files = files::files(&ALL, manifest, Ledger::default()).unwrap();
    let text = &files[Path::new("Cargo.toml")];
    assert!(text.starts_with("a = 1\n# @generated features: begin\naccessanalyzer = []\n"));
    assert!(text.ends_with("]\n# @generated features: end\nb = 2\n"));
    assert!(!text.contains("old"));
}

#[test]
fn manifest_without_a_place_for_features_is_refused() {
    let error = files::files(&ALL, "[features]\n", Ledger::default()).unwrap_err();
    assert_eq!(error.to_string(), "synth/Cargo.toml has no line `# @generated features: begin`");
}
