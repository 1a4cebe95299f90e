//! How text is written.

use synth::template::{Node, write};

fn value(text: &'static str) -> String {
    let yaml = write::yaml(&Node::map([("K", text.into())]));
    yaml.strip_prefix("K: ").unwrap().strip_suffix('\n').unwrap().to_owned()
}

#[test]
fn ordinary_text_is_not_quoted() {
    let texts = [
        "a",
        "Vpc",
        "t3.micro",
        "AWS::EC2::VPC",
        "arn:aws:s3:::bucket/*",
        "10.0.0.0/16",
        "2a05:d018::/56",
        "/health",
        "${AWS::StackName}-vpc",
        "https://example.com/",
        "a b",
        "a#b",
        "a - b",
        "it's",
        "say \"a\"",
        "a, b",
        "a[0]",
        "ä",
        "😀",
        "_a",
        "yesterday",
        "nothing",
        "nullable",
        "512 MB",
        "15m",
        "$default",
        "(a)",
        "\\d+",
        "v1.0",
        "us-east-1a",
        "key=value",
        "a=b",
        "x.y",
        "not",
        "truth",
    ];
    for text in texts {
        assert_eq!(value(text), text);
    }
}

#[test]
fn text_that_looks_like_something_else_is_quoted() {
    let texts = [
        "",
        " ",
        "y",
        "Y",
        "n",
        "N",
        "yes",
        "Yes",
        "YES",
        "no",
        "No",
        "on",
        "On",
        "ON",
        "off",
        "OFF",
        "oN",
        "true",
        "True",
        "false",
        "FALSE",
        "null",
        "Null",
        "NULL",
        "~",
        "0",
        "1",
        "-1",
        "+1",
        "0123",
        "08",
        "0o17",
        "0x1F",
        "0b1",
        "1_000",
        "12:30",
        "190:20:30",
        "1:30.5",
        "2012-10-17",
        "2010-09-09",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43",
        "1e3",
        "1E3",
        "12e45",
        "1.0",
        "1.",
        ".5",
        "1.2.3",
        "0.0.0.0",
        "127.0.0.1",
        ".inf",
        "-.INF",
        "+.inf",
        ".nan",
        ".NaN",
        "=",
        "<<",
        "-",
        "--",
        "---",
        "...",
        "- a",
        "?",
        "? a",
        ":",
        ": a",
        "a:",
        "a: b",
        "#",
        "# a",
        "a #b",
        "&a",
        "*",
        "*a",
        "!Ref a",
        "|",
        ">",
        "%",
        "%a",
        "@a",
        "`a",
        "{a}",
        "{{resolve:ssm:/a}}",
        "[a]",
        "]",
        "}",
        ",",
        " a",
        "a ",
        "\"a\"",
        "111122223333",
        "000000000000",
    ];
    for text in texts {
        assert_eq!(value(text), format!("'{text}'"));
    }
}

#[test]
fn single_quotes_are_doubled() {
    assert_eq!(value("'a'"), "'''a'''");
    assert_eq!(value("it's: a"), "'it''s: a'");
}

#[test]
fn what_no_eye_sees_is_escaped() {
    let cases = [
        ("a\tb", r#""a\tb""#),
        ("a\r\nb", r#""a\r\nb""#),
        ("\n", r#""\n""#),
        ("a \nb", r#""a \nb""#),
        ("a\t\nb", r#""a\t\nb""#),
        ("\0", r#""\x00""#),
        ("\u{1b}[0m", r#""\x1B[0m""#),
        ("\u{7f}", r#""\x7F""#),
        ("\u{85}", r#""\x85""#),
        ("\u{2028}\u{2029}", r#""\u2028\u2029""#),
        ("\u{feff}", r#""\uFEFF""#),
        ("\u{ffff}", r#""\uFFFF""#),
        ("a\u{202e}b", r#""a\u202Eb""#),
        ("\"\\\u{7}", r#""\"\\\x07""#),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text), expected);
    }
}

#[test]
fn lines_of_text_are_written_as_lines() {
    let cases = [
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        ("a\n\nb\n", "|\n  a\n\n  b"),
        ("\na\n", "|\n\n  a"),
        (" a\nb\n", "|2\n   a\n  b"),
        ("\n a", "|2-\n\n   a"),
        (" a\n\n\n", "|2+\n   a\n\n"),
        ("\ta\n", "|2\n  \ta"),
        ("a\n  b\n", "|\n  a\n    b"),
        ("#!/bin/sh\n# a: b\n", "|\n  #!/bin/sh\n  # a: b"),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text), expected);
    }
}

#[test]
fn keys_are_quoted_as_values_are() {
    let keys = ["a", "yes", "0123", "Fn::Base64", "a b", "", "a\nb", "111122223333", "*"];
    let yaml = write::yaml(&Node::map(keys.map(|key| (key, Node::Null))).clone());
    let expected = "a: null\n'yes': null\n'0123': null\nFn::Base64: null\na b: null\n'': null\n\"a\\nb\": null\n\
                    '111122223333': null\n'*': null\n";
    assert_eq!(yaml, expected);
}

#[test]
fn text_in_a_list_on_one_line_is_quoted_for_it() {
    let items = ["a", "a, b", "a]", "AWS::Region", "{a", "a: b", "a?"].map(Node::from);
    let yaml = write::yaml(&Node::map([("K", Node::map([("Fn::Or", Node::list(items))]))]));
    assert_eq!(yaml, "K: !Or [a, 'a, b', 'a]', 'AWS::Region', '{a', 'a: b', 'a?']\n");
}

#[test]
fn numbers_keep_their_kind() {
    let cases = [
        (Node::Integer(i64::MIN), "-9223372036854775808"),
        (Node::Float(1.0), "1.0"),
        (Node::Float(-0.0), "-0.0"),
        (Node::Float(0.1), "0.1"),
        (Node::Float(1e16), "1.0e+16"),
        (Node::Float(1.5e300), "1.5e+300"),
        (Node::Float(1e-7), "1.0e-7"),
    ];
    for (node, expected) in cases {
        assert_eq!(write::yaml(&Node::map([("K", node)])), format!("K: {expected}\n"));
    }
}
