//! YAML in block style, with functions in their short form.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::template::scalar;
use crate::template::{Function, Intrinsic, Mapping, Node};

/// The tree as YAML: two spaces of indentation, functions in their short form, a newline at the end.
///
/// Text is quoted wherever any reader, of YAML 1.1 or 1.2, could take it for something else. Lines are never
/// folded. A function is written in its full form where CloudFormation has no short one, or does not accept it
/// (a tag directly on a tag).
pub fn yaml(node: &Node) -> String {
    let mut writer = Writer { out: String::new() };
    writer.value(node, 0, After::Nothing);
    writer.out.push('\n');
    writer.out
}

/// The arguments of a function stay on its line up to this width.
const WIDTH: usize = 100;

/// Keys in front of a `:` may have 1,024 characters. Longer ones need a `?`.
const LONGEST_KEY: usize = 1000;

struct Writer {
    out: String,
}

/// What stands on the line in front of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// The value is the document.
    Nothing,
    Key,
    Dash,
    Tag,
}

impl Writer {
    /// Writes a value whose parts, if it has any on lines of their own, are indented by `indent`.
    fn value(&mut self, node: &Node, indent: usize, after: After) {
        match node {
            Node::List(items) if !items.is_empty() => self.list(items, indent, after),
            Node::Map(map) if !map.is_empty() => self.map(map, indent, after),
            Node::Function(function) if !has_short_form(function) => {
                self.start_block(indent, after);
                self.entry(function.name().key(), function.argument(), indent);
            }
            _ => {
                if after != After::Nothing {
                    self.out.push(' ');
                }
                self.inline(node, indent);
            }
        }
    }

    /// Writes what starts on the current line.
    fn inline(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            // Writing into a string does not fail.
            Node::Integer(value) => _ = write!(self.out, "{value}"),
            Node::Float(value) => self.float(*value),
            Node::String(text) => self.text(text, indent),
            Node::List(_) => self.out.push_str("[]"),
            Node::Map(_) => self.out.push_str("{}"),
            Node::Function(function) => self.short_form(function, indent),
        }
    }

    fn list(&mut self, items: &[Node], indent: usize, after: After) {
        self.start_block(indent, after);
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.line(indent);
            }
            self.out.push('-');
            self.value(item, indent + 2, After::Dash);
        }
    }

    fn map(&mut self, map: &Mapping, indent: usize, after: After) {
        self.start_block(indent, after);
        for (position, (key, value)) in map.iter().enumerate() {
            if position > 0 {
                self.line(indent);
            }
            self.entry(key, value, indent);
        }
    }

    fn entry(&mut self, key: &str, value: &Node, indent: usize) {
        let start = self.out.len();
        self.scalar(key, false);
        if self.out.len() - start > LONGEST_KEY {
            self.out.insert_str(start, "? ");
            self.line(indent);
        }
        self.out.push(':');
        self.value(value, indent + 2, After::Key);
    }

    fn short_form(&mut self, function: &Function, indent: usize) {
        self.out.push('!');
        self.out.push_str(function.name().tag());
        match function.argument() {
            Node::List(items) if function.name() == Intrinsic::GetAtt => {
                self.out.push(' ');
                self.text(&dotted(items), indent);
            }
            Node::List(items) if self.flow(items) => {}
            argument => self.value(argument, indent, After::Tag),
        }
    }

    /// Writes a list on this line. Does nothing where it would be too long, or an item is itself a list or a map.
    fn flow(&mut self, items: &[Node]) -> bool {
        if items.is_empty() || !items.iter().all(is_short) {
            return false;
        }
        let before = self.out.len();
        let line = self.out.rfind('\n').map_or(0, |end| end + 1);
        for (position, item) in items.iter().enumerate() {
            self.out.push_str(if position == 0 { " [" } else { ", " });
            self.flow_item(item);
        }
        self.out.push(']');
        let fits = self.out[line..].chars().take(WIDTH + 1).count() <= WIDTH;
        if !fits {
            self.out.truncate(before);
        }
        fits
    }

    fn flow_item(&mut self, item: &Node) {
        match item {
            Node::String(text) => self.scalar(text, true),
            Node::Function(function) => {
                self.out.push('!');
                self.out.push_str(function.name().tag());
                self.out.push(' ');
                match function.argument() {
                    Node::List(items) => self.scalar(&dotted(items), true),
                    argument => self.scalar(argument.as_str().unwrap_or_default(), true),
                }
            }
            other => self.inline(other, 0),
        }
    }

    fn float(&mut self, value: f64) {
        let start = self.out.len();
        _ = write!(self.out, "{value:?}");
        // YAML 1.1 wants the point and the sign: `1e16` is text there, `1.0e+16` is a number.
        if let Some(exponent) = self.out[start..].find('e').map(|at| start + at) {
            if !self.out[exponent..].starts_with("e-") {
                self.out.insert(exponent + 1, '+');
            }
            if !self.out[start..exponent].contains('.') {
                self.out.insert_str(exponent, ".0");
            }
        }
    }

    /// Writes text, in several lines where it has several.
    fn text(&mut self, text: &str, indent: usize) {
        match literal_header(text) {
            Some(header) if indent > 0 => {
                self.out.push_str(header);
                // Whatever comes next writes the last newline.
                for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                    if line.is_empty() {
                        self.out.push('\n');
                    } else {
                        self.line(indent);
                        self.out.push_str(line);
                    }
                }
            }
            _ => self.scalar(text, false),
        }
    }

    /// Writes text on this line.
    fn scalar(&mut self, text: &str, flow: bool) {
        if scalar::is_plain(text, flow) {
            self.out.push_str(text);
        } else if text.chars().all(scalar::is_printable) {
            self.out.push('\'');
            for (position, part) in text.split('\'').enumerate() {
                if position > 0 {
                    self.out.push_str("''");
                }
                self.out.push_str(part);
            }
            self.out.push('\'');
        } else {
            self.escaped(text);
        }
    }

    fn escaped(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                _ if scalar::is_printable(character) => self.out.push(character),
                _ if character < '\u{100}' => _ = write!(self.out, "\\x{:02X}", u32::from(character)),
                _ => _ = write!(self.out, "\\u{:04X}", u32::from(character)),
            }
        }
        self.out.push('"');
    }

    /// Goes to where the first entry of a block stands. After a dash that is the same line.
    fn start_block(&mut self, indent: usize, after: After) {
        match after {
            After::Nothing => {}
            After::Dash => self.out.push(' '),
            After::Key | After::Tag => self.line(indent),
        }
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Whether CloudFormation takes the short form of this function with this argument.
fn has_short_form(function: &Function) -> bool {
    match (function.name(), function.argument()) {
        // Documented in the full form only.
        (Intrinsic::Length | Intrinsic::ToJsonString, _) => false,
        (Intrinsic::GetAtt, Node::List(items)) => {
            matches!(&**items, [Node::String(resource), Node::String(_)] if !resource.contains('.'))
        }
        // A reader of tags takes every scalar after one for text, and a value has one tag at most.
        (_, argument) => matches!(argument, Node::String(_) | Node::List(_) | Node::Map(_)),
    }
}

/// Whether the node can stand in a list on one line.
fn is_short(node: &Node) -> bool {
    match node {
        Node::List(_) | Node::Map(_) => false,
        Node::String(text) => !text.contains('\n'),
        Node::Function(function) => {
            has_short_form(function)
                && match function.argument() {
                    Node::String(text) => !text.contains('\n'),
                    Node::List(_) => function.name() == Intrinsic::GetAtt,
                    _ => false,
                }
        }
        _ => true,
    }
}

/// The text form of `GetAtt`'s argument.
fn dotted(items: &[Node]) -> Cow<'_, str> {
    match items {
        [Node::String(resource), Node::String(attribute)] => Cow::Owned(format!("{resource}.{attribute}")),
        _ => Cow::Borrowed(""),
    }
}

/// The first line of the literal block that holds exactly this text; `None` where none does.
fn literal_header(text: &str) -> Option<&'static str> {
    if !text.contains('\n') {
        return None;
    }
    let first = text.split('\n').find(|line| !line.is_empty())?;
    let exact = text.split('\n').all(|line| !line.ends_with([' ', '\t']))
        && text.chars().all(|character| matches!(character, '\n' | '\t') || scalar::is_printable(character));
    let chomping = usize::from(text.ends_with('\n')) + usize::from(text.ends_with("\n\n"));
    // A reader finds the indentation out by the first line, which therefore must not begin with a space.
    let headers = if first.starts_with([' ', '\t']) { ["|2-", "|2", "|2+"] } else { ["|-", "|", "|+"] };
    exact.then(|| headers[chomping])
}
