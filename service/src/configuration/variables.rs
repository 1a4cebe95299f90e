//! The environment's variables, and the files that they name.

use std::{collections::HashMap, ffi::OsString, fs};

use crate::Error;

/// The environment's variables.
#[derive(Clone, Default)]
pub struct Variables(HashMap<OsString, OsString>);

impl Variables {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// Reads a variable. One that is empty counts as not set: that is what templates and shells make of a setting
    /// that is left out.
    pub(super) fn read<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.0.get(&OsString::from(name)).filter(|value| !value.is_empty()) else { return Ok(None) };
        let value = value.to_string_lossy();
        match parse(&value) {
            Some(read) => Ok(Some(read)),
            None => Err(Error::new(format!("{name} is {value:?}; it must be {expected}"))),
        }
    }

    /// Reads a secret from the variable, or from the file that the variable with `_FILE` names. A newline at the end
    /// of the file is not part of the secret.
    pub(super) fn secret<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let file_variable = format!("{name}_FILE");
        let not_empty = |name: &str| self.0.get(&OsString::from(name)).filter(|value| !value.is_empty());
        let (place, text) = match (not_empty(name), not_empty(&file_variable)) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(Error::new(format!("{name} and {file_variable} are both set; leave one out")));
            }
            (Some(value), None) => (name.to_owned(), value.to_string_lossy().into_owned()),
            (None, Some(path)) => {
                let place = format!("{file_variable} ({})", path.display());
                let text = fs::read_to_string(path)
                    .map_err(|error| Error::new(format!("{place} cannot be read")).caused_by(error))?;
                (place, text)
            }
        };
        let secret = text.strip_suffix("\r\n").or(text.strip_suffix('\n')).unwrap_or(&text);
        // What it is now stays unsaid.
        parse(secret).map(Some).ok_or_else(|| Error::new(format!("{place} must be {expected}")))
    }

    pub(super) fn missing(name: &str, expected: &str) -> Error {
        Error::new(format!("{name} is not set; it must be {expected}"))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
