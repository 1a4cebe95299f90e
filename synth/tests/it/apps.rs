//! Any app's templates are read back as they are, and written the same again.

use proptest::collection::vec;
use proptest::prelude::*;
use synth::construct::Synthesized;
use synth::prelude::{App, Parameter, Stack, Value, equals, if_, join, list, sub};
use synth::template::{Properties, Template, read, write};

use super::resource::{Bare, Shelf, Thing};

/// A resource: what it refers to among those before it, some text, and its type.
#[derive(Clone, Debug)]
struct Part {
    refers_to: Option<prop::sample::Index>,
    way: u8,
    text: String,
    kind: u8,
}

fn any_part() -> impl Strategy<Value = Part> {
    (any::<Option<prop::sample::Index>>(), 0..5_u8, any_text(), 0..3_u8).prop_map(|(refers_to, way, text, kind)| Part {
        refers_to,
        way,
        text,
        kind,
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,6}",
        Just("yes".to_owned()),
        Just("0123".to_owned()),
        Just("a: b # c\n  - d".to_owned()),
        "[${}!A-z. ]{0,12}",
        any::<String>(),
    ]
}

/// Stacks in the order of their exports: each imports what the one before exports.
fn app(stacks: Vec<(Vec<Part>, bool)>) -> App {
    let mut app = App::new("any");
    let mut imported: Option<Value<String>> = None;
    for (index, (parts, tagged)) in stacks.into_iter().enumerate() {
        let mut stack = Stack::new(format!("stack{index}"));
        if tagged {
            stack.tag("app", "any");
        }
        let last = fill(&mut stack, parts, imported.take());
        imported = Some(stack.export("Last", last));
        app.add(stack);
    }
    app
}

fn fill(stack: &mut Stack, parts: Vec<Part>, imported: Option<Value<String>>) -> Value<String> {
    let parameter = stack.parameter("Parameter", Parameter::string().default("0777"));
    let condition = stack.condition("Condition", equals(&parameter, "on"));
    let mut values = vec![parameter];
    values.extend(imported);
    for (index, part) in parts.into_iter().enumerate() {
        let other = part.refers_to.map_or(values[0].clone(), |wanted| wanted.get(&values).clone());
        let value: Value<String> = match part.way {
            0 => other,
            1 => sub![part.text, other],
            2 => join(&part.text, list![other, "x"]),
            3 => Value::new(if_(&condition, other, part.text)),
            _ => Value::new(part.text),
        };
        let id = format!("Resource{index}");
        values.push(match part.kind {
            0 => stack.add(id, Thing::new().property("Text", value)).arn(),
            1 => stack.add(id, Shelf::new().property("Text", value)).reference(),
            _ => stack.add(id, Bare::new().property("Text", value)).reference(),
        });
    }
    values[values.len() - 1].clone()
}

fn read_back(text: &str) -> Template {
    Template::from_node(read::document(text, "text").unwrap().into_node()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_apps_templates_are_read_back_as_they_are(stacks in vec((vec(any_part(), 0..8), any::<bool>()), 1..4)) {
        let count = stacks.len();
        let synthesized: Vec<Synthesized> = app(stacks).synthesize().map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(synthesized.len(), count);
        for (index, stack) in synthesized.into_iter().enumerate() {
            let before: Vec<String> = (index > 0).then(|| format!("stack{}", index - 1)).into_iter().collect();
            prop_assert!(stack.dependencies.is_empty() || stack.dependencies == before);
            let node = stack.template.clone().into_node();
            for text in [write::yaml(&node), write::json(&node)] {
                prop_assert_eq!(&read_back(&text), &stack.template, "{}", text);
            }
        }
    }
}
