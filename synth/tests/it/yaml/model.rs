//! Any template.

use proptest::collection::vec;
use proptest::prelude::*;
use synth::template::{Intrinsic, Node};

/// A mapping with any values, and with one more behind them, so that their ends are seen too.
pub(super) fn any_template() -> impl Strategy<Value = Node> {
    (any_text(), any_node()).prop_map(|(key, node)| Node::map([(key, node), ("Last".to_owned(), "one".into())]))
}

/// Text with a leaning to what YAML has a meaning for.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[A-Z][A-Za-z0-9]{0,12}",
        2 => proptest::sample::select(ODD).prop_map(str::to_owned),
        1 => "[-+0-9._:eExobTZ]{1,8}",
        2 => "[-?:,{}#&*!|>'\"%@`\\[\\] a\\\\=~<.]{1,8}",
        2 => "([ \t]{0,2}[-#'\":a]{0,3}[ \t]{0,1}\n){1,4}[ \t]?[a#]{0,2}",
        1 => "\\PC{0,12}",
        1 => any::<String>(),
        1 => vec(any::<char>(), 0..8).prop_map(|characters| characters.into_iter().collect()),
    ]
}

/// Text that some reader takes for something else, or cannot read as it is.
pub(super) const ODD: &[&str] = &[
    "",
    " ",
    "~",
    "y",
    "Y",
    "n",
    "N",
    "yes",
    "Yes",
    "YES",
    "no",
    "on",
    "On",
    "off",
    "true",
    "True",
    "TRUE",
    "false",
    "null",
    "Null",
    "NULL",
    "0",
    "-0",
    "012",
    "0123",
    "08",
    "0o17",
    "0x1F",
    "0b101",
    "1_000",
    "+1",
    "-1",
    "12:30",
    "1:30.5",
    "190:20:30",
    "2012-10-17",
    "2010-09-09",
    "2001-12-14t21:59:43.10-05:00",
    "1e3",
    "1E3",
    "1.0",
    "1.",
    ".5",
    "1.5e+3",
    "6e23",
    ".inf",
    "-.INF",
    ".nan",
    ".NaN",
    "=",
    "<<",
    "-",
    "- a",
    "?",
    "? a",
    ":",
    "a:",
    ": a",
    "a: b",
    "a:b",
    "#",
    "# a",
    "a #b",
    "a#b",
    "&a",
    "*",
    "*a",
    "!",
    "!Ref",
    "!Ref a",
    "|",
    ">",
    "'",
    "\"",
    "%",
    "@",
    "`",
    "{",
    "}",
    "[",
    "]",
    ",",
    "{a}",
    "[a]",
    "a, b",
    "${A}",
    "{{resolve:ssm:/a}}",
    "---",
    "--- a",
    "...",
    " a",
    "a ",
    "\ta",
    "a\t",
    "a\tb",
    "it's",
    "'a'",
    "\"a\"",
    "\\",
    "\\n",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b",
    "a \nb",
    "a\n\n\nb",
    "#\na",
    "\t\na",
    "a\r\nb",
    "\r",
    "\0",
    "\u{7}",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{feff}a",
    "\u{fffe}",
    "\u{ffff}",
    "\u{202e}",
    "😀",
    "ä",
    "0.0.0.0",
    "10.0.0.0/16",
    "::1",
    "::/0",
    "arn:aws:s3:::a/*",
    "AWS::Region",
    "a.b",
    ".b",
    "99999999999999999999",
];

fn any_node() -> impl Strategy<Value = Node> {
    any_scalar().prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            2 => vec(inner.clone(), 0..5).prop_map(Node::list),
            3 => vec((any_text(), inner.clone()), 0..5).prop_map(Node::map),
            3 => (any_function(), any_argument(inner)).prop_map(|(name, argument)| Node::map([(name.key(), argument)])),
        ]
    })
}

fn any_scalar() -> impl Strategy<Value = Node> {
    prop_oneof![
        1 => Just(Node::Null),
        1 => any::<bool>().prop_map(Node::Bool),
        1 => prop_oneof![any::<i64>(), -9..9_i64].prop_map(Node::Integer),
        1 => any::<f64>().prop_filter("JSON has no other", |value| value.is_finite()).prop_map(Node::Float),
        1 => proptest::sample::select(vec![0.0, -0.0, 1.0, 0.1, 1e16, 1e-7, 1e300, 5e-324]).prop_map(Node::Float),
        6 => any_text().prop_map(Node::from),
    ]
}

/// Mostly what functions take, and anything else too.
fn any_argument(inner: impl Strategy<Value = Node> + Clone) -> impl Strategy<Value = Node> {
    prop_oneof![
        2 => any_text().prop_map(Node::from),
        2 => vec(prop_oneof![any_text().prop_map(Node::from), inner.clone()], 0..4).prop_map(Node::list),
        1 => (any_text(), any_text()).prop_map(|(one, other)| Node::list([one.into(), other.into()])),
        2 => inner,
    ]
}

fn any_function() -> impl Strategy<Value = Intrinsic> {
    const FUNCTIONS: [Intrinsic; 21] = [
        Intrinsic::And,
        Intrinsic::Base64,
        Intrinsic::Cidr,
        Intrinsic::Condition,
        Intrinsic::Equals,
        Intrinsic::FindInMap,
        Intrinsic::GetAtt,
        Intrinsic::GetAzs,
        Intrinsic::GetStackOutput,
        Intrinsic::If,
        Intrinsic::ImportValue,
        Intrinsic::Join,
        Intrinsic::Length,
        Intrinsic::Not,
        Intrinsic::Or,
        Intrinsic::Ref,
        Intrinsic::Select,
        Intrinsic::Split,
        Intrinsic::Sub,
        Intrinsic::ToJsonString,
        Intrinsic::Transform,
    ];
    // It is the one with forms of its own.
    prop_oneof![4 => proptest::sample::select(FUNCTIONS.to_vec()), 1 => Just(Intrinsic::GetAtt)]
}
