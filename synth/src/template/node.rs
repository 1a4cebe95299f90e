//! The value tree that every part of a template is made of.

use std::borrow::Cow;

use super::function::{Function, Intrinsic};

/// Text that is usually known when the program is compiled.
pub type Text = Cow<'static, str>;

/// A value in a template: what JSON has, and intrinsic functions.
///
/// A map with one key that names a function (`{"Ref": "Vpc"}`) *is* that function for CloudFormation, so
/// [`Node::map`] makes a [`Node::Function`] of it. Both written forms therefore read back as the same tree.
///
/// An app is a hundred thousand of these at once, so lists and mappings take exactly the room that they need.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or an exponent. Always finite.
    Float(f64),
    /// Text.
    String(Text),
    /// A sequence.
    List(Box<[Node]>),
    /// A mapping, in the order of writing.
    Map(Mapping),
    /// An intrinsic function with its argument.
    Function(Box<Function>),
}

impl Node {
    /// A mapping, or the function that it stands for.
    pub fn map<K: Into<Text>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Mapping::from_iter(entries).into()
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, a number or a truth value.
    pub fn scalar_text(&self) -> Option<String> {
        match self {
            Self::String(text) => Some(text.clone().into_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Null | Self::List(_) | Self::Map(_) | Self::Function(_) => None,
        }
    }

    /// The mapping, if this is one.
    pub fn as_map(&self) -> Option<&Mapping> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items; none if this is no list.
    pub fn into_list(self) -> Vec<Self> {
        match self {
            Self::List(items) => items.into_vec(),
            _ => Vec::new(),
        }
    }

    /// The entries; none if this is no mapping.
    pub fn into_map(self) -> Mapping {
        match self {
            Self::Map(map) => map,
            _ => Mapping::new(),
        }
    }

    /// Without the memory of which stack the names inside it belong to.
    pub(crate) fn unscoped(self) -> Self {
        match self {
            Self::List(items) => items.into_iter().map(Self::unscoped).collect::<Vec<_>>().into(),
            Self::Map(map) => Self::Map(map.into_iter().map(|(key, value)| (key, value.unscoped())).collect()),
            Self::Function(function) => (*function).unscoped().into(),
            other => other,
        }
    }

    /// The function, if this is one.
    pub fn as_function(&self) -> Option<&Function> {
        match self {
            Self::Function(function) => Some(function),
            _ => None,
        }
    }
}

impl From<Mapping> for Node {
    fn from(map: Mapping) -> Self {
        match map.into_function() {
            Ok(function) => Self::Function(Box::new(function)),
            Err(map) => Self::Map(map),
        }
    }
}

impl From<Function> for Node {
    fn from(function: Function) -> Self {
        Self::Function(Box::new(function))
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<Vec<Self>> for Node {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items.into())
    }
}

/// A mapping whose entries keep the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping(Box<[(Text, Node)]>);

impl Mapping {
    /// An empty mapping.
    pub fn new() -> Self {
        Self::default()
    }

    /// A mapping of these entries, whose keys are known to differ.
    pub(crate) fn from_distinct(entries: Vec<(Text, Node)>) -> Self {
        Self(entries.into())
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Sets `key`, in place if it is there already.
    pub fn insert(&mut self, key: impl Into<Text>, value: Node) {
        self.change(|entries| {
            entries.reserve_exact(1);
            insert(entries, key.into(), value);
        });
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.change(|entries| entries.remove(at).1))
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Node)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// The entry at a place in that order.
    pub(crate) fn entry(&self, at: usize) -> Option<(&str, &Node)> {
        self.0.get(at).map(|(key, value)| (&**key, value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn change<R>(&mut self, change: impl FnOnce(&mut Vec<(Text, Node)>) -> R) -> R {
        let mut entries = std::mem::take(&mut self.0).into_vec();
        let result = change(&mut entries);
        self.0 = entries.into();
        result
    }

    fn into_function(self) -> Result<Function, Self> {
        let name = match &*self.0 {
            [(key, value)] => Intrinsic::from_key(key).filter(|name| name.takes(value)),
            _ => None,
        };
        let Some(name) = name else { return Err(self) };
        match self.into_iter().next() {
            Some((_, argument)) => Ok(Function::new(name, argument)),
            None => Err(Self::new()),
        }
    }
}

/// Sets a key, in place if it is there already.
fn insert(entries: &mut Vec<(Text, Node)>, key: Text, value: Node) {
    match entries.iter_mut().find(|(name, _)| *name == key) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}

impl<K: Into<Text>> FromIterator<(K, Node)> for Mapping {
    fn from_iter<I: IntoIterator<Item = (K, Node)>>(entries: I) -> Self {
        let mut all = Vec::new();
        for (key, value) in entries {
            insert(&mut all, key.into(), value);
        }
        Self(all.into())
    }
}

impl IntoIterator for Mapping {
    type Item = (Text, Node);
    type IntoIter = std::vec::IntoIter<(Text, Node)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}
