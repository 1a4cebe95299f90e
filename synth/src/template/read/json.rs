//! JSON to a tree.
//!
//! The parser of YAML does not read all JSON (surrogate pairs), and numbers mean something else there. Strings and
//! numbers are left to `serde_json`, which says where none of what it reads is.

use super::build::Builder;
use super::error::Problem;
use super::place::{Place, Position};
use crate::template::Node;

pub(super) fn read(text: &str) -> Result<(Node, Place), Problem> {
    let mut reader = Reader { text, at: 0, counted: 0, position: Position { line: 1, column: 1 } };
    let mut builder = Builder::default();
    reader.value(&mut builder)?;
    match (reader.next(), builder.finish()) {
        (None, Some(root)) => Ok(root),
        _ => Err(reader.unexpected("the end of the file")),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
    /// The byte that `position` belongs to.
    counted: usize,
    position: Position,
}

impl<'a> Reader<'a> {
    /// Reads one value. The builder ends the recursion where it is too deep.
    fn value(&mut self, builder: &mut Builder) -> Result<(), Problem> {
        let next = self.next();
        let position = self.position();
        let node = match next {
            Some(b'{') => {
                builder.open_map(position, None)?;
                return self.items(builder, b'}', Self::entry);
            }
            Some(b'[') => {
                builder.open_list(position, None)?;
                return self.items(builder, b']', Self::value);
            }
            Some(b'"') => self.string()?.into(),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        builder.scalar(node, position, None);
        Ok(())
    }

    fn items(
        &mut self,
        builder: &mut Builder,
        end: u8,
        item: impl Fn(&mut Self, &mut Builder) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.at += 1;
        if self.next() != Some(end) {
            loop {
                item(self, builder)?;
                match self.next() {
                    Some(b',') => self.at += 1,
                    Some(next) if next == end => break,
                    _ => return Err(self.unexpected(if end == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
                }
            }
        }
        self.at += 1;
        builder.close()
    }

    fn entry(&mut self, builder: &mut Builder) -> Result<(), Problem> {
        if self.next() != Some(b'"') {
            return Err(self.unexpected("a key in double quotes"));
        }
        let position = self.position();
        builder.key(self.string()?, position);
        if self.next() != Some(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        self.value(builder)
    }

    fn string(&mut self) -> Result<String, Problem> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
            end += if *byte == b'\\' { 2 } else { 1 };
        }
        let token = self.token(end + 1);
        serde_json::from_str(token).map_err(|error| self.wrong("text", &error))
    }

    fn number(&mut self) -> Result<Node, Problem> {
        let rest = &self.text[self.at..];
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.');
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let token = self.token(self.at + end);
        serde_json::from_str::<f64>(token).map_err(|error| self.wrong("number", &error))?;
        // A whole number that does not fit stays text, so that no digit is lost.
        let is_whole = !token.contains(['.', 'e', 'E']);
        // The standard library finds the nearest float, which `serde_json` does not always.
        Ok(match (token.parse(), token.parse()) {
            (Ok(whole), _) => Node::Integer(whole),
            (Err(_), Ok(float)) if !is_whole => Node::Float(float),
            _ => token.to_owned().into(),
        })
    }

    fn word(&mut self) -> Result<Node, Problem> {
        let rest = &self.text[self.at..];
        let end = rest.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let node = match &rest[..end] {
            "null" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            _ => return Err(self.unexpected("a value")),
        };
        self.at += end;
        Ok(node)
    }

    /// Takes the text up to `end`, which may be beyond the end of the file or inside a character.
    fn token(&mut self, end: usize) -> &'a str {
        let start = self.at;
        self.position();
        self.at =
            (end.min(self.text.len())..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(end);
        &self.text[start..self.at]
    }

    /// The next byte that is not white space, which is not taken.
    fn next(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Where the next byte is.
    fn position(&mut self) -> Position {
        for character in self.text[self.counted..self.at].chars() {
            if character == '\n' {
                self.position = Position { line: self.position.line.saturating_add(1), column: 1 };
            } else {
                self.position.column = self.position.column.saturating_add(1);
            }
        }
        self.counted = self.at;
        self.position
    }

    fn unexpected(&mut self, wanted: &str) -> Problem {
        let found = match self.text[self.at..].chars().next() {
            None => "the file ends".to_owned(),
            Some(character) => format!("`{}` stands", character.escape_debug()),
        };
        let what = format!("not valid JSON: {found} where {wanted} should be");
        Problem::new(self.position(), what, ADVICE)
    }

    /// A token that is none. The position is where it begins.
    fn wrong(&self, kind: &str, error: &serde_json::Error) -> Problem {
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Problem::new(self.position, format!("not valid JSON: this {kind} is wrong ({reason})"), ADVICE)
    }
}

const ADVICE: &str = "A file that begins with `{` is JSON for CloudFormation: no comments, no trailing commas, \
                      double quotes only.";
