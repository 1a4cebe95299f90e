//! Container images, with whatever tool this machine has.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::error::Error;

/// A program that builds images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Docker,
    Podman,
    Buildah,
}

impl Tool {
    /// The first that works here. A client whose engine does not answer does not work.
    pub(super) fn find() -> Result<Self, Error> {
        let mut reasons = String::new();
        for tool in [Self::Docker, Self::Podman, Self::Buildah] {
            let name = tool.name();
            match Command::new(name).arg("info").output() {
                Ok(output) if output.status.success() => return Ok(tool),
                Ok(output) => _ = write!(reasons, "\n  {name} info: {}", last_line(&output.stderr)),
                Err(error) => _ = write!(reasons, "\n  {name}: {error}"),
            }
        }
        let help = "install one of them and start its engine; buildah needs none (Debian: apt-get install buildah)";
        Err(Error::other(format!("no tool here can build an image:{reasons}")).help(help))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Buildah => "buildah",
        }
    }

    /// Builds an image from a folder, and saves it as `docker save` does: the form that all of them know.
    pub(super) fn build(self, folder: &Path, containerfile: &Path, archive: &Path) -> Result<(), Error> {
        // A name of our own: taking it away afterwards takes nothing of anybody else's.
        let name = format!("localhost/synth-package:{}", std::process::id());
        let mut build = self.command("build");
        match self {
            Self::Docker => {}
            // As buildah does: all that is added is one layer.
            Self::Podman => _ = build.arg("--layers=false"),
            // It runs nothing, so it needs no container either.
            Self::Buildah => _ = build.args(["--isolation", "chroot"]),
        }
        self.run(build.args(["--quiet", "--tag", &name, "--file"]).arg(containerfile).arg(folder))?;
        let saved = self.save(&name, archive);
        // It is in the archive. What stays behind is in nobody's way.
        _ = self.command("rmi").arg(name).output();
        saved
    }

    fn save(self, name: &str, archive: &Path) -> Result<(), Error> {
        let mut command = self.command(if self == Self::Buildah { "push" } else { "save" });
        match self {
            Self::Docker => command.arg("--output").arg(archive).arg(name),
            Self::Podman => command.args(["--quiet", "--format", "docker-archive", "--output"]).arg(archive).arg(name),
            Self::Buildah => command.args(["--quiet", name]).arg(format!("docker-archive:{}", archive.display())),
        };
        self.run(&mut command)
    }

    fn command(self, verb: &str) -> Command {
        let mut command = Command::new(self.name());
        // Docker's builder would say in the image how, and when, it was built.
        command.arg(verb).env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1").env("SOURCE_DATE_EPOCH", "0");
        command
    }

    fn run(self, command: &mut Command) -> Result<(), Error> {
        let name = self.name();
        let output = command.output().map_err(|error| Error::other(format!("{name} cannot be started: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(Error::other(format!("{name} did not build the image ({}):\n{}", output.status, errors.trim_end())))
    }
}

fn last_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim_end().lines().last().unwrap_or("failed").to_owned()
}
