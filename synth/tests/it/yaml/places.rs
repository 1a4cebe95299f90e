//! Where the reader says that values stand.

use proptest::prelude::*;
use synth::template::read::{self, Located, Position};
use synth::template::{Node, write};

use super::model::any_template;

const TEMPLATE: &str = "\
# A comment
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref Cidr
      Tags:
        - Key: Name
          Value: !Sub
            - ${A}
            - A: 'ä'
        - {Key: b, Value: !GetAtt A.B}
      'Zürich': \"x\"
";

const JSON: &str = "{\"Resources\":\r\n\t{\"Vpc\": {\"Ünïcode\": [1,  {\"Fn::If\": [\"a\", 2, 3]}]}}}";

#[test]
fn every_value_has_its_line_and_column() {
    let cases: &[(&str, &[&str], &str, &str)] = &[
        (TEMPLATE, &[], "t:2:1", "t:2:1"),
        (TEMPLATE, &["Resources", "Vpc"], "t:3:3", "t:4:5"),
        (TEMPLATE, &["Resources", "Vpc", "Type"], "t:4:5", "t:4:11"),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "CidrBlock"], "t:6:7", "t:6:18"),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "CidrBlock", "Ref"], "t:6:18", "t:6:18"),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "Tags"], "t:7:7", "t:8:9"),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "Tags", "0"], "t:8:11", "t:8:11"),
        (
            TEMPLATE,
            &["Resources", "Vpc", "Properties", "Tags", "0", "Value", "Fn::Sub", "1", "A"],
            "t:11:15",
            "t:11:18",
        ),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "Tags", "1", "Value"], "t:12:20", "t:12:27"),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "Tags", "1", "Value", "Fn::GetAtt", "1"], "t:12:27", "t:12:27"),
        (TEMPLATE, &["Resources", "Vpc", "Properties", "Zürich"], "t:13:7", "t:13:17"),
        (JSON, &["Resources", "Vpc"], "t:2:3", "t:2:10"),
        (JSON, &["Resources", "Vpc", "Ünïcode"], "t:2:11", "t:2:22"),
        (JSON, &["Resources", "Vpc", "Ünïcode", "1"], "t:2:27", "t:2:27"),
        (JSON, &["Resources", "Vpc", "Ünïcode", "1", "Fn::If", "2"], "t:2:47", "t:2:47"),
    ];
    for (text, path, key, value) in cases {
        let document = read::document(text, "t").unwrap();
        let found = document.find(*path);
        let addresses = [found.key_position(), found.position()].map(|position| document.address(position));
        assert_eq!(addresses, [*key, *value], "{path:?}");
    }
}

#[test]
fn both_parts_of_a_dotted_attribute_have_its_place() {
    let document = read::document("A: !GetAtt B.C\nD: {'Fn::GetAtt': B.C}\n", "t").unwrap();
    for (key, expected) in [("A", "t:1:4"), ("D", "t:2:19")] {
        let items = document.find([key, "Fn::GetAtt"]).items();
        let addresses: Vec<_> = items.map(|item| document.address(item.position())).collect();
        assert_eq!(addresses, [expected, expected]);
    }
}

#[test]
fn what_is_not_there_is_looked_for_in_its_parent() {
    let document = read::document(TEMPLATE, "t").unwrap();
    let found = document.find(["Resources", "Vpc", "DependsOn", "Type"]);
    assert_eq!(document.address(found.key_position()), "t:3:3");
    let items = document.find(["Resources", "Vpc", "Properties", "Tags", "7"]);
    assert_eq!(document.address(items.key_position()), "t:7:7");
}

proptest! {
    #[test]
    fn every_part_of_any_template_has_a_place(template in any_template()) {
        for text in [write::yaml(&template), write::json(&template)] {
            let document = read::document(&text, "any").unwrap();
            let mut last = Position { line: 1, column: 1 };
            prop_assert_eq!(count(document.root(), &mut last), nodes(&template), "{}", text);
        }
    }
}

/// The number of values that have a place; each must stand where the one before does, or behind it.
fn count(located: Located<'_>, last: &mut Position) -> usize {
    for position in [located.key_position(), located.position()] {
        assert!(position >= *last);
        *last = position;
    }
    let entries: usize = located.entries().map(|(_, value)| count(value, last)).sum();
    let items: usize = located.items().map(|item| count(item, last)).sum();
    1 + entries + items + located.argument().map_or(0, |argument| count(argument, last))
}

fn nodes(node: &Node) -> usize {
    1 + match node {
        Node::List(items) => items.iter().map(nodes).sum(),
        Node::Map(map) => map.iter().map(|(_, value)| nodes(value)).sum(),
        Node::Function(function) => nodes(function.argument()),
        _ => 0,
    }
}
