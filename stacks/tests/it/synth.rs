//! `synth`: what it writes, what it prints, and what it refuses.

use std::fs;
use std::process::Stdio;

use serde_json::{Value, json};

use super::project::{Project, Run};

/// The stacks of the default environment, in the order of their deployment.
const STACKS: [&str; 10] = [
    "bootstrap",
    "pipeline-create",
    "network",
    "app-platform",
    "app-data",
    "app-service",
    "app-authorizer",
    "app-api",
    "pipeline-update-authorizer",
    "pipeline-update-service",
];

/// The files that `synth` writes, sorted.
fn files() -> Vec<String> {
    let of = |stack: &str| [format!("{stack}.parameters.json"), format!("{stack}.template.yaml")];
    let mut files: Vec<_> = STACKS.iter().flat_map(|stack| of(stack)).chain(["manifest.json".to_owned()]).collect();
    files.sort_unstable();
    files
}

#[test]
fn synth_writes_every_stack_and_prints_a_table() {
    let project = Project::new("table");
    let run = project.run("synth");
    assert_eq!((run.status, &*run.stderr), (0, ""));
    assert_eq!(project.written(), files());
    let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["stack", "resources", "bytes", "file"]);
    for (row, stack) in rows[1..].iter().zip(STACKS) {
        let file = format!("target/synth/{stack}.template.yaml");
        let bytes = fs::metadata(project.path().join(&file)).unwrap().len().to_string();
        assert_eq!((row[0], row[2], row[3]), (stack, &*bytes, &*file));
    }
    assert_eq!(rows.len(), 11);
}

#[test]
fn the_table_is_json_for_programs() {
    let project = Project::new("json");
    let run = project.run("synth --output json");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let names: Vec<_> =
        report["stacks"].as_array().unwrap().iter().map(|stack| stack["stack"].as_str().unwrap()).collect();
    assert_eq!((run.status, &report["version"], &*names), (0, &json!(1), &STACKS[..]));
    assert_eq!(report["stacks"][2]["bytes"], project.read("network.template.yaml").len());
    assert_eq!(project.run("--output json synth").stdout, run.stdout);
}

#[test]
fn templates_are_printed_instead_of_written() {
    let project = Project::new("stdout");
    let yaml = project.run("synth --stdout");
    assert_eq!((yaml.status, &*yaml.stderr, project.written().len()), (0, "", 0));
    let documents: Vec<&str> = yaml.stdout.split("---\n").collect();
    let json: Value = serde_json::from_str(&project.run("synth --stdout --format json network").stdout).unwrap();
    assert_eq!(json["Resources"]["Vpc"]["Type"], "AWS::EC2::VPC");
    project.run("synth");
    assert_eq!(documents, STACKS.map(|stack| project.read(&format!("{stack}.template.yaml"))));
    assert_eq!(documents[2], project.run("synth --stdout network").stdout);
}

#[test]
fn stacks_that_are_named_are_shown_and_all_are_written() {
    let project = Project::new("named");
    let run = project.run("synth network");
    assert_eq!((run.status, run.stdout.lines().count()), (0, 2));
    assert!(run.stdout.lines().nth(1).unwrap().starts_with("network "), "{}", run.stdout);
    assert_eq!(project.written(), files());
}

#[test]
fn another_form_takes_the_place_of_the_one_before() {
    let project = Project::new("forms");
    project.run("synth");
    project.run("synth --format json");
    assert_eq!(project.written(), files().iter().map(|name| name.replace(".yaml", ".json")).collect::<Vec<_>>());
}

#[test]
fn what_there_is_not_is_a_usage_error() {
    let project = Project::new("usage");
    for (arguments, message) in [
        (
            "synth netwrok",
            "there is no stack `netwrok`\n  help: did you mean `network`? The stacks are: bootstrap, pipeline-create, network, ",
        ),
        ("synth --stdout nothing", "there is no stack `nothing`\n  help: The stacks are: bootstrap, pipeline-create, "),
        (
            "synth --env nowhere",
            "stacks/environments.yaml has no environment `nowhere`\n  help: the environments are: dev, sandbox",
        ),
        ("synth --profile huge", "invalid value 'huge' for '--profile <PROFILE>'"),
        ("synth --authorizer none", "invalid value 'none' for '--authorizer <AUTHORIZER>'"),
        ("synth --zones many", "invalid value 'many' for '--zones <NUMBER>'"),
        ("synth --zones 0", "the number of zones is 0\n  help: this profile takes 1 to 4 in us-east-1"),
        ("synth --format xml", "invalid value 'xml' for '--format <FORMAT>'"),
        ("synth --output xml", "invalid value 'xml' for '--output <OUTPUT>'"),
        ("synth --colour", "unexpected argument '--colour' found"),
        ("sinth", "unrecognized subcommand 'sinth'"),
    ] {
        project.refuses(arguments, 2, message);
    }
}

#[test]
fn help_is_a_result_and_its_absence_a_usage_error() {
    let project = Project::new("help");
    let help = project.run("synth --help");
    assert_eq!((help.status, &*help.stderr), (0, ""));
    assert!(help.stdout.contains("--profile") && help.stdout.contains("Usage: "), "{}", help.stdout);
    let none = project.run("");
    assert_eq!((none.status, &*none.stdout), (2, ""));
    assert!(none.stderr.contains("Usage: "), "{}", none.stderr);
}

#[test]
fn the_project_is_found_from_a_folder_inside_it() {
    let project = Project::new("inside");
    let folder = project.path().join("stacks/src");
    fs::create_dir(&folder).unwrap();
    let run = Run::from(project.command("synth").current_dir(folder).output().unwrap());
    assert_eq!((run.status, &*run.stderr), (0, ""));
    assert_eq!(project.written(), files());
}

#[test]
fn outside_a_project_nothing_is_done() {
    let project = Project::without_settings("outside");
    let message = format!(
        "there is no stacks/environments.yaml in {} or a folder above it\n  help: run the command inside",
        project.path().display()
    );
    project.refuses("synth", 2, &message);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let project = Project::new("blocked");
    fs::write(project.path().join("target"), "mine").unwrap();
    project.refuses("synth", 1, &format!("cannot create {}/target/synth", project.path().display()));
    assert_eq!(fs::read_to_string(project.path().join("target")).unwrap(), "mine");
}

#[test]
fn every_run_writes_the_same_bytes_whatever_the_surroundings() {
    let project = Project::new("bytes");
    let contents = || files().iter().map(|name| project.read(name)).collect::<Vec<_>>();
    project.run("synth");
    let first = contents();
    let mut command = project.command("synth");
    command.env_clear().env("LANG", "tr_TR.UTF-8").env("TZ", "Asia/Kathmandu").env("COLUMNS", "20");
    assert_eq!(Run::from(command.output().unwrap()).status, 0);
    assert_eq!(contents(), first);
}

#[test]
fn the_manifest_names_the_lines_of_this_workspace() {
    let project = Project::new("sources");
    project.run("synth");
    let manifest: Value = serde_json::from_str(&project.read("manifest.json")).unwrap();
    for stack in manifest["stacks"].as_array().unwrap() {
        let sources = stack["sources"].as_object().unwrap();
        assert!(!sources.is_empty());
        for (id, source) in sources {
            let (file, line) = source.as_str().unwrap().split_once(':').unwrap();
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(file);
            let text = fs::read_to_string(path).unwrap();
            assert!(line.parse::<usize>().unwrap() <= text.lines().count(), "{id}: {source}");
        }
    }
    assert!(manifest["stacks"][2]["sources"]["Vpc"].as_str().unwrap().starts_with("stacks/src/network.rs:"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let project = Project::new("pipe");
    let mut child = project.command("synth --stdout").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.status, &*run.stderr), (0, ""));
}
