//! YAML to a tree.

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::build::Builder;
use super::error::Problem;
use super::place::{Place, Position};
use crate::template::{Intrinsic, Node, scalar};

/// The prefix of the tags that YAML itself defines, which are written `!!str`.
const CORE: &str = "tag:yaml.org,2002:";

pub(super) fn read(text: &str) -> Result<(Node, Place), Problem> {
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    let mut documents = 0;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax(&error, text))?;
        let position = position(span.start);
        match event {
            Event::DocumentStart(_) if documents > 0 => {
                let advice = "Keep one template in one file.";
                return Err(Problem::new(position, "a second document begins", advice));
            }
            Event::DocumentStart(_) => documents += 1,
            Event::Alias(_) => return Err(alias(position)),
            Event::Scalar(text, style, _, tag) => value(&mut builder, text, style, tag.as_deref(), position)?,
            Event::SequenceStart(_, tag) => builder.open_list(position, function(tag.as_deref(), "seq", position)?)?,
            Event::MappingStart(_, tag) => builder.open_map(position, function(tag.as_deref(), "map", position)?)?,
            Event::SequenceEnd | Event::MappingEnd => builder.close()?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }
    builder.finish().ok_or_else(|| {
        let advice = "Write a mapping with the template's sections, such as `Resources:`.";
        Problem::new(Position { line: 1, column: 1 }, "the file is empty", advice)
    })
}

fn value(
    builder: &mut Builder,
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    position: Position,
) -> Result<(), Problem> {
    let plain = style == ScalarStyle::Plain;
    if builder.wants_key() {
        if plain && text == "<<" {
            return Err(alias(position));
        }
        if tag.is_some_and(|tag| !is_core(tag, "str")) {
            return Err(Problem::new(position, "a key has a tag", "Write plain text in front of the colon."));
        }
        builder.key(text.into_owned(), position);
        return Ok(());
    }
    let (node, function) = match tag {
        None if plain => (scalar::resolve(&text), None),
        None => (None, None),
        Some(tag) => typed(&text, tag, position)?,
    };
    builder.scalar(node.unwrap_or_else(|| text.into_owned().into()), position, function);
    Ok(())
}

/// What a tag makes of a scalar; no node where it stays text.
fn typed(text: &str, tag: &Tag, position: Position) -> Result<(Option<Node>, Option<Intrinsic>), Problem> {
    let node = scalar::resolve(text);
    let fits = match &node {
        Some(Node::Integer(_)) => is_core(tag, "int") || is_core(tag, "float"),
        Some(Node::Float(_)) => is_core(tag, "float"),
        Some(Node::Bool(_)) => is_core(tag, "bool"),
        Some(Node::Null) => is_core(tag, "null"),
        _ => false,
    };
    if fits {
        return Ok((node, None));
    }
    // After the tag of a function every scalar is text.
    function(Some(tag), "str", position).map(|function| (None, function))
}

/// The function that a tag stands for. `kind` is the tag of YAML itself that would change nothing.
fn function(tag: Option<&Tag>, kind: &str, position: Position) -> Result<Option<Intrinsic>, Problem> {
    let Some(tag) = tag.filter(|tag| !is_core(tag, kind) && full(tag) != "!") else {
        return Ok(None);
    };
    let full = full(tag);
    if let Some(function) = full.strip_prefix('!').and_then(Intrinsic::from_tag) {
        return Ok(Some(function));
    }
    let tag = full.strip_prefix(CORE).map_or_else(|| full.to_string(), |name| format!("!!{name}"));
    let what = format!("the tag `{tag}` is none that CloudFormation knows here");
    let advice = "Write the name of a function, such as `!Ref` or `!Sub`; quote text that begins with `!`.";
    Err(Problem::new(position, what, advice))
}

fn full(tag: &Tag) -> Cow<'_, str> {
    if tag.handle.is_empty() { Cow::Borrowed(&tag.suffix) } else { Cow::Owned(format!("{}{}", tag.handle, tag.suffix)) }
}

fn is_core(tag: &Tag, name: &str) -> bool {
    full(tag).strip_prefix(CORE) == Some(name)
}

/// The service answers "YAML aliases are not allowed in CloudFormation templates". Only the command line's
/// `package` expands them. An anchor that no alias names is harmless, and the service lets it pass.
fn alias(position: Position) -> Problem {
    let advice = "CloudFormation accepts none: write the value out here, or expand the file with \
                  `aws cloudformation package`. Quote text that begins with `*`.";
    Problem::new(position, "an alias or a merge key", advice)
}

fn syntax(error: &ScanError, text: &str) -> Problem {
    let (marker, info) = (*error.marker(), error.info());
    let line = text.lines().nth(marker.line().saturating_sub(1)).unwrap_or_default();
    let advice = match line.chars().nth(marker.col()) {
        Some('*') => return alias(position(marker)),
        Some('!') => "A value has one tag at most: write the outer function in full, as in `Fn::Base64: !Sub text`.",
        Some('&' | '@' | '%' | '`') => "Quote text that begins with this character.",
        _ if info.contains("tabs") => "Indent with spaces; YAML does not allow tabs there.",
        _ if info.contains("recursion limit") => "Split the template, or check what generated it.",
        _ if info.contains("mapping values") => {
            "Quote text that has a colon and a space in it, or check the indentation."
        }
        _ => "Check the indentation, the quotes and the colons here and in the line before.",
    };
    Problem::new(position(marker), format!("not valid YAML: {info}"), advice)
}

fn position(marker: Marker) -> Position {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: count(marker.line()), column: count(marker.col() + 1) }
}
