//! Lists, maps and tags.

use std::marker::PhantomData;

use super::{IntoValue, Value, argument};
use crate::template::node::{Mapping, Node, Text};

/// The kind of a list whose elements are of kind `T`.
#[derive(Debug)]
pub struct List<T>(T);

/// The kind of a map from text to values of kind `T`.
#[derive(Debug)]
pub struct Map<T>(T);

/// The kind of a list of tags. It is set like a map, from keys to values.
#[derive(Debug)]
pub enum Tags {}

macro_rules! takes_elements {
    ([$($generics:tt)*] $from:ty, $element:ty) => {
        impl<$($generics)* T, P: ?Sized, V> IntoValue<List<T>, P> for $from
        where
            $element: IntoValue<T, P>,
        {
            fn into_node(self) -> Option<Node> {
                Some(self.into_iter().filter_map(IntoValue::<T, P>::into_node).collect::<Vec<_>>().into())
            }
        }
    };
}

takes_elements! { [const N: usize,] [V; N], V }
takes_elements! { [] Vec<V>, V }
takes_elements! { ['a,] &'a Vec<V>, &'a V }
takes_elements! { ['a,] &'a [V], &'a V }

macro_rules! takes_entries {
    ([$($generics:tt)*] $from:ty) => {
        impl<$($generics)* T, P: ?Sized, K: Into<Text>, V: IntoValue<T, P>> IntoValue<Map<T>, P> for $from {
            fn into_node(self) -> Option<Node> {
                let entries = self.into_iter().filter_map(|(key, value)| Some((key, value.into_node()?)));
                Some(Node::Map(entries.collect()))
            }
        }

        impl<$($generics)* P: ?Sized, K: Into<Text>, V: IntoValue<String, P>> IntoValue<Tags, P> for $from {
            fn into_node(self) -> Option<Node> {
                Some(tag_list(self.into_iter().filter_map(|(key, value)| Some((key.into(), value.into_node()?)))))
            }
        }
    };
}

takes_entries! { [const N: usize,] [(K, V); N] }
takes_entries! { [] Vec<(K, V)> }

/// Tags in the form that most resource types take: a list of `Key` and `Value`.
pub(crate) fn tag_list(tags: impl Iterator<Item = (Text, Node)>) -> Node {
    tags.map(|(key, value)| Node::map([("Key", Node::String(key)), ("Value", value)])).collect::<Vec<_>>().into()
}

/// The kind and the property that a literal is for.
type Marks<T, P> = PhantomData<(fn() -> T, PhantomData<P>)>;

/// Elements of different Rust types that are of one kind, from [`list!`](crate::list).
///
/// `P` is the property that they are set on. It is there for the compiler's message only.
#[derive(Debug)]
pub struct Elements<T, P: ?Sized = argument> {
    items: Vec<Node>,
    kind: Marks<T, P>,
}

impl<T, P: ?Sized> Elements<T, P> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self { items: Vec::new(), kind: PhantomData }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, element: impl IntoValue<T, P>) -> Self {
        self.items.extend(element.into_node());
        self
    }
}

impl<T, P: ?Sized> Default for Elements<T, P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, P: ?Sized> IntoValue<List<T>, P> for Elements<T, P> {
    fn into_node(self) -> Option<Node> {
        Some(self.items.into())
    }
}

/// Entries whose values are of different Rust types but of one kind, from [`map!`](crate::map).
///
/// `P` is the property that they are set on. It is there for the compiler's message only.
#[derive(Debug)]
pub struct Entries<T, P: ?Sized = argument> {
    entries: Vec<(Text, Node)>,
    kind: Marks<T, P>,
}

impl<T, P: ?Sized> Entries<T, P> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), kind: PhantomData }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, key: impl Into<Text>, value: impl IntoValue<T, P>) -> Self {
        self.entries.extend(value.into_node().map(|value| (key.into(), value)));
        self
    }
}

impl<T, P: ?Sized> Default for Entries<T, P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, P: ?Sized> IntoValue<Map<T>, P> for Entries<T, P> {
    fn into_node(self) -> Option<Node> {
        Some(Node::Map(self.entries.into_iter().collect::<Mapping>()))
    }
}

impl<P: ?Sized> IntoValue<Tags, P> for Entries<String, P> {
    fn into_node(self) -> Option<Node> {
        Some(tag_list(self.entries.into_iter()))
    }
}

/// A list whose elements are written in different ways.
///
/// ```
/// use synth::template::{List, Value, pseudo};
///
/// let regions: Value<List<String>> = Value::new(synth::list!["eu-west-1", pseudo::REGION]);
/// assert_eq!(regions.node().as_list().unwrap().len(), 2);
/// ```
#[macro_export]
macro_rules! list {
    ($($element:expr),* $(,)?) => {
        $crate::template::Elements::new()$(.with($element))*
    };
}

/// A map, or tags, whose values are written in different ways.
///
/// ```
/// use synth::template::{Map, Value, pseudo};
///
/// let tags: Value<Map<String>> = Value::new(synth::map! { "app" => "tracker", "region" => pseudo::REGION });
/// assert_eq!(tags.node().as_map().unwrap().len(), 2);
/// ```
#[macro_export]
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::template::Entries::new()$(.with($key, $value))*
    };
}

impl<T> FromIterator<Value<T>> for Value<List<T>> {
    fn from_iter<I: IntoIterator<Item = Value<T>>>(items: I) -> Self {
        Self::from_node(items.into_iter().map(Value::into_inner).collect::<Vec<_>>().into())
    }
}
