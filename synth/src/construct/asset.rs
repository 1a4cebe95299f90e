//! What a template needs beside itself: programs, files and folders of the project, put where CloudFormation finds them.

use std::path::{Path, PathBuf};

use crate::template::Text;

/// Something that is made from the project. The value of a parameter of the stack says where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// What the command line calls it, and the beginning of its name in a bucket.
    pub name: String,
    /// The parameter's logical id.
    pub parameter: Text,
    /// What it is made from.
    pub source: AssetSource,
}

/// A text that is known when it is synthesized, or when the stack that exports it is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// This text.
    Literal(String),
    /// The value that a stack exports under this name.
    Export(String),
}

/// An asset, and where it is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAsset {
    /// What is made.
    pub asset: Asset,
    /// Where it is put: the URI of a repository, or the name of a bucket.
    pub store: Binding,
}

/// What an asset is made from. Paths start at the project's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssetSource {
    /// A container image: what the Containerfile makes of the program, under the program's name, and an empty folder `data`.
    Image {
        /// The program.
        program: Program,
        /// The Containerfile.
        containerfile: PathBuf,
    },
    /// An archive that holds the program alone, under the name `bootstrap`: what Lambda starts.
    Function(Program),
    /// A file as it is.
    File(PathBuf),
    /// An archive of all files in a folder.
    Folder(PathBuf),
}

/// The program that a crate of the workspace makes: optimized, without a library of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The crate, and its program.
    pub package: String,
    /// The features that it is built with, instead of its default ones.
    pub features: Option<Vec<String>>,
    /// The processors that it runs on.
    pub architecture: Architecture,
}

/// Processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Architecture {
    /// 64-bit ARM: Graviton.
    Arm64,
    /// 64-bit x86.
    X86_64,
}

impl Asset {
    /// What is made from `source` for this parameter.
    pub fn new(name: impl Into<String>, parameter: impl Into<Text>, source: AssetSource) -> Self {
        Self { name: name.into(), parameter: parameter.into(), source }
    }
}

impl AssetSource {
    /// The word for it in the manifest.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Image { .. } => "image",
            Self::Function(_) => "function",
            Self::File(_) => "file",
            Self::Folder(_) => "folder",
        }
    }

    /// How the name of its file ends.
    pub fn extension(&self) -> Option<&str> {
        match self {
            Self::Image { .. } => Some("oci"),
            Self::Function(_) | Self::Folder(_) => Some("zip"),
            Self::File(path) => path.extension()?.to_str(),
        }
    }

    /// The crate or the path that it is made from.
    pub fn place(&self) -> String {
        let path = |path: &Path| path.display().to_string();
        match self {
            Self::Image { program, .. } | Self::Function(program) => program.package.clone(),
            Self::File(place) | Self::Folder(place) => path(place),
        }
    }
}

impl Program {
    /// The program of a crate with its default features.
    pub fn of(package: impl Into<String>, architecture: Architecture) -> Self {
        Self { package: package.into(), features: None, architecture }
    }

    /// With these features instead of the default ones.
    #[must_use]
    pub fn features<F: Into<String>>(mut self, features: impl IntoIterator<Item = F>) -> Self {
        self.features = Some(features.into_iter().map(Into::into).collect());
        self
    }
}

impl Architecture {
    /// That of this machine; `None` where it is another.
    pub fn of_this_machine() -> Option<Self> {
        match std::env::consts::ARCH {
            "aarch64" => Some(Self::Arm64),
            "x86_64" => Some(Self::X86_64),
            _ => None,
        }
    }

    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }
}
