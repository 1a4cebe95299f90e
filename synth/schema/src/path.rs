//! Paths of properties, as the lists of a schema (`createOnlyProperties`, ...) have them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};

use crate::Error;

/// The path of a property from its resource down, like `/properties/Endpoint/Address`.
///
/// ```
/// use synth_schema::PropertyPath;
///
/// let path: PropertyPath = "/properties/Rules/*/Prefix".parse()?;
/// assert_eq!(path.segments(), ["Rules", "*", "Prefix"]);
/// assert_eq!(path.to_string(), "/properties/Rules/*/Prefix");
/// assert_eq!("Rules.*.Prefix".parse::<PropertyPath>()?, path);
/// # Ok::<(), synth_schema::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyPath(Box<[String]>);

impl PropertyPath {
    /// The path of a property of the resource itself.
    pub fn of(name: &str) -> Self {
        Self(Box::new([name.into()]))
    }

    /// The names from the resource down; `*` stands for every item of a list or value of a map.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The names alone, without the `*` of lists, which the upstream lists write or leave out at will.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|segment| *segment != "*")
    }

    /// The name where the path is one of a property of the resource itself.
    pub fn top_level(&self) -> Option<&str> {
        match &*self.0 {
            [name] => Some(name),
            _ => None,
        }
    }

    /// The names joined with dots, as `Fn::GetAtt` writes them: `Endpoint.Address`.
    pub fn dotted(&self) -> String {
        self.0.join(".")
    }

    /// The path of a property one level deeper.
    pub fn child(&self, name: &str) -> Self {
        Self(self.0.iter().cloned().chain([name.into()]).collect())
    }

    /// Whether this path is the other one, or lies below it. Lists count as if they weren't there.
    pub fn is_within(&self, other: &Self) -> bool {
        let mut names = self.names();
        other.names().all(|name| names.next() == Some(name))
    }
}

impl FromStr for PropertyPath {
    type Err = Error;

    /// Reads `/properties/A/B`, `A/B` or `A.B`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let names = text.strip_prefix("/properties/").unwrap_or(text);
        let separator = if names.contains('/') { '/' } else { '.' };
        let segments: Box<[String]> = names.split(separator).map(Into::into).collect();
        if segments.iter().any(String::is_empty) {
            return Err(Error::path(text));
        }
        Ok(Self(segments))
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/properties")?;
        self.0.iter().try_for_each(|segment| write!(f, "/{segment}"))
    }
}

impl<'de> Deserialize<'de> for PropertyPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
