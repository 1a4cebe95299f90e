//! Values are resolved with little work, whatever the templates are. Each of these would once take for ever.

use synth::template::Node;
use synth::validate::Set;

use super::template;

/// The resolved property `Value` of the resource `Thing` in each template.
fn values(texts: &[&str]) -> Vec<Option<Node>> {
    let templates: Vec<_> = texts.iter().map(|text| template("thing", text)).collect();
    let set = Set::of_templates(templates.iter().map(|template| ("thing", template)));
    let things = set.resources().filter(|resource| resource.id == "Thing");
    things.map(|thing| thing.key("Value").node().cloned()).collect()
}

fn value(value: &str) -> Option<Node> {
    values(&[&format!("Resources: {{Thing: {{Type: A::B::C, Properties: {{Value: {value}}}}}}}")]).remove(0)
}

fn is_unknown(value: Option<Node>) -> bool {
    value.is_some_and(|value| value.as_function().is_some())
}

#[test]
fn a_function_resolves_its_argument_once() {
    let unknown = "{'Fn::If': [Here, a, b]}".to_owned();
    let nested = (0..40).fold(unknown, |inner, _| format!("{{'Fn::Join': ['', [{inner}]]}}"));
    assert!(is_unknown(value(&nested)));
}

#[test]
fn a_text_that_grows_too_long_is_unknown() {
    let tenfold = "${A}".repeat(10);
    let nested = |levels| {
        (0..levels).fold("0123456789".to_owned(), |inner, _| format!("{{'Fn::Sub': ['{tenfold}', {{A: {inner}}}]}}"))
    };
    assert_eq!(value(&nested(2)), Some("0123456789".repeat(100).into()));
    assert!(is_unknown(value(&nested(9))));
}

#[test]
fn an_export_is_resolved_once_and_a_circle_is_unknown() {
    let circle = "
Resources: {Thing: {Type: A::B::C, Properties: {Value: !ImportValue own}}}
Outputs: {Own: {Value: !Join ['', [!ImportValue own, !ImportValue own]], Export: {Name: own}}}
";
    assert!(is_unknown(values(&[circle]).remove(0)));
    let levels = (0..15).map(|level| {
        let import = format!("!ImportValue level{}", level + 1);
        format!(
            "  L{level}: {{Value: !If [Here, [{import}, {import}, {import}], b], Export: {{Name: level{level}}}}}\n"
        )
    });
    let exports: String = levels.collect();
    let text = format!(
        "{}Outputs:\n{exports}",
        "Resources: {Thing: {Type: A::B::C, Properties: {Value: !ImportValue level0}}}\n"
    );
    assert!(is_unknown(values(&[&text]).remove(0)));
}

#[test]
fn an_export_whose_name_is_imported_has_the_value_of_all_exports() {
    let text = "
Resources: {Thing: {Type: A::B::C, Properties: {Value: !ImportValue first}}}
Outputs:
  Name: {Value: a, Export: {Name: !Join ['', [!ImportValue first, x]]}}
  First: {Value: !ImportValue last, Export: {Name: first}}
  Last: {Value: known, Export: {Name: last}}
";
    assert_eq!(values(&[text]), [Some("known".into())]);
}

#[test]
fn a_separator_in_the_name_of_an_unknown_value_does_not_split() {
    assert!(is_unknown(value("!Select [1, !Split [/, !GetAtt Balancer.FullName]]")));
    assert!(is_unknown(value("!Select [0, !Split ['}', !Ref Balancer]]")));
    assert_eq!(value("!Select [1, !Split [',', !Sub 'a,${Balancer}']]"), Some("${thing/Balancer}".into()));
    assert_eq!(value("!Select [1, !Split [/, a/b/c]]"), Some("b".into()));
}
