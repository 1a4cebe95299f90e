//! What can go wrong, said so that it can be put right.

use std::fmt;
use std::io::ErrorKind;
use std::panic::Location;
use std::path::{Path, PathBuf};

/// Why something could not be done: what happened, where, and what to do about it.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    /// The command line or the settings ask for what there is not.
    Usage { message: String, help: Option<String> },
    /// The model is wrong.
    Model(Vec<Problem>),
    /// A file could not be read or written.
    File { action: &'static str, path: PathBuf, source: std::io::Error },
    /// Anything else.
    Other { message: String, help: Option<String> },
}

impl Error {
    /// The user asked for something that there is not: an unknown stack, environment or switch.
    pub fn usage(message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Usage { message: message.into(), help: None }))
    }

    /// Anything else that went wrong.
    pub fn other(message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Other { message: message.into(), help: None }))
    }

    /// A model with these problems. There is at least one.
    pub fn model(problems: Vec<Problem>) -> Self {
        Self(Box::new(Kind::Model(problems)))
    }

    /// `action` ("read", "write") on `path` failed.
    pub fn file(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self(Box::new(Kind::File { action, path: path.to_owned(), source }))
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        if let Kind::Usage { help, .. } | Kind::Other { help, .. } = &mut *self.0 {
            *help = Some(text.into());
        }
        self
    }

    /// Whether the command was asked for something that there is not, rather than failing at it.
    pub fn is_usage(&self) -> bool {
        matches!(*self.0, Kind::Usage { .. })
    }

    /// What is wrong with the model; empty for other errors.
    pub fn problems(&self) -> &[Problem] {
        match &*self.0 {
            Kind::Model(problems) => problems,
            _ => &[],
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Usage { message, help } | Kind::Other { message, help } => {
                formatter.write_str(message)?;
                help.iter().try_for_each(|help| write!(formatter, "\n  help: {help}"))
            }
            Kind::Model(problems) => {
                for (index, problem) in problems.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "\n" };
                    write!(formatter, "{separator}{problem}")?;
                }
                Ok(())
            }
            Kind::File { action, path, source } => {
                write!(formatter, "cannot {action} {}: {source}", path.display())?;
                match source.kind() {
                    ErrorKind::StorageFull => {
                        formatter.write_str("\n  help: make room: what is in target/ can be made again")
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// One thing that is wrong with the model.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The stack that it is in.
    pub stack: String,
    /// Where in the stack's template, such as `Resources.Vpc.Properties.CidrBlock`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line of Rust that declared it.
    pub declared: Option<&'static Location<'static>>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n  at ", self.message)?;
        if let Some(declared) = self.declared {
            write!(formatter, "{declared}, ")?;
        }
        write!(formatter, "stack `{}`", self.stack)?;
        if !self.path.is_empty() {
            write!(formatter, ", {}", self.path)?;
        }
        self.help.iter().try_for_each(|help| write!(formatter, "\n  help: {help}"))
    }
}

/// The name among `names` that was probably meant by `wrong`.
pub(crate) fn similar<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}
