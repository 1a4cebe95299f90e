//! `check`: it finds nothing in what is deployed, and what is wrong in what is not.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stacks::environment::{Architecture, Environment, Switches};
use stacks::{Tracker, variant};
use synth::cli::Application;
use synth::validate::{Finding, Set, findings};

use super::project::Project;

#[test]
fn nothing_is_found_in_any_variant_of_any_environment() {
    let mut checked = 0;
    for environment in environments() {
        let other = Environment { architecture: Architecture::X86_64, ..environment.clone() };
        for (environment, switches) in [environment, other].iter().flat_map(of) {
            if let Ok(variant) = environment.clone().with(&switches) {
                assert_eq!(found(&variant), [], "{switches:?}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 240);
}

#[test]
fn nothing_is_found_in_any_region() {
    for environment in environments() {
        for region in variant::regions() {
            assert_eq!(found(&variant::in_region(&environment, region).unwrap()), [], "{region}");
        }
    }
}

fn of(environment: &Environment) -> impl Iterator<Item = (&Environment, Switches)> {
    variant::combinations(2).into_iter().map(move |switches| (environment, switches))
}

fn environments() -> [Environment; 2] {
    ["dev", "sandbox"].map(|name| variant::environment(&root(), name).unwrap())
}

fn found(environment: &Environment) -> Vec<Finding> {
    let stacks = stacks::app(environment).synthesize().unwrap();
    findings(&Set::of_app(&stacks), Tracker.rules())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn check_says_that_nothing_was_found() {
    let run = Project::new("clean").run("check");
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (0, "", "note: nothing was found\n"));
}

const TEMPLATE: &str =
    "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    DeletionPolicy: Delete\n    UpdateReplacePolicy: Delete\n";

#[test]
fn a_finding_in_a_file_has_its_line() {
    let project = Project::new("file");
    fs::write(project.path().join("logs.yaml"), TEMPLATE).unwrap();
    let run = project.run("check logs.yaml");
    assert_eq!((run.status, &*run.stderr), (3, "note: 1 finding\n"));
    let place = "at logs.yaml:3:5, stack `logs.yaml`, Resources.Logs.Properties.RetentionInDays";
    assert!(run.stdout.starts_with("log-retention: ") && run.stdout.contains(place), "{}", run.stdout);
}

#[test]
fn findings_are_json_for_programs() {
    let project = Project::new("findings");
    fs::write(project.path().join("logs.yaml"), TEMPLATE).unwrap();
    let report: Value = serde_json::from_str(&project.run("check logs.yaml --output json").stdout).unwrap();
    assert_eq!(report["version"], 1);
    let finding = &report["findings"][0];
    assert_eq!((&finding["rule"], &finding["source"]), (&"log-retention".into(), &"logs.yaml:3:5".into()));
    let clean: Value = serde_json::from_str(&project.run("check --output json").stdout).unwrap();
    assert_eq!(clean["findings"], Value::Array(Vec::new()));
}

#[test]
fn rules_are_listed_with_those_of_this_application() {
    let run = Project::new("rules").run("check --rules");
    assert_eq!(run.status, 0);
    for rule in ["log-retention", "task-count"] {
        assert!(run.stdout.lines().any(|line| line.starts_with(&format!("{rule} "))), "{rule}: {}", run.stdout);
    }
}

#[test]
fn a_file_that_is_no_template_is_an_error_that_names_it() {
    let project = Project::new("no-template");
    fs::write(project.path().join("broken.yaml"), "Resources: *shared\n").unwrap();
    project.refuses("check broken.yaml", 1, "broken.yaml:1:12: ");
    project.refuses("check missing.yaml", 1, "cannot read missing.yaml: ");
    project.refuses("check --authorizer local --keys secrets-manager", 2, "authorizer mode `local` needs keys `ssm`");
}

#[test]
fn files_and_rules_need_no_project() {
    let folder = Project::without_settings("outside");
    fs::write(folder.path().join("logs.yaml"), TEMPLATE).unwrap();
    assert_eq!(folder.run("check logs.yaml").status, 3);
    assert_eq!(folder.run("check --rules").status, 0);
    folder.refuses("check", 2, "there is no stacks/environments.yaml in ");
}

#[test]
fn findings_of_files_have_their_order_and_a_file_counts_once() {
    let project = Project::new("files");
    let second = "Resources:\n  Second:\n    Type: AWS::Logs::LogGroup\n  First:\n    Typ: AWS::SNS::Topic\n";
    fs::write(project.path().join("second.yaml"), second).unwrap();
    fs::write(project.path().join("logs.yaml"), TEMPLATE).unwrap();
    let run = project.run("check second.yaml logs.yaml ./second.yaml --output json");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let sources = report["findings"].as_array().unwrap().iter().map(|finding| finding["source"].as_str().unwrap());
    let files = ["second.yaml:3:5", "second.yaml:3:5", "second.yaml:3:5", "second.yaml:5:5", "logs.yaml:3:5"];
    assert_eq!(sources.collect::<Vec<_>>(), files);
}
