//! Visiting every function of a tree, with the path to it.

use std::fmt;

use crate::template::{Function, Node};

/// The way from the root of a template to a node.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The keys and the numbers of items. A key may have dots in it.
    pub(crate) fn steps(&self) -> Vec<String> {
        let (mut steps, last) = match self {
            Self::Root => return Vec::new(),
            Self::Key(parent, key) => (parent.steps(), (*key).to_owned()),
            Self::Index(parent, index) => (parent.steps(), index.to_string()),
        };
        steps.push(last);
        steps
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => formatter.write_str(key),
            Self::Key(parent, key) => write!(formatter, "{parent}.{key}"),
            Self::Index(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

/// Calls `visit` with every function in `node`, outer before inner.
pub(crate) fn functions<'n>(node: &'n Node, path: &Path<'_>, visit: &mut dyn FnMut(&'n Function, &Path<'_>)) {
    match node {
        Node::List(items) => {
            for (index, item) in items.iter().enumerate() {
                functions(item, &Path::Index(path, index), visit);
            }
        }
        Node::Map(map) => {
            for (key, value) in map.iter() {
                functions(value, &Path::Key(path, key), visit);
            }
        }
        Node::Function(function) => {
            visit(function, path);
            functions(function.argument(), path, visit);
        }
        Node::Null | Node::Bool(_) | Node::Integer(_) | Node::Float(_) | Node::String(_) => {}
    }
}

/// The names that a function says: of parameters and resources, each with the attribute that is wanted.
pub(crate) fn names<'n>(function: &'n Function, mut found: impl FnMut(&'n str, Option<&'n str>)) -> Result<(), String> {
    use crate::template::Intrinsic;
    match (function.name(), function.argument()) {
        (Intrinsic::Ref, Node::String(id)) => found(id, None),
        (Intrinsic::GetAtt, Node::List(parts)) => {
            if let Some(Node::String(id)) = parts.first() {
                found(id, Some(parts.get(1).and_then(Node::as_str).unwrap_or_default()));
            }
        }
        (Intrinsic::Sub, Node::String(text)) => placeholders(text, &mut found)?,
        (Intrinsic::Sub, Node::List(parts)) => {
            let variables = parts.get(1).and_then(Node::as_map);
            if let Some(Node::String(text)) = parts.first() {
                placeholders(text, &mut |id, attribute| {
                    if variables.is_none_or(|variables| variables.get(id).is_none()) {
                        found(id, attribute);
                    }
                })?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The names between `${` and `}`; `${!` is literal.
fn placeholders<'n>(mut text: &'n str, found: &mut dyn FnMut(&'n str, Option<&'n str>)) -> Result<(), String> {
    while let Some((_, rest)) = text.split_once("${") {
        let Some((name, after)) = rest.split_once('}') else {
            return Err(format!("`${{{rest}` has no closing `}}`"));
        };
        if !name.starts_with('!') {
            match name.split_once('.') {
                Some((id, attribute)) => found(id, Some(attribute)),
                None => found(name, None),
            }
        }
        text = after;
    }
    Ok(())
}
