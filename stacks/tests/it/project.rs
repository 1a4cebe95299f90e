//! A copy of this project, as far as the command line reads it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with the settings of this project, which goes with the test.
pub(crate) struct Project(PathBuf);

/// What a run printed, and its exit status.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

const SETTINGS: &str = "stacks/environments.yaml";

impl Project {
    /// A copy; `name` is that of the test.
    pub(crate) fn new(name: &str) -> Self {
        let project = Self::without_settings(name);
        fs::create_dir(project.0.join("stacks")).unwrap();
        let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("environments.yaml");
        fs::copy(settings, project.0.join(SETTINGS)).unwrap();
        project
    }

    /// An empty folder.
    pub(crate) fn without_settings(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("stacks-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(fs::canonicalize(folder).unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Changes the settings; what is replaced must be there.
    pub(crate) fn replace(&self, old: &str, new: &str) {
        let path = self.0.join(SETTINGS);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old}");
        fs::write(path, text.replacen(old, new, 1)).unwrap();
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stacks"));
        command.args(arguments.split_whitespace()).current_dir(&self.0).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Run {
        Run::from(self.command(arguments).output().unwrap())
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join("target/synth").join(name)).unwrap()
    }

    /// The names of the files that were written, in order.
    pub(crate) fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.join("target/synth")).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// That the run was refused with this status and message, and left no trace.
    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &str, status: i32, message: &str) {
        let run = self.run(arguments);
        assert_eq!((run.status, &*run.stdout), (status, ""), "{arguments}: {run:?}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(message), "{arguments}: {}", run.stderr);
        assert_eq!(self.written(), [""; 0], "{arguments}");
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
