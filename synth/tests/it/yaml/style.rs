//! How structure and functions are written.

use synth::template::{read, write};

/// Reads JSON and writes YAML.
fn yaml(json: &str) -> String {
    write::yaml(&read::document(json, "json").unwrap().into_node())
}

#[test]
fn blocks_are_indented_by_two() {
    let json = r#"{"A": {"B": [1, [2, [3]], {"C": true, "D": [null]}, [], {}]}, "E": {}}"#;
    let expected = "\
A:
  B:
    - 1
    - - 2
      - - 3
    - C: true
      D:
        - null
    - []
    - {}
E: {}
";
    assert_eq!(yaml(json), expected);
}

#[test]
fn functions_have_their_short_form() {
    let cases = [
        (r#"{"Ref": "AWS::Region"}"#, "!Ref AWS::Region"),
        (r#"{"Condition": "IsProd"}"#, "!Condition IsProd"),
        (r#"{"Fn::GetAtt": ["Vpc", "CidrBlock"]}"#, "!GetAtt Vpc.CidrBlock"),
        (r#"{"Fn::GetAtt": "Db.Endpoint.Port"}"#, "!GetAtt Db.Endpoint.Port"),
        (r#"{"Fn::Sub": "${A}-b"}"#, "!Sub ${A}-b"),
        (r#"{"Fn::Sub": "0${A}"}"#, "!Sub 0${A}"),
        (r#"{"Fn::Sub": "a\nb\n"}"#, "!Sub |\n  a\n  b"),
        (r#"{"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}"#, "!Sub\n  - ${A}\n  - A: !Ref B"),
        (r#"{"Fn::GetAZs": ""}"#, "!GetAZs ''"),
        (r#"{"Fn::Select": [0, {"Ref": "A"}]}"#, "!Select [0, !Ref A]"),
        (r#"{"Fn::Select": [0, {"Fn::GetAZs": ""}]}"#, "!Select [0, !GetAZs '']"),
        (r#"{"Fn::If": ["A", {"Ref": "B"}, {"Fn::GetAtt": ["C", "D"]}]}"#, "!If [A, !Ref B, !GetAtt C.D]"),
        (r#"{"Fn::If": ["A", [1], 2]}"#, "!If\n  - A\n  - - 1\n  - 2"),
        (r#"{"Fn::Join": [",", ["a", {"Ref": "B"}]]}"#, "!Join\n  - ','\n  - - a\n    - !Ref B"),
        (r#"{"Fn::Not": [{"Condition": "A"}]}"#, "!Not [!Condition A]"),
        (r#"{"Fn::Cidr": [{"Fn::GetAtt": ["V", "C"]}, 6, 8]}"#, "!Cidr [!GetAtt V.C, 6, 8]"),
        (r#"{"Fn::Select": [0, {"Fn::GetAtt": {}}]}"#, "!Select\n  - 0\n  - !GetAtt {}"),
        (r#"{"Fn::Transform": {"Name": "A"}}"#, "!Transform\n  Name: A"),
        (r#"{"Fn::Or": []}"#, "!Or []"),
    ];
    for (json, expected) in cases {
        assert_eq!(yaml(&format!(r#"{{"K": {json}}}"#)), format!("K: {expected}\n"));
    }
}

#[test]
fn functions_without_a_short_form_are_written_in_full() {
    let cases = [
        (r#"{"Fn::Base64": {"Fn::Sub": "a"}}"#, "Fn::Base64: !Sub a"),
        (r#"{"Fn::Base64": {"Fn::ImportValue": {"Fn::Sub": "a"}}}"#, "Fn::Base64:\n    Fn::ImportValue: !Sub a"),
        (r#"{"Fn::GetAtt": ["A", {"Ref": "B"}]}"#, "Fn::GetAtt:\n    - A\n    - !Ref B"),
        (r#"{"Fn::GetAtt": ["A.B", "C"]}"#, "Fn::GetAtt:\n    - A.B\n    - C"),
        (r#"{"Fn::Length": [1]}"#, "Fn::Length:\n    - 1"),
        (r#"{"Fn::ToJsonString": {"A": 1}}"#, "Fn::ToJsonString:\n    A: 1"),
        (r#"{"Fn::Base64": 1}"#, "Fn::Base64: 1"),
        (r#"{"Fn::GetAZs": null}"#, "Fn::GetAZs: null"),
    ];
    for (json, expected) in cases {
        assert_eq!(yaml(&format!(r#"{{"K": {json}}}"#)), format!("K:\n  {expected}\n"));
    }
}

#[test]
fn a_list_that_does_not_fit_on_its_line_is_a_block() {
    let text = "a".repeat(80);
    let fits = yaml(&format!(r#"{{"K": {{"Fn::Or": ["{text}", "b23456789"]}}}}"#));
    assert_eq!(fits, format!("K: !Or [{text}, b23456789]\n"));
    assert_eq!(fits.len(), 101);
    let wide = yaml(&format!(r#"{{"K": {{"Fn::Or": ["{text}", "b234567890"]}}}}"#));
    assert_eq!(wide, format!("K: !Or\n  - {text}\n  - b234567890\n"));
}

#[test]
fn long_lines_are_not_folded() {
    let text = "word ".repeat(500) + "end";
    assert_eq!(yaml(&format!(r#"{{"K": {{"Fn::Sub": "{text}"}}}}"#)), format!("K: !Sub {text}\n"));
}

#[test]
fn functions_in_lists_start_on_the_dash() {
    let json =
        r#"{"K": [{"Fn::If": ["A", {"B": 1}, {"Ref": "C"}]}, {"Fn::Base64": {"Ref": "D"}}, {"Fn::Sub": "a\nb"}]}"#;
    let expected = "\
K:
  - !If
    - A
    - B: 1
    - !Ref C
  - Fn::Base64: !Ref D
  - !Sub |-
    a
    b
";
    assert_eq!(yaml(json), expected);
}

#[test]
fn json_is_in_the_full_form() {
    let text = "A: !GetAtt B.C\nD: [!Ref E, 1.0, 2, {}]\n";
    let json = write::json(read::document(text, "yaml").unwrap().node());
    let expected = r#"{
  "A": {
    "Fn::GetAtt": [
      "B",
      "C"
    ]
  },
  "D": [
    {
      "Ref": "E"
    },
    1.0,
    2,
    {}
  ]
}
"#;
    assert_eq!(json, expected);
}
