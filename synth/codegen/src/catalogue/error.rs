//! What can go wrong while the catalogue is made.

use std::{fmt, io, path::Path};

/// An error while the catalogue is made: says what happened, where, and what to do.
#[derive(Debug)]
pub struct Error {
    message: String,
    kind: Kind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Debug, PartialEq)]
enum Kind {
    File,
    Source,
    Patch,
    Stale,
}

impl Error {
    /// Whether the committed catalogue isn't what the sources and patches give.
    pub fn is_stale(&self) -> bool {
        self.kind == Kind::Stale
    }

    /// Whether a patch is wrong, or applies no longer.
    pub fn is_patch(&self) -> bool {
        self.kind == Kind::Patch
    }

    /// Whether an upstream package isn't the pinned one, or isn't as expected.
    pub fn is_source(&self) -> bool {
        self.kind == Kind::Source
    }

    pub(super) fn file(path: &Path, source: io::Error) -> Self {
        let message = format!("cannot read or write {}", path.display());
        Self { message, kind: Kind::File, source: Some(Box::new(source)) }
    }

    pub(super) fn source(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Source, source: None }
    }

    pub(super) fn patch(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Patch, source: None }
    }

    pub(super) fn stale(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Stale, source: None }
    }

    pub(super) fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
