//! The templates that are deployed are those that were approved.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stacks::Tracker;
use stacks::environment::Switches;
use synth::assembly::{self, Assembly, Format};
use synth::cli::Application;

/// The environment whose templates are approved.
const ENVIRONMENT: &str = "dev";

#[test]
fn templates_are_those_that_were_approved() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../templates");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("a difference is reviewed with `just review`, or `cargo insta review`");
    settings.bind(|| {
        for stack in assembly().into_stacks() {
            insta::assert_snapshot!(stack.name.clone(), assembly::text(stack, Format::Yaml));
        }
    });
}

#[test]
fn every_approved_template_is_of_a_stack() {
    let stacks: BTreeSet<String> = assembly().stacks().iter().map(|stack| format!("{}.snap", stack.name)).collect();
    let folder = root().join("snapshots/templates");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let approved: BTreeSet<String> =
        files.filter(|name| Path::new(name).extension() == Some("snap".as_ref())).collect();
    assert_eq!(approved, stacks, "a snapshot of a stack that is no more is deleted by hand");
}

#[test]
fn templates_are_the_same_bytes_every_time() {
    let texts = || assembly().into_stacks().into_iter().map(|stack| assembly::text(stack, Format::Json)).collect();
    let (first, second): (Vec<String>, Vec<String>) = (texts(), texts());
    assert!(!first.is_empty());
    assert_eq!(first, second);
}

fn assembly() -> Assembly {
    Assembly::of(Tracker.app(&root(), Some(ENVIRONMENT), &Switches::default()).unwrap()).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
