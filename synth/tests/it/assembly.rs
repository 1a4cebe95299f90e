//! The files that an app becomes.

use std::fs;

use serde_json::Value as Written;
use synth::assembly::{Assembly, Format, Manifest, size_note};
use synth::construct::{Asset, AssetSource};
use synth::error::Error;
use synth::package::Record;
use synth::prelude::*;

use super::folder::Folder;
use super::resource::Thing;

/// Two stacks, of which the first added needs the second.
fn app() -> App {
    let mut network = Stack::new("network").stack_name("app-dev-network").region("eu-west-1").termination_protection();
    network.tag("app", "tracker");
    let name = network.parameter("Name", Parameter::string().value("tracker"));
    network.parameter("Later", Parameter::string());
    let thing = network.add("Vpc", Thing::new().property("Name", sub![&name, "-vpc"]));
    let exported = network.export("VpcId", thing.reference());
    let mut service = Stack::new("service");
    service.parameter("Image", Parameter::string());
    service.asset(Asset::new("service", "Image", AssetSource::Folder("service".into())), "bucket");
    service.add("User", Thing::new().property("Vpc", exported));
    let mut app = App::new("tracker").environment("dev");
    app.add(service);
    app.add(network);
    app
}

fn one(name: &str) -> App {
    let mut stack = Stack::new(name);
    stack.add("Thing", Thing::new());
    let mut app = App::new("tracker");
    app.add(stack);
    app
}

fn write(app: App, folder: &Folder, format: Format) -> Result<Vec<synth::assembly::Written>, Error> {
    Assembly::of(app).unwrap().write(folder.path(), format)
}

fn json(text: &str) -> Written {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_stack_has_a_template_and_parameters_and_the_manifest_lists_them() {
    let folder = Folder::new("files");
    let written = write(app(), &folder, Format::Yaml).unwrap();
    assert_eq!(
        folder.names(),
        [
            "manifest.json",
            "network.parameters.json",
            "network.template.yaml",
            "service.parameters.json",
            "service.template.yaml",
        ]
    );
    let told: Vec<_> =
        written.iter().map(|stack| (&*stack.stack, stack.resources, stack.bytes, stack.file.clone())).collect();
    let size = |name: &str| folder.read(name).len();
    assert_eq!(
        told,
        [
            ("network", 1, size("network.template.yaml"), folder.path().join("network.template.yaml")),
            ("service", 1, size("service.template.yaml"), folder.path().join("service.template.yaml")),
        ]
    );
    assert!(folder.read("network.template.yaml").starts_with("AWSTemplateFormatVersion: '2010-09-09'\n"));
}

#[test]
fn json_has_files_of_its_own_name_and_says_the_same() {
    let (yaml, other) = (Folder::new("yaml"), Folder::new("json"));
    write(app(), &yaml, Format::Yaml).unwrap();
    write(app(), &other, Format::Json).unwrap();
    let read =
        |folder: &Folder, name: &str| synth::template::read::document(&folder.read(name), name).unwrap().into_node();
    assert_eq!(read(&yaml, "network.template.yaml"), read(&other, "network.template.json"));
    assert_eq!(json(&other.read("manifest.json"))["stacks"][0]["template"], "network.template.json");
}

#[test]
fn parameters_have_the_form_of_codepipeline() {
    let folder = Folder::new("parameters");
    write(app(), &folder, Format::Yaml).unwrap();
    assert_eq!(
        folder.read("network.parameters.json"),
        "{\n  \"Parameters\": {\n    \"Name\": \"tracker\"\n  },\n  \"Tags\": {\n    \"app\": \"tracker\"\n  }\n}\n"
    );
    assert_eq!(json(&folder.read("service.parameters.json")), json!({"Parameters": {}, "Tags": {}}));
}

#[test]
fn the_manifest_says_the_order_and_what_each_stack_needs() {
    let folder = Folder::new("manifest");
    write(app(), &folder, Format::Yaml).unwrap();
    let mut manifest = json(&folder.read("manifest.json"));
    let stacks = manifest["stacks"].as_array_mut().unwrap();
    for stack in stacks.iter_mut() {
        for (_, source) in stack["sources"].as_object_mut().unwrap() {
            let line = source.as_str().unwrap().strip_prefix("synth/tests/it/assembly.rs:").unwrap();
            assert!(line.parse::<u32>().unwrap() < 40);
            *source = json!("here");
        }
    }
    let bytes = |name: &str| folder.read(name).len();
    assert_eq!(
        manifest,
        json!({
            "version": 1, "app": "tracker", "environment": "dev",
            "stacks": [
                {
                    "name": "network", "stackName": "app-dev-network", "region": "eu-west-1", "account": null,
                    "terminationProtection": true, "template": "network.template.yaml",
                    "bytes": bytes("network.template.yaml"), "parametersFile": "network.parameters.json", "dependsOn": [],
                    "parameters": [
                        {"name": "Name", "type": "String", "value": "tracker"},
                        {"name": "Later", "type": "String", "value": null},
                    ],
                    "assets": [], "exports": ["app-dev-network:VpcId"], "imports": [], "sources": {"Vpc": "here"},
                },
                {
                    "name": "service", "stackName": "service", "region": null, "account": null,
                    "terminationProtection": false, "template": "service.template.yaml",
                    "bytes": bytes("service.template.yaml"), "parametersFile": "service.parameters.json",
                    "dependsOn": ["network"], "parameters": [{"name": "Image", "type": "String", "value": null}],
                    "assets": [{"parameter": "Image", "name": "service", "kind": "folder", "source": "service"}],
                    "exports": [], "imports": ["app-dev-network:VpcId"], "sources": {"User": "here"},
                },
            ],
        })
    );
    assert!(serde_json::from_str::<Manifest>(&folder.read("manifest.json")).is_ok());
}

#[test]
fn two_runs_write_the_same_bytes() {
    let folder = Folder::new("bytes");
    let run = || {
        write(app(), &folder, Format::Yaml).unwrap();
        folder.names().iter().map(|name| folder.read(name)).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn what_the_run_before_wrote_and_this_one_does_not_is_removed() {
    let folder = Folder::new("stale");
    write(app(), &folder, Format::Yaml).unwrap();
    write(one("network"), &folder, Format::Json).unwrap();
    assert_eq!(folder.names(), ["manifest.json", "network.parameters.json", "network.template.json"]);
}

#[test]
fn files_that_no_run_wrote_stay() {
    let folder = Folder::new("foreign");
    fs::write(folder.path().join("service.template.yaml"), "mine").unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    write(one("network"), &folder, Format::Yaml).unwrap();
    write(one("other"), &folder, Format::Yaml).unwrap();
    assert_eq!(
        folder.names(),
        ["manifest.json", "notes.txt", "other.parameters.json", "other.template.yaml", "service.template.yaml"]
    );
    assert_eq!(folder.read("service.template.yaml"), "mine");
}

#[test]
fn a_manifest_cannot_have_files_elsewhere_removed() {
    let folder = Folder::new("elsewhere");
    let victim = Folder::new("victim");
    let file = victim.path().join("precious");
    fs::write(&file, "precious").unwrap();
    write(one("network"), &folder, Format::Yaml).unwrap();
    let relative = format!("../{}/precious", victim.path().file_name().unwrap().to_str().unwrap());
    let manifest = folder.read("manifest.json");
    for name in [file.to_str().unwrap(), &relative] {
        let forged = manifest.replace("network.template.yaml", name);
        fs::write(folder.path().join("manifest.json"), forged).unwrap();
        write(one("other"), &folder, Format::Yaml).unwrap();
        assert!(file.is_file(), "{name}");
    }
}

#[test]
fn a_manifest_that_is_none_owns_nothing() {
    let folder = Folder::new("broken");
    write(one("old"), &folder, Format::Yaml).unwrap();
    fs::write(folder.path().join("manifest.json"), "{").unwrap();
    write(one("new"), &folder, Format::Yaml).unwrap();
    assert!(folder.names().contains(&"old.template.yaml".to_owned()));
    assert_eq!(json(&folder.read("manifest.json"))["stacks"][0]["name"], "new");
}

#[test]
fn a_file_that_cannot_be_written_leaves_those_before_as_they_were() {
    let folder = Folder::new("unwritable");
    write(app(), &folder, Format::Yaml).unwrap();
    let names = folder.names();
    let before: Vec<_> = names.iter().map(|name| folder.read(name)).collect();
    let mut stack = Stack::new("network");
    stack.add("Thing", Thing::new());
    let mut other = App::new("tracker");
    other.add(stack);
    other.add(Stack::new("other"));
    // In the folder where this process makes its files, the second template has no place.
    let staging = format!(".new-{}/other.template.yaml", std::process::id());
    fs::create_dir_all(folder.path().join(staging)).unwrap();
    let error = write(other, &folder, Format::Yaml).unwrap_err();
    assert!(error.to_string().starts_with("cannot write "), "{error}");
    assert_eq!(folder.names(), names);
    assert_eq!(names.iter().map(|name| folder.read(name)).collect::<Vec<_>>(), before);
}

#[test]
fn a_folder_in_the_place_of_a_file_is_told_and_leaves_those_before_as_they_were() {
    let folder = Folder::new("occupied");
    write(one("network"), &folder, Format::Yaml).unwrap();
    let before = folder.read("network.template.yaml");
    fs::create_dir_all(folder.path().join("service.template.yaml/inside")).unwrap();
    let error = write(app(), &folder, Format::Yaml).unwrap_err();
    assert!(error.to_string().contains("service.template.yaml"), "{error}");
    assert_eq!(folder.read("network.template.yaml"), before);
    assert_eq!(
        folder.names(),
        ["manifest.json", "network.parameters.json", "network.template.yaml", "service.template.yaml"]
    );
}

#[test]
fn a_file_in_the_place_of_the_folder_is_told() {
    let folder = Folder::new("blocked");
    let file = folder.path().join("target");
    fs::write(&file, "mine").unwrap();
    let error = Assembly::of(app()).unwrap().write(&file.join("synth"), Format::Yaml).unwrap_err();
    assert!(error.to_string().starts_with("cannot create "), "{error}");
    assert!(!error.is_usage());
    assert_eq!(folder.read("target"), "mine");
}

#[test]
fn a_wrong_model_has_no_assembly() {
    let mut app = one("network");
    app.add(Stack::new("network"));
    assert_eq!(Assembly::of(app).unwrap_err().problems().len(), 1);
}

#[test]
fn a_template_over_the_limit_of_a_request_is_told_with_the_limit() {
    assert_eq!(size_note("network", 51_200), None);
    let note = size_note("network", 51_201).unwrap();
    assert!(note.contains("stack `network` has 51201 bytes, over CloudFormation's limit of 51200"), "{note}");
}

#[test]
fn a_parameter_has_the_value_of_what_was_made_and_pushed_for_it() {
    let folder = Folder::new("made");
    let artifact = |stack: &str, parameter: &str, value: Option<&str>| {
        serde_json::json!({
            "name": "any", "stack": stack, "parameter": parameter, "kind": "folder", "file": "any.zip", "bytes": 1,
            "digest": "sha256:0", "inputs": "sha256:0", "value": value,
        })
    };
    let value = |artifacts: &[Written]| {
        let record = serde_json::json!({"version": 1, "artifacts": artifacts});
        fs::write(folder.path().join("artifacts.json"), record.to_string()).unwrap();
        let assembly = Assembly::of(app()).unwrap().with_artifacts(&Record::read(folder.path()));
        assembly.write(folder.path(), Format::Yaml).unwrap();
        json(&folder.read("service.parameters.json"))["Parameters"]["Image"].as_str().map(str::to_owned)
    };
    assert_eq!(value(&[]), None);
    assert_eq!(value(&[artifact("service", "Image", None)]), None);
    // Of the same stack in another environment, and of another parameter.
    assert_eq!(
        value(&[artifact("other-service", "Image", Some("1")), artifact("service", "Picture", Some("2"))]),
        None
    );
    assert_eq!(value(&[artifact("service", "Image", Some("3"))]).as_deref(), Some("3"));
    // A value that the app gives stays.
    assert_eq!(value(&[artifact("app-dev-network", "Name", Some("4"))]), None);
    assert_eq!(json(&folder.read("network.parameters.json"))["Parameters"]["Name"], "tracker");
}
