//! The command line of an application whose model is wrong, or large.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use synth::cli::{Application, run};
use synth::error::Error;
use synth::prelude::*;

use super::folder::Folder;
use super::resource::{Bare, Thing};

struct Example(fn() -> App);

#[derive(Default, clap::Args)]
struct NoSwitches {}

impl Application for Example {
    type Switches = NoSwitches;

    fn app(&self, _root: &Path, environment: Option<&str>, _switches: &NoSwitches) -> Result<App, Error> {
        match environment {
            Some(unknown) => Err(Error::usage(format!("there is no environment `{unknown}`"))),
            None => Ok((self.0)()),
        }
    }
}

fn status(app: fn() -> App, folder: &Folder, arguments: &[&str]) -> ExitCode {
    let arguments = std::iter::once("program").chain(arguments.iter().copied());
    run(&Example(app), folder.path(), arguments.map(OsString::from))
}

fn right() -> App {
    let mut stack = Stack::new("network");
    stack.add("Thing", Thing::new());
    let mut app = App::new("app");
    app.add(stack);
    app
}

/// Two resources have one id.
fn wrong() -> App {
    let mut stack = Stack::new("network");
    stack.add("Thing", Thing::new());
    stack.add("Thing", Bare::new());
    let mut app = App::new("app");
    app.add(stack);
    app
}

#[test]
fn a_wrong_model_is_status_1_and_leaves_the_files_before_as_they_were() {
    let folder = Folder::new("cli-wrong");
    assert_eq!(status(right, &folder, &["synth"]), ExitCode::SUCCESS);
    let before = folder.read("target/synth/network.template.yaml");
    assert_eq!(status(wrong, &folder, &["synth"]), ExitCode::from(1));
    assert_eq!(status(wrong, &folder, &["synth", "--stdout"]), ExitCode::from(1));
    assert_eq!(folder.read("target/synth/network.template.yaml"), before);
}

#[test]
fn a_wrong_model_writes_nothing() {
    let folder = Folder::new("cli-nothing");
    assert_eq!(status(wrong, &folder, &["synth"]), ExitCode::from(1));
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn what_the_application_does_not_know_is_status_2() {
    let folder = Folder::new("cli-usage");
    assert_eq!(status(right, &folder, &["synth", "--env", "nowhere"]), ExitCode::from(2));
    assert_eq!(status(right, &folder, &["synth", "nothing"]), ExitCode::from(2));
    assert_eq!(folder.names(), [""; 0]);
}
