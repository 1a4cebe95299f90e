//! Why a template could not be read.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

use super::place::Position;

/// A template could not be read. The message has the file, line and column, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    file: String,
    problem: Box<Problem>,
}

impl ReadError {
    pub(super) fn new(file: &str, problem: Problem) -> Self {
        Self { file: file.to_owned(), problem: Box::new(problem) }
    }

    /// The name of the file, as it was given to the reader.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where in the file.
    pub fn position(&self) -> Position {
        self.problem.position
    }

    /// What is wrong, in one phrase.
    pub fn what(&self) -> &str {
        &self.problem.what
    }

    /// What to do about it, in a sentence or two.
    pub fn advice(&self) -> &str {
        &self.problem.advice
    }
}

impl Display for ReadError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Problem { position, what, advice } = &*self.problem;
        write!(formatter, "{}:{position}: {what}. {advice}", self.file)
    }
}

impl Error for ReadError {}

/// What is wrong at a place of a file that has no name yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    position: Position,
    what: Cow<'static, str>,
    advice: Cow<'static, str>,
}

impl Problem {
    pub(super) fn new(
        position: Position,
        what: impl Into<Cow<'static, str>>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { position, what: what.into(), advice: advice.into() }
    }
}
