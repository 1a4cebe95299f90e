//! Keys that follow each other in a secret, and how one takes the place of another without a token being refused.
//!
//! The first key signs, and tokens of all are valid. A comment says what the second is for, and since when.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

const BEGIN: &str = "-----BEGIN";
const END: &str = "-----END";

/// The keys of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRing {
    current: String,
    other: Option<(String, Use, DateTime)>,
}

/// What the second key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Everybody learns it before it signs.
    Next,
    /// It signed before, and does until the last task has begun anew.
    Replaced,
    /// It does not sign any more; its tokens are valid until they expire.
    Previous,
}

impl Use {
    fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Replaced => "replaced",
            Self::Previous => "previous",
        }
    }
}

impl KeyRing {
    /// A ring of one key.
    pub fn of(key: String) -> Self {
        Self { current: key, other: None }
    }

    /// Reads the keys of a secret: private keys in PEM, or lines of random characters. `None` where it holds none, more than two,
    /// or two without a comment that says what the second is for.
    pub fn read(text: &str) -> Option<Self> {
        let (mut keys, mut comment, mut block) = (Vec::new(), None, String::new());
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if block.is_empty() && line.starts_with("# ") {
                comment = Some(read_comment(line)?);
                continue;
            }
            block.extend([line, "\n"]);
            if !block.starts_with(BEGIN) || line.starts_with(END) {
                keys.push((std::mem::take(&mut block), comment.take()));
            }
        }
        let mut keys = keys.into_iter();
        let (current, None) = keys.next()? else { return None };
        let other = match keys.next() {
            Some((key, Some((purpose, since)))) => Some((key, purpose, since)),
            Some((_, None)) => return None,
            None => None,
        };
        let is_whole = block.is_empty() && comment.is_none() && keys.next().is_none();
        is_whole.then_some(Self { current, other })
    }

    /// The secret's text.
    pub fn text(&self) -> String {
        let mut text = self.current.clone();
        if let Some((key, purpose, since)) = &self.other {
            let since = since.fmt(Format::DateTime).unwrap_or_default();
            text.extend(["# ", purpose.word(), " since ", &since, "\n", key]);
        }
        text
    }

    /// Whether its keys are in PEM.
    pub fn is_pem(&self) -> bool {
        self.current.starts_with(BEGIN)
    }

    /// What the second key is for, and since when.
    pub fn other(&self) -> Option<(Use, DateTime)> {
        self.other.as_ref().map(|(_, purpose, since)| (*purpose, *since))
    }

    /// With another key, which does not sign yet.
    #[must_use]
    pub fn with(self, key: String, now: DateTime) -> Self {
        Self { other: Some((key, Use::Next, now)), ..self }
    }

    /// The second key signs from now on. As it was if there is none.
    #[must_use]
    pub fn switched(self, now: DateTime) -> Self {
        match self.other {
            Some((key, ..)) => Self { current: key, other: Some((self.current, Use::Replaced, now)) },
            None => self,
        }
    }

    /// Only the first key signs any more.
    #[must_use]
    pub fn settled(self, now: DateTime) -> Self {
        Self { other: self.other.map(|(key, ..)| (key, Use::Previous, now)), ..self }
    }

    /// Without the second key.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { other: None, ..self }
    }
}

fn read_comment(line: &str) -> Option<(Use, DateTime)> {
    let (word, since) = line.strip_prefix("# ")?.split_once(" since ")?;
    let purpose = [Use::Next, Use::Replaced, Use::Previous].into_iter().find(|purpose| purpose.word() == word)?;
    Some((purpose, DateTime::from_str(since, Format::DateTime).ok()?))
}
