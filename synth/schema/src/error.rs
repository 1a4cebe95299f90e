//! What can go wrong with a catalogue.

use std::fmt;

/// An error of the catalogue: says what happened, where, and what to do.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Debug)]
enum Kind {
    NotACatalogue { what: &'static str },
    Version { found: u8, known: u8 },
    Damaged { part: String },
    Type { name: String },
    Path { text: String },
}

impl Error {
    /// Whether the bytes are no catalogue, were cut short, or changed.
    pub fn is_damaged(&self) -> bool {
        matches!(self.kind, Kind::NotACatalogue { .. } | Kind::Damaged { .. } | Kind::Type { .. })
    }

    /// Whether the catalogue was written in a form that this version doesn't read.
    pub fn is_version(&self) -> bool {
        matches!(self.kind, Kind::Version { .. })
    }

    /// Whether a text is no path of a property.
    pub fn is_path(&self) -> bool {
        matches!(self.kind, Kind::Path { .. })
    }

    pub(crate) fn not_a_catalogue(what: &'static str) -> Self {
        Self { kind: Kind::NotACatalogue { what }, source: None }
    }

    pub(crate) fn version(found: u8, known: u8) -> Self {
        Self { kind: Kind::Version { found, known }, source: None }
    }

    pub(crate) fn damaged(part: impl Into<String>) -> Self {
        Self { kind: Kind::Damaged { part: part.into() }, source: None }
    }

    pub(crate) fn resource_type(name: &str, source: serde_json::Error) -> Self {
        Self { kind: Kind::Type { name: name.to_owned() }, source: Some(Box::new(source)) }
    }

    pub(crate) fn path(text: &str) -> Self {
        Self { kind: Kind::Path { text: text.to_owned() }, source: None }
    }

    pub(crate) fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::NotACatalogue { what } => {
                write!(f, "this is no catalogue of resource types: {what}; write it anew with `just schemas`")
            }
            Kind::Version { found, known } => write!(
                f,
                "the catalogue has the form {found}, this program reads form {known}; write it anew with `just schemas`"
            ),
            Kind::Damaged { part } => {
                write!(f, "the catalogue is damaged at {part}; restore the file or write it anew with `just schemas`")
            }
            Kind::Type { name } => {
                write!(
                    f,
                    "the catalogue's schema of {name} can't be read; mend it with a patch in synth/schema/patches"
                )
            }
            Kind::Path { text } => {
                write!(f, "`{text}` is no path of a property; write it as `/properties/Name/Nested`")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
