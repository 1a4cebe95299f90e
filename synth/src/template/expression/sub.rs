//! `Fn::Sub`, built from parts.

use super::{IntoValue, Value};
use crate::template::function::{Intrinsic, Scope};
use crate::template::node::{Mapping, Node};

/// Text with values in it, from [`sub!`](crate::sub). Literal parts are literal: a `${` in them is escaped, so the only
/// names in the result are those of the values.
#[derive(Debug, Default)]
pub struct Sub {
    text: String,
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
        self.single = (self.text.is_empty() && self.values == 0).then(|| part.clone());
        match part {
            Node::String(text) => self.text.push_str(&text.replace("${", "${!")),
            Node::Bool(value) => self.text.push_str(&value.to_string()),
            Node::Integer(number) => self.text.push_str(&number.to_string()),
            part => self.push_value(part),
        }
    }

    fn push_value(&mut self, part: Node) {
        self.values += 1;
        if let Some((text, scope)) = inline(&part) {
            self.text.push_str(&text);
            self.scope = self.scope.and(scope);
            return;
        }
        let name = format!("Value{}", self.variables.len() + 1);
        self.text.extend(["${", &name, "}"]);
        self.variables.insert(name, part);
    }

    /// The expression: `Fn::Sub`, or something simpler where there is nothing to substitute.
    pub fn finish(self) -> Value<String> {
        if self.values == 0 {
            return Value::from_node(self.text.replace("${!", "${").into());
        }
        if let Some(node) = self.single {
            return Value::from_node(node);
        }
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
