//! The names of types and the arguments of `new` that were published once, so that new data can't change them unseen.
//!
//! A line a type, below its resource: what the schema knows it by (`.` the resource itself, `#Name` a definition, else
//! the path of a property), its name in Rust, and the arguments of `new`. What the catalogue says now stands behind:
//! `+Name` is required but stays a setter, `-Name` is not required any more but stays an argument, `gone` is a type
//! that the catalogue has no more. Lines are added, never taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Context as _;

const ABOUT: &str = "\
# What was published: names of types and arguments of `new`. Written by synth-codegen, which keeps to it; see
# synth/codegen/src/generate/ledger.rs for the form. A `+`, a `-` or `gone` in a change says what the data changed.
";
const OWN: &str = ".";

/// What was published.
#[derive(Debug, Default, Clone)]
pub struct Ledger {
    resources: BTreeMap<String, Published>,
}

/// What was published of a resource type, by what the schema knows each type by.
pub type Published = BTreeMap<String, Entry>;

/// A type that was published.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name in Rust.
    pub name: String,
    /// The arguments of `new`, in their order.
    pub arguments: Vec<String>,
    /// What is required now, but was not when the type was published.
    pub required_now: Vec<String>,
    /// Arguments that are not required any more.
    pub required_no_more: Vec<String>,
}

impl Ledger {
    /// Reads the ledger's text.
    ///
    /// # Errors
    /// When a line has not the form of a ledger.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let mut ledger = Self::default();
        let mut resource: Option<&mut Published> = None;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let at = || format!("line {} of synth/schema/ledger.txt is none of a ledger: {line}", number + 1);
            match line.strip_prefix(' ') {
                Some(entry) => {
                    let (key, entry) = read_entry(entry).with_context(at)?;
                    resource.as_mut().with_context(at)?.insert(key, entry);
                }
                None => resource = Some(ledger.resources.entry(line.to_owned()).or_default()),
            }
        }
        Ok(ledger)
    }

    /// What was published of a resource type.
    pub fn published(&self, resource: &str) -> Option<&Published> {
        self.resources.get(resource)
    }

    /// The ledger with what is generated now.
    pub fn with(mut self, generated: &BTreeMap<String, Published>) -> Self {
        for (resource, entries) in generated {
            self.resources.entry(resource.clone()).or_default().extend(entries.clone());
        }
        self
    }

    /// The ledger's text. What isn't among `generated` is gone.
    pub fn text(&self, generated: &BTreeMap<String, Published>) -> String {
        let mut text = ABOUT.to_owned();
        for (resource, entries) in &self.resources {
            text.push_str(resource);
            text.push('\n');
            for (key, entry) in entries {
                let is_there = generated.get(resource).is_some_and(|entries| entries.contains_key(key));
                write_entry(&mut text, key, entry, is_there);
            }
        }
        text
    }
}

impl Entry {
    /// The arguments of `new` for what is required now; those that were published before stay.
    pub fn new(name: String, required: Vec<String>, published: Option<&Self>, known: &BTreeSet<&str>) -> Self {
        let Some(published) = published else { return Self { name, arguments: required, ..Self::default() } };
        let arguments: Vec<String> =
            published.arguments.iter().filter(|argument| known.contains(&***argument)).cloned().collect();
        let required_now = required.iter().filter(|property| !arguments.contains(property)).cloned().collect();
        let required_no_more = arguments.iter().filter(|argument| !required.contains(argument)).cloned().collect();
        Self { name, arguments, required_now, required_no_more }
    }
}

fn read_entry(line: &str) -> Option<(String, Entry)> {
    let mut words = line.split(' ');
    let key = words.next().map(|key| if key == OWN { "" } else { key })?;
    let name = words.next().filter(|name| !name.is_empty())?;
    let arguments = words.filter(|word| !word.starts_with('+') && *word != "gone");
    let arguments = arguments.map(|word| word.trim_start_matches('-').to_owned()).collect();
    Some((key.to_owned(), Entry { name: name.to_owned(), arguments, ..Entry::default() }))
}

fn write_entry(text: &mut String, key: &str, entry: &Entry, is_there: bool) {
    let key = if key.is_empty() { OWN } else { key };
    // Writing to a `String` can't fail.
    let _ = write!(text, " {key} {}", entry.name);
    for argument in &entry.arguments {
        let mark = if entry.required_no_more.contains(argument) { "-" } else { "" };
        let _ = write!(text, " {mark}{argument}");
    }
    for property in &entry.required_now {
        let _ = write!(text, " +{property}");
    }
    text.push_str(if is_there { "\n" } else { " gone\n" });
}
