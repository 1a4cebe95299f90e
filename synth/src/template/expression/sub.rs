//! `Fn::Sub`, built from parts.

use super::{IntoValue, Value};
use crate::template::function::{Intrinsic, Scope};
use crate::template::node::{Mapping, Node};

/// Text with values in it, from [`sub!`](crate::sub). Literal parts are literal: a `${` in them is escaped, so the only
/// names in the result are those of the values.
#[derive(Debug, Default)]
pub struct Sub {
    text: String,
    /// What follows the text and is not escaped yet: a `$` and a `{` may come from two parts.
    literal: String,
    variables: Mapping,
    scope: Scope,
    values: usize,
    single: Option<Node>,
}

impl Sub {
    /// No text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a literal, a reference, or any other text value.
    #[must_use]
    pub fn with(mut self, part: impl IntoValue<String>) -> Self {
        if let Some(node) = part.into_node() {
            self.push(node);
        }
        self
    }

    fn push(&mut self, part: Node) {
        let first = self.text.is_empty() && self.literal.is_empty() && self.values == 0;
        self.single = first.then(|| part.clone());
        match part {
            Node::String(text) => self.literal.push_str(&text),
            Node::Bool(value) => self.literal.push_str(&value.to_string()),
            Node::Integer(number) => self.literal.push_str(&number.to_string()),
            part => self.push_value(part),
        }
    }

    fn push_value(&mut self, part: Node) {
        self.push_literal();
        self.values += 1;
        match inline(&part) {
            Some((text, scope)) if self.fits(&text) => {
                self.text.push_str(&text);
                self.scope = self.scope.and(scope);
            }
            _ => match pieces(&part) {
                Some((pieces, scope)) if pieces.iter().all(|piece| self.takes(*piece)) => {
                    for piece in pieces {
                        self.push_piece(piece);
                    }
                    self.scope = self.scope.and(scope);
                }
                _ => self.push_variable(part),
            },
        }
    }

    fn takes(&self, piece: Piece<'_>) -> bool {
        match piece {
            Piece::Text(text) => self.fits(text),
            Piece::Name(name) => !name.starts_with("Value"),
            Piece::Variable(_) => true,
        }
    }

    fn push_piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Text(text) => self.text.push_str(text),
            Piece::Name(name) => self.text.extend(["${", name, "}"]),
            Piece::Variable(value) => self.push_variable(value.clone()),
        }
    }

    /// Escapes the literal. What would take the text behind it for its own goes into a variable.
    fn push_literal(&mut self) {
        let literal = std::mem::take(&mut self.literal);
        let open = literal.rfind("${").filter(|at| !literal[*at..].contains('}'));
        let (closed, open) = literal.split_at(open.unwrap_or(literal.len()));
        match closed.replace("${", "${!") {
            text if self.fits(&text) => self.text.push_str(&text),
            _ => self.push_variable(closed.to_owned().into()),
        }
        if !open.is_empty() {
            self.push_variable(open.to_owned().into());
        }
    }

    /// Whether the text still means the same behind what is there.
    fn fits(&self, text: &str) -> bool {
        let joins = self.text.ends_with('$') && text.starts_with('{');
        !joins && self.variables.iter().all(|(name, _)| !text.contains(&format!("${{{name}}}")))
    }

    fn push_variable(&mut self, value: Node) {
        let mut number = self.variables.len() + 1;
        let mut placeholder = format!("${{Value{number}}}");
        while self.text.contains(&placeholder) {
            number += 1;
            placeholder = format!("${{Value{number}}}");
        }
        self.text.push_str(&placeholder);
        self.variables.insert(format!("Value{number}"), value);
    }

    /// The expression: `Fn::Sub`, or something simpler where there is nothing to substitute.
    pub fn finish(mut self) -> Value<String> {
        if self.values == 0 {
            return Value::from_node(self.literal.into());
        }
        if let Some(node) = self.single {
            return Value::from_node(node);
        }
        self.push_literal();
        let argument = if self.variables.is_empty() {
            self.text.into()
        } else {
            Node::list([self.text.into(), Node::Map(self.variables)])
        };
        Value::scoped_function(Intrinsic::Sub, argument, self.scope)
    }
}

/// What can stand inside the text itself: `${Vpc}`, `${Vpc.CidrBlock}`, and the text of another `Fn::Sub`.
fn inline(part: &Node) -> Option<(String, Scope)> {
    let function = part.as_function()?;
    let text = match (function.name(), function.argument()) {
        (Intrinsic::Ref, Node::String(id)) => format!("${{{id}}}"),
        (Intrinsic::GetAtt, Node::List(names)) => match &**names {
            [Node::String(id), Node::String(attribute)] => format!("${{{id}.{attribute}}}"),
            _ => return None,
        },
        (Intrinsic::Sub, Node::String(text)) => text.clone().into_owned(),
        _ => return None,
    };
    Some((text, function.scope()))
}

/// A part of the text of a `Fn::Sub` that has variables.
#[derive(Clone, Copy)]
enum Piece<'n> {
    /// Literal, and escaped already.
    Text(&'n str),
    /// The name of a parameter or a resource.
    Name(&'n str),
    /// The value of a variable, which gets a new name.
    Variable(&'n Node),
}

/// The parts of a `Fn::Sub` that has variables.
fn pieces(part: &Node) -> Option<(Vec<Piece<'_>>, Scope)> {
    let function = part.as_function().filter(|function| function.name() == Intrinsic::Sub)?;
    let [Node::String(text), Node::Map(variables)] = function.argument().as_list()? else { return None };
    let (mut rest, mut pieces) = (&**text, Vec::new());
    while let Some(start) = rest.find("${") {
        let end = start + rest[start..].find('}')?;
        let name = &rest[start + 2..end];
        match variables.get(name) {
            _ if name.starts_with('!') => pieces.push(Piece::Text(&rest[..=end])),
            Some(value) => pieces.extend([Piece::Text(&rest[..start]), Piece::Variable(value)]),
            None => pieces.extend([Piece::Text(&rest[..start]), Piece::Name(name)]),
        }
        rest = &rest[end + 1..];
    }
    pieces.push(Piece::Text(rest));
    Some((pieces, function.scope()))
}

/// Text from literals and values: `Fn::Sub`.
///
/// ```
/// use synth::template::{Value, import_value, pseudo, sub};
///
/// let arn = sub!["arn:", pseudo::PARTITION, ":s3:::", import_value("Bucket"), "/*"];
/// assert_eq!(
///     serde_json::to_string(&arn).unwrap(),
///     r#"{"Fn::Sub":["arn:${AWS::Partition}:s3:::${Value1}/*",{"Value1":{"Fn::ImportValue":"Bucket"}}]}"#
/// );
/// ```
#[macro_export]
macro_rules! sub {
    ($($part:expr),* $(,)?) => {
        $crate::template::Sub::new()$(.with($part))*.finish()
    };
}
