//! What the reader makes of texts that others wrote.

use proptest::prelude::*;
use serde_json::Value;
use synth::template::{Node, read, write};

use super::readers;

fn value(text: &str) -> Node {
    let document = read::document(&format!("K: {text}\n"), "yaml").unwrap();
    document.node().as_map().unwrap().get("K").unwrap().clone()
}

fn error(text: &str) -> String {
    read::document(text, "t.yaml").unwrap_err().to_string()
}

#[test]
fn unquoted_scalars_mean_what_yaml_1_1_says() {
    let cases = [
        ("", Node::Null),
        ("~", Node::Null),
        ("NULL", Node::Null),
        ("yes", Node::Bool(true)),
        ("On", Node::Bool(true)),
        ("TRUE", Node::Bool(true)),
        ("no", Node::Bool(false)),
        ("OFF", Node::Bool(false)),
        ("12", Node::Integer(12)),
        ("-1_000", Node::Integer(-1000)),
        ("0123", Node::Integer(83)),
        ("0x1F", Node::Integer(31)),
        ("-0b101", Node::Integer(-5)),
        ("12:30", Node::Integer(750)),
        ("-1:00:00", Node::Integer(-3600)),
        ("-9223372036854775808", Node::Integer(i64::MIN)),
        ("1.5", Node::Float(1.5)),
        ("-1_0.", Node::Float(-10.0)),
        (".5", Node::Float(0.5)),
        ("1.0e+3", Node::Float(1000.0)),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn everything_else_is_text() {
    let texts = [
        "y",
        "N",
        "nO",
        "nulL",
        "0o17",
        "08",
        "089",
        "1e3",
        "7e10",
        "-.5",
        "1.5e3",
        "2012-10-17",
        "1:60",
        "0:30",
        "1:30.5",
        "12:3a",
        "1__x",
        "_1",
        "+",
        ".",
        "-.",
        "0x",
        "0b2",
        "0x-1",
        ".inf",
        ".nan",
        "1.0e+400",
        "=",
        "1.2.3",
        "99999999999999999999",
        "9223372036854775808",
        "ten",
        "000000000008",
    ];
    for text in texts {
        assert_eq!(value(text), Node::from(text.to_owned()), "{text}");
    }
}

#[test]
fn quotes_and_tags_make_text() {
    for text in ["'5'", "\"5\"", "! 5", "!!str 5", "|-\n  5", "!<tag:yaml.org,2002:str> 5"] {
        assert_eq!(value(text), Node::from("5"), "{text}");
    }
    assert_eq!(value("!!int 5"), Node::Integer(5));
    assert_eq!(value("!!float 5.0"), Node::Float(5.0));
    assert_eq!(value("!!bool on"), Node::Bool(true));
    assert_eq!(value("!Base64 5"), Node::map([("Fn::Base64", "5".into())]));
    assert_eq!(value("!GetAZs"), Node::map([("Fn::GetAZs", "".into())]));
}

#[test]
fn all_forms_of_a_function_are_the_same() {
    let forms = ["!GetAtt A.B.C", "!GetAtt [A, B.C]", "!GetAtt\n  - A\n  - B.C", "{'Fn::GetAtt': A.B.C}"];
    for form in forms {
        assert_eq!(write::yaml(&value(form)), "!GetAtt A.B.C\n", "{form}");
    }
}

#[test]
fn keys_are_text_as_they_are_written() {
    let document = read::document("yes: 1\n012: 2\n~: 3\n'<<': 4\n!!str 5: 5\n", "yaml").unwrap();
    let keys: Vec<_> = document.node().as_map().unwrap().iter().map(|(key, _)| key.to_owned()).collect();
    assert_eq!(keys, ["yes", "012", "~", "<<", "5"]);
}

#[test]
fn line_ends_and_byte_order_mark_change_nothing() {
    let unix = "# a\nA:\n  B: |\n    x\n    y\n  C: [1,\n    2]\n";
    let expected = read::document(unix, "yaml").unwrap().into_node();
    for text in [unix.replace('\n', "\r\n"), format!("\u{feff}{unix}"), format!("---\n{unix}...\n")] {
        assert_eq!(read::document(&text, "yaml").unwrap().into_node(), expected);
    }
    let json = "\u{feff}\r\n\t{\"A\":\r\n\t1E1}\r\n";
    assert_eq!(write::yaml(read::document(json, "json").unwrap().node()), "A: 10.0\n");
}

#[test]
fn all_of_json_is_read() {
    let json = r#" {"A":"\ud83d\ude00\/\b\u0000ä","B":[1E5,-0.5e-3,0,-0,1.0,12345678901234567890],"C":{"":null},"D":true,"1":false} "#;
    let expected = "\
A: \"😀/\\x08\\x00ä\"
B:
  - 100000.0
  - -0.0005
  - 0
  - 0
  - 1.0
  - '12345678901234567890'
C:
  '': null
D: true
'1': false
";
    assert_eq!(write::yaml(read::document(json, "json").unwrap().node()), expected);
}

#[test]
fn an_anchor_without_an_alias_is_let_pass() {
    assert_eq!(value("&a 5"), Node::Integer(5));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let cases = [
        ("", "t.yaml:1:1: the file is empty. Write a mapping"),
        ("- a\n", "t.yaml:1:1: the template is a list. Write"),
        ("5", "t.yaml:1:1: the template is a single value. Write"),
        ("Ref: a", "t.yaml:1:1: the template is a function. Write"),
        ("a: 1\nb:\n  c: 1\na: 2\n", "t.yaml:4:1: the key `a` is already in line 1. Rename"),
        ("a: 1\n'a': 2\n", "t.yaml:2:1: the key `a` is already in line 1."),
        ("{\"a\": 1,\n \"b\": 2, \"a\": 3}", "t.yaml:2:10: the key `a` is already in line 1."),
        ("a: &x 1\nb: *x\n", "t.yaml:2:4: an alias or a merge key. CloudFormation accepts none"),
        ("a: *\n", "t.yaml:1:4: an alias or a merge key."),
        ("a:\n  <<: {b: 1}\n", "t.yaml:2:3: an alias or a merge key."),
        ("a: !Sbu b\n", "t.yaml:1:4: the tag `!Sbu` is none that CloudFormation knows here. Write the name"),
        ("a: !!binary b\n", "t.yaml:1:4: the tag `!!binary` is none"),
        ("a: !!set {b}\n", "t.yaml:1:4: the tag `!!set` is none"),
        ("a: !!int b\n", "t.yaml:1:4: the tag `!!int` is none"),
        ("!Ref a: b\n", "t.yaml:1:1: a key has a tag."),
        ("[a]: b\n", "t.yaml:1:1: a key is a list or a mapping."),
        ("a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins."),
        ("a: !Base64 !Sub b\n", "t.yaml:1:12: not valid YAML: "),
        ("a: b: c\n", "t.yaml:1:5: not valid YAML: "),
        ("a:\n\tb: c\n", "t.yaml:2:2: not valid YAML: "),
        ("a: @b\n", "t.yaml:1:4: not valid YAML: "),
        ("ä: \"b\n", "t.yaml:1:4: not valid YAML: "),
        ("{\"ä\": 1,}", "t.yaml:1:9: not valid JSON: `}` stands where a key in double quotes should be."),
        ("{\"a\": 1", "t.yaml:1:8: not valid JSON: the file ends where `,` or `}` should be."),
        ("{\n\"a\": [1 2]}", "t.yaml:2:9: not valid JSON: `2` stands where `,` or `]` should be."),
        ("{\"a\" 1}", "t.yaml:1:6: not valid JSON: `1` stands where `:` should be."),
        ("{\"a\": tru}", "t.yaml:1:7: not valid JSON: `t` stands where a value should be."),
        ("{\"a\": 01}", "t.yaml:1:7: not valid JSON: this number is wrong (invalid number)."),
        ("{\"a\": \"\\ud83d\"}", "t.yaml:1:7: not valid JSON: this text is wrong"),
        ("{} {}", "t.yaml:1:4: not valid JSON: `{` stands where the end of the file should be."),
    ];
    for (text, expected) in cases {
        let error = error(text);
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
}

#[test]
fn advice_fits_the_mistake() {
    let cases = [
        ("a: !Base64 !Sub b\n", "write the outer function in full"),
        ("a: b: c\n", "Quote text that has a colon and a space in it"),
        ("a:\n\tb: c\n", "Indent with spaces"),
        ("a: @b\n", "Quote text that begins with this character"),
        ("a: *\n", "Quote text that begins with `*`"),
        ("a: \"b\n", "Check the indentation, the quotes"),
        ("{a: 1}", "double quotes only"),
    ];
    for (text, expected) in cases {
        let error = read::document(text, "t.yaml").unwrap_err();
        assert!(error.advice().contains(expected), "{text}\n{error}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let indented: Vec<_> = (0..300).map(|level| " ".repeat(level) + "a:").collect();
    let depth = 100_000;
    let texts = [
        format!("a: {}", "[".repeat(depth)),
        format!("a: {}", "{b: ".repeat(depth)),
        format!("a:\n  {}", "- ".repeat(depth)),
        format!("a: {}{}", "[".repeat(depth), "]".repeat(depth)),
        "{\"a\":".repeat(depth),
        format!("{{\"a\":{}", "[".repeat(depth)),
        indented.join("\n"),
    ];
    for text in texts {
        let error = error(&text);
        assert!(error.contains("Split the template"), "{error}");
    }
}

#[test]
fn a_template_may_be_nested_128_levels() {
    let nested = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(read::document(&nested(128), "json").is_ok());
    assert!(error(&nested(129)).contains("deeper than 128 levels"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn no_text_panics_the_reader(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        _ = read::document(&text, "any");
        _ = read::document(&String::from_utf8_lossy(&bytes), "any");
    }

    #[test]
    fn no_yaml_panics_the_reader(text in "([-:?,!&*#|>%@'\"\\[\\]{} \t\r\n]|a|1|: |- |\n  |!Ref |!!str|<<|---|\u{feff}|ä){0,40}") {
        _ = read::document(&text, "yaml");
    }

    #[test]
    fn the_reader_takes_for_json_what_serde_json_does(
        text in "\\{([\\[\\]{},: \n]|\"a\"|\"b\":|\"\\\\?[\\\\nu\"]?\"|-?[01]{1,2}\\.?5?([eE][-+]?1)?|null|true|fals|\t|ä){0,8}\\}"
    ) {
        let ours = read::document(&text, "json");
        if ours.as_ref().is_err_and(|error| error.what().contains("is already in line")) {
            return Ok(());
        }
        let theirs = serde_json::from_str::<Value>(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}", ours, theirs);
    }

    #[test]
    fn json_text_and_numbers_are_exact(
        number in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,2})?",
        text in any::<String>(),
    ) {
        let json = format!("{{\"a\": {number}, \"b\": {}}}", serde_json::to_string(&text).unwrap());
        let number = match (number.parse(), number.parse()) {
            (Ok(whole), _) => Node::Integer(whole),
            (_, Ok(float)) if number.contains(['.', 'e', 'E']) => Node::Float(float),
            _ => Node::from(number),
        };
        let expected = Node::map([("a", number), ("b", text.into())]);
        prop_assert_eq!(read::document(&json, "json").unwrap().into_node(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn unquoted_scalars_mean_what_they_do_for_pyyaml(text in prop_oneof![
        "[-+]?[0-9_]{0,4}[.:eExb]?[0-9a-f_]{0,4}[.:eE]?[-+]?[0-9]{0,3}",
        "[-+0-9._:eExboXO]{1,8}",
        "[a-zA-Z~=.]{1,5}",
    ]) {
        let text = format!("K: {text}\n");
        let answers = readers::read(&text);
        let (Ok(document), Some(theirs)) = (read::document(&text, "yaml"), answers["PyYAML"].get("value")) else {
            // A date, infinity, or nothing that PyYAML can read: text for us.
            return Ok(());
        };
        let ours: Value = serde_json::from_str(&write::json(document.node())).unwrap();
        let base_of_sixty = text.contains('.') && text.matches(':').count() > 1;
        let too_large = theirs["K"].is_number() && ours["K"].is_string();
        if !(base_of_sixty || too_large) {
            prop_assert_eq!(&ours, theirs);
        }
    }
}
