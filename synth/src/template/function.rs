//! Intrinsic functions, as they stand in the value tree.

use super::node::Node;

/// The name of an intrinsic function.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the function of that name")]
pub enum Intrinsic {
    And,
    Base64,
    Cidr,
    Condition,
    Equals,
    FindInMap,
    GetAtt,
    GetAzs,
    GetStackOutput,
    If,
    ImportValue,
    Join,
    Length,
    Not,
    Or,
    Ref,
    Select,
    Split,
    Sub,
    ToJsonString,
    Transform,
}

/// Every function with the key of its full form. The short form's tag is the key without `Fn::`.
const KEYS: [(Intrinsic, &str); 21] = [
    (Intrinsic::And, "Fn::And"),
    (Intrinsic::Base64, "Fn::Base64"),
    (Intrinsic::Cidr, "Fn::Cidr"),
    (Intrinsic::Condition, "Condition"),
    (Intrinsic::Equals, "Fn::Equals"),
    (Intrinsic::FindInMap, "Fn::FindInMap"),
    (Intrinsic::GetAtt, "Fn::GetAtt"),
    (Intrinsic::GetAzs, "Fn::GetAZs"),
    (Intrinsic::GetStackOutput, "Fn::GetStackOutput"),
    (Intrinsic::If, "Fn::If"),
    (Intrinsic::ImportValue, "Fn::ImportValue"),
    (Intrinsic::Join, "Fn::Join"),
    (Intrinsic::Length, "Fn::Length"),
    (Intrinsic::Not, "Fn::Not"),
    (Intrinsic::Or, "Fn::Or"),
    (Intrinsic::Ref, "Ref"),
    (Intrinsic::Select, "Fn::Select"),
    (Intrinsic::Split, "Fn::Split"),
    (Intrinsic::Sub, "Fn::Sub"),
    (Intrinsic::ToJsonString, "Fn::ToJsonString"),
    (Intrinsic::Transform, "Fn::Transform"),
];

impl Intrinsic {
    /// The function with this key in the full form (`Fn::Join`, `Ref`).
    pub fn from_key(key: &str) -> Option<Self> {
        KEYS.iter().find(|(_, name)| *name == key).map(|(function, _)| *function)
    }

    /// The function with this tag in YAML's short form, without the `!` (`Join`, `Ref`).
    pub fn from_tag(tag: &str) -> Option<Self> {
        KEYS.iter().find(|(function, _)| function.tag() == tag).map(|(function, _)| *function)
    }

    /// The key of the full form.
    pub fn key(self) -> &'static str {
        KEYS[self as usize].1
    }

    /// The tag of YAML's short form, without the `!`.
    pub fn tag(self) -> &'static str {
        let key = self.key();
        key.strip_prefix("Fn::").unwrap_or(key)
    }

    /// Whether a map from this key to `argument` is the function. `Condition` is also an ordinary key, of a
    /// statement in a policy for example: there its value is a map.
    pub(crate) fn takes(self, argument: &Node) -> bool {
        self != Self::Condition || argument.as_str().is_some()
    }
}

/// An intrinsic function and its argument, in the shape that the full form gives it.
#[derive(Clone, Debug)]
pub struct Function {
    name: Intrinsic,
    argument: Node,
    scope: Scope,
}

impl Function {
    /// The function `name` of `argument`. `GetAtt`'s dotted text becomes a list, so that each function has one shape.
    pub fn new(name: Intrinsic, argument: Node) -> Self {
        let argument = match (name, argument) {
            (Intrinsic::GetAtt, Node::String(text)) => match text.split_once('.') {
                Some((resource, attribute)) => Node::list([resource.to_owned().into(), attribute.to_owned().into()]),
                None => Node::String(text),
            },
            (_, argument) => argument,
        };
        Self { name, argument, scope: Scope::default() }
    }

    /// Which function it is.
    pub fn name(&self) -> Intrinsic {
        self.name
    }

    /// What it is applied to.
    pub fn argument(&self) -> &Node {
        &self.argument
    }

    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) fn unscoped(self) -> Self {
        Self { argument: self.argument.unscoped(), scope: Scope::Unknown, ..self }
    }

    pub(crate) fn scoped(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }
}

/// Where a function came from does not change what it says.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.argument == other.argument
    }
}

/// Which stack the names inside a function belong to, so that a handle used in another stack is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Not known: the name was written as text, or read from a file.
    #[default]
    Unknown,
    /// The stack with this number.
    Stack(u32),
    /// Names of several stacks: wrong in each of them.
    Several,
}

impl Scope {
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (scope, Self::Unknown) | (Self::Unknown, scope) => scope,
            (one, two) if one == two => one,
            _ => Self::Several,
        }
    }
}
