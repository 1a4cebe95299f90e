//! The kinds of value that JSON Schema tells apart.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// One kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// An object, or a map.
    Object,
    /// Nothing.
    Null,
}

/// A set of kinds.
///
/// ```
/// use synth_schema::{Kind, Kinds};
///
/// let kinds: Kinds = [Kind::Object, Kind::String].into_iter().collect();
/// assert!(kinds.contains(Kind::String) && kinds.only().is_none());
/// assert_eq!(kinds.iter().collect::<Vec<_>>(), [Kind::String, Kind::Object]);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    /// Whether the kind is one of them.
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// Whether the schema says nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kind, where there is exactly one.
    pub fn only(self) -> Option<Kind> {
        let mut kinds = self.iter();
        kinds.next().filter(|_| kinds.next().is_none())
    }

    /// All of them, in the order of [`Kind`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        use Kind::{Array, Boolean, Integer, Null, Number, Object, String};
        [String, Integer, Number, Boolean, Array, Object, Null].into_iter().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | bit(kind)))
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<'de> Deserialize<'de> for Kinds {
    /// Reads one name, or a list of names.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> de::Visitor<'de> for Reader {
            type Value = Kinds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type's name or a list of them")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Kinds, E> {
                Kind::deserialize(de::value::StrDeserializer::new(name)).map(|kind| Kinds(bit(kind)))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Kinds, A::Error> {
                let mut kinds = Kinds::default();
                while let Some(kind) = names.next_element::<Kind>()? {
                    kinds.0 |= bit(kind);
                }
                Ok(kinds)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

fn bit(kind: Kind) -> u8 {
    1 << kind as u8
}
