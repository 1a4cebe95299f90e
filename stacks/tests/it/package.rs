//! `package`: what it refuses before it builds anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::project::{Project, Run};

/// Processors that this machine does not have.
const OTHER: &str = if cfg!(target_arch = "aarch64") { "x86_64" } else { "arm64" };
const OWN: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// A project whose default environment runs on these processors.
fn project(name: &str, architecture: &str) -> Project {
    let project = Project::new(name);
    if architecture != "arm64" {
        project.replace("architecture: arm64", &format!("architecture: {architecture}"));
    }
    project
}

#[test]
fn unknown_assets_are_refused_with_what_there_is() {
    let project = Project::new("package-unknown");
    project.refuses("package serivce", 2, "there is no asset `serivce`");
    project.refuses("package serivce", 2, "did you mean `service`? The assets are: service, authorizer");
}

#[test]
fn other_processors_are_refused() {
    let project = project("package-processors", OTHER);
    let help =
        format!("set `architecture: {OWN}` for the environment, or let the pipeline build, which runs on {OTHER}");
    project.refuses("package authorizer", 1, &help);
}

/// A client whose engine does not answer, and no other.
#[test]
fn tools_that_do_not_work_are_told() {
    let project = project("package-tools", OWN);
    let docker = project.path().join("docker");
    fs::write(&docker, "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    let run = Run::from(project.command("package service").env("PATH", project.path()).output().unwrap());
    assert_eq!((run.status, &*run.stdout), (1, ""));
    for expected in [
        "error: no tool here can build an image:",
        "docker info: Cannot connect to the Docker daemon",
        "podman: No such file or directory",
        "buildah: No such file or directory",
        "help: install one of them",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
}
