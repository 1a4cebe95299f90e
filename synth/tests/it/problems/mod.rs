//! What each kind of wrong model is told, and where.

mod names;
mod stacks;

use std::panic::Location;

use synth::error::Problem;
use synth::prelude::*;
use synth::template::{Function, Intrinsic, Node};

/// A problem without its line.
#[derive(Debug, PartialEq)]
struct Told {
    stack: String,
    path: String,
    message: String,
    help: Option<String>,
}

fn told(stack: &str, path: &str, message: &str, help: Option<&str>) -> Told {
    Told { stack: stack.into(), path: path.into(), message: message.into(), help: help.map(Into::into) }
}

impl From<&Problem> for Told {
    fn from(problem: &Problem) -> Self {
        told(&problem.stack, &problem.path, &problem.message, problem.help.as_deref())
    }
}

fn problems(stacks: impl IntoIterator<Item = Stack>) -> Vec<Problem> {
    let mut app = App::new("app");
    for stack in stacks {
        app.add(stack);
    }
    app.synthesize().unwrap_err().problems().to_vec()
}

/// The only problem of a stack, and the line that declared it.
fn problem(stack: Stack) -> (Told, u32) {
    let problems = problems([stack]);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    (Told::from(&problems[0]), line(&problems[0]))
}

fn line(problem: &Problem) -> u32 {
    let place: &Location<'_> = problem.declared.unwrap();
    assert!(place.file().starts_with("synth/tests/it/problems/"), "{place}");
    place.line()
}

fn function(name: Intrinsic, argument: impl Into<Node>) -> Value<String> {
    Value::from_node(Function::new(name, argument.into()).into())
}
