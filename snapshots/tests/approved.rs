//! The templates that are deployed are those that were approved.
//!
//! `templates/dev/` holds every stack of the default environment; the folder of a variant only those that differ.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use stacks::Tracker;
use stacks::environment::{AuthorizerMode, Durability, Keys, Profile, Switches};
use synth::assembly::{self, Assembly, Format};
use synth::cli::Application;

/// The variant that others are compared with.
const DEFAULT: &str = "dev";

/// The variants by name: an environment, and what is chosen instead.
fn variants() -> Vec<(&'static str, &'static str, Switches)> {
    let none = Switches::default;
    let ssm = || Switches { keys: Some(Keys::Ssm), ..none() };
    let local = || Switches { authorizer: Some(AuthorizerMode::Local), ..ssm() };
    let scale_out = Some(Profile::ScaleOut);
    vec![
        (DEFAULT, DEFAULT, none()),
        ("sandbox", "sandbox", none()),
        ("introspect-dns", DEFAULT, Switches { authorizer: Some(AuthorizerMode::IntrospectDns), ..none() }),
        ("local", DEFAULT, local()),
        ("keys-ssm", DEFAULT, ssm()),
        ("ephemeral", DEFAULT, Switches { durability: Some(Durability::Ephemeral), ..none() }),
        ("no-pipelines", DEFAULT, Switches { no_pipelines: true, ..none() }),
        ("two-zones", DEFAULT, Switches { zones: Some(2), ..none() }),
        ("scale-out", DEFAULT, Switches { profile: scale_out, ..none() }),
        ("scale-out-local", DEFAULT, Switches { profile: scale_out, ..local() }),
    ]
}

#[test]
fn templates_are_those_that_were_approved() {
    for (variant, templates) in differing() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../templates/{variant}"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description("a difference is reviewed with `just review`, or `cargo insta review`");
        settings.bind(|| {
            for (stack, template) in templates {
                insta::assert_snapshot!(stack, template);
            }
        });
    }
}

#[test]
fn every_approved_template_is_of_a_stack_that_differs() {
    let mut stacks = BTreeSet::new();
    for (variant, templates) in differing() {
        stacks.extend(templates.keys().map(|stack| format!("{variant}/{stack}.snap")));
    }
    assert_eq!(approved(), stacks, "a snapshot of a stack that is no more, or no different, is deleted by hand");
}

#[test]
fn templates_are_the_same_bytes_every_time() {
    for (variant, environment, switches) in variants() {
        let first = templates(environment, &switches);
        assert!(first.len() >= 6, "{variant}");
        assert_eq!(first, templates(environment, &switches), "{variant}");
    }
}

/// For each variant the stacks whose templates the default does not have.
fn differing() -> Vec<(&'static str, BTreeMap<String, String>)> {
    let default = templates(DEFAULT, &Switches::default());
    let variants = variants().into_iter().map(|(variant, environment, switches)| {
        let mut templates = templates(environment, &switches);
        templates.retain(|stack, template| variant == DEFAULT || default.get(stack) != Some(template));
        (variant, templates)
    });
    variants.collect()
}

fn templates(environment: &str, switches: &Switches) -> BTreeMap<String, String> {
    let app = Tracker.app(&root(), Some(environment), switches).unwrap();
    let stacks = Assembly::of(app).unwrap().into_stacks();
    stacks.into_iter().map(|stack| (stack.name.clone(), assembly::text(stack, Format::Yaml))).collect()
}

/// The files that are there: `variant/stack.snap`.
fn approved() -> BTreeSet<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let templates = root().join("snapshots/templates");
    let folders = names(&templates);
    let files = folders.iter().flat_map(|folder| {
        let files = names(&templates.join(folder)).into_iter().filter(|name| !name.ends_with(".snap.new"));
        files.map(move |name| format!("{folder}/{name}"))
    });
    files.collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
