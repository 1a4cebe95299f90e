//! Building a crate's program, so that the same commit gives the same bytes on any machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::construct::{Architecture, Program};
use crate::error::Error;

/// Builds the program; gives its file.
pub(super) fn build(root: &Path, folder: &Path, program: &Program) -> Result<PathBuf, Error> {
    let Program { package, features, architecture } = program;
    let target = target(*architecture)?;
    let folder = folder.join("cargo");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(["build", "--release", "--locked", "--target", target, "--package", package, "--bin", package])
        .arg("--target-dir")
        .arg(&folder)
        // Unlike RUSTFLAGS it may hold blanks.
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root))
        .env_remove("RUSTFLAGS");
    if let Some(features) = features {
        command.args(["--no-default-features", "--features", &features.join(",")]);
    }
    let status = command.status().map_err(|source| {
        Error::other(format!("cargo cannot be started: {source}")).help("install Rust, see https://rustup.rs")
    })?;
    if !status.success() {
        return Err(
            Error::other(format!("cargo did not build `{package}` ({status})")).help("what is wrong stands above")
        );
    }
    Ok(folder.join(target).join("release").join(package))
}

/// A library of the system would have to be in the image too. The paths of this machine would be in the program, where it
/// says at which line it stopped.
fn flags(root: &Path) -> String {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let remapped = [(Some(root.to_owned()), "/project"), (cargo_home, "/cargo")];
    let remapped = remapped.into_iter().filter_map(|(path, name)| Some((path?, name)));
    remapped.fold("-Ctarget-feature=+crt-static".to_owned(), |flags, (path, name)| {
        format!("{flags}\x1f--remap-path-prefix={}={name}", path.display())
    })
}

/// Rust's name of the platform, if this machine can build for it.
fn target(architecture: Architecture) -> Result<&'static str, Error> {
    if cfg!(target_os = "linux") && Architecture::of_this_machine() == Some(architecture) {
        return Ok(match architecture {
            Architecture::Arm64 => "aarch64-unknown-linux-gnu",
            Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        });
    }
    let (wanted, here) = (architecture.name(), format!("{} with {}", std::env::consts::OS, std::env::consts::ARCH));
    let help = match Architecture::of_this_machine().filter(|_| cfg!(target_os = "linux")) {
        Some(own) => format!(
            "set `architecture: {}` for the environment, or let the pipeline build, which runs on {wanted}",
            own.name()
        ),
        None => format!("let the pipeline build, which runs on Linux with {wanted}"),
    };
    Err(Error::other(format!("programs for Linux with {wanted} cannot be built on {here}")).help(help))
}
