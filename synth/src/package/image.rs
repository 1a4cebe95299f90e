//! Container images, with whatever tool this machine has.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

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

    /// Builds an image from a folder into an archive in OCI's form; gives the digest of its manifest, under which a
    /// registry will know it.
    pub(super) fn build(self, folder: &Path, containerfile: &Path, archive: &Path) -> Result<String, Error> {
        let digest = archive.with_extension("digest");
        match self {
            Self::Docker => self.build_with_docker(folder, containerfile, archive, &digest)?,
            Self::Podman | Self::Buildah => self.build_in_storage(folder, containerfile, archive, &digest)?,
        }
        let text = fs::read_to_string(&digest).map_err(|source| Error::file("read", &digest, source))?;
        // Docker's file is an object that has it among others.
        let found = text.find("sha256:").and_then(|start| text.get(start..start + "sha256:".len() + 64));
        found
            .map(str::to_owned)
            .ok_or_else(|| Error::other(format!("{} does not tell the image's digest", self.name())))
    }

    fn build_with_docker(self, folder: &Path, file: &Path, archive: &Path, digest: &Path) -> Result<(), Error> {
        let mut command = Command::new(self.name());
        command
            .args(["buildx", "build", "--quiet", "--provenance=false", "--sbom=false", "--metadata-file"])
            .arg(digest);
        command.arg("--output").arg(format!("type=oci,rewrite-timestamp=true,dest={}", archive.display()));
        self.run(command.env("SOURCE_DATE_EPOCH", "0").arg("--file").arg(file).arg(folder)).map(drop)
    }

    fn build_in_storage(self, folder: &Path, file: &Path, archive: &Path, digest: &Path) -> Result<(), Error> {
        let mut command = Command::new(self.name());
        command.args(["build", "--quiet", "--timestamp", "0"]);
        if self == Self::Buildah {
            // It runs nothing, so it needs no container either.
            command.args(["--isolation", "chroot"]);
        }
        let built = self.run(command.arg("--file").arg(file).arg(folder))?;
        let id = String::from_utf8_lossy(&built.stdout);
        let place = format!("oci-archive:{}", archive.display());
        let mut command = Command::new(self.name());
        let pushed = self.run(command.args(["push", "--quiet", "--digestfile"]).arg(digest).arg(id.trim()).arg(place));
        // It is in the archive. Where somebody else has the same image, it stays.
        _ = Command::new(self.name()).args(["rmi", id.trim()]).output();
        pushed.map(drop)
    }

    fn run(self, command: &mut Command) -> Result<Output, Error> {
        let name = self.name();
        let output = command.output().map_err(|error| Error::other(format!("{name} cannot be started: {error}")))?;
        if output.status.success() {
            return Ok(output);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(Error::other(format!("{name} did not build the image ({}):\n{}", output.status, errors.trim_end())))
    }
}

fn last_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim_end().lines().last().unwrap_or("failed").to_owned()
}
