//! Handles of one stack that are used in another.

use std::collections::HashMap;

use super::stack::Stack;
use crate::error::Problem;
use crate::template::verify::Finding;
use crate::template::verify::walk::{self, Path};
use crate::template::{Scope, Template};

/// The stacks of an app, by the mark that their handles carry.
pub(super) struct Scopes(HashMap<u32, String>);

impl Scopes {
    pub(super) fn of(stacks: &[Stack]) -> Self {
        let number = |stack: &Stack| match stack.scope {
            Scope::Stack(number) => Some((number, stack.name.clone())),
            Scope::Unknown | Scope::Several => None,
        };
        Self(stacks.iter().filter_map(number).collect())
    }

    fn name(&self, scope: Scope) -> String {
        match scope {
            Scope::Stack(number) => match self.0.get(&number) {
                Some(name) => format!("stack `{name}`"),
                None => "a stack that is not in the app".to_owned(),
            },
            Scope::Unknown | Scope::Several => "several stacks".to_owned(),
        }
    }
}

const HELP: &str = "export the value there, and use the result of `export` here";

/// Names in a template that belong to another stack.
pub(super) fn findings(template: &Template, stack: &Stack, scopes: &Scopes) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (section, node) in template.root().iter() {
        walk::functions(node, &Path::Key(&Path::Root, section), &mut |function, path| {
            let scope = function.scope();
            if scope == Scope::Unknown || scope == stack.scope {
                return;
            }
            let text = serde_json::to_string(function.argument()).unwrap_or_default();
            let message = format!("{} {text} belongs to {}", function.name().key(), scopes.name(scope));
            findings.push(Finding::new(path, message).help(HELP.to_owned()));
        });
    }
    findings
}

/// What was said of resources through handles of other stacks, and what of this stack's through names of others.
pub(super) fn strays(stack: &Stack, scopes: &Scopes) -> Vec<Problem> {
    let problem = |line, message: String, help: String| Problem {
        stack: stack.name.clone(),
        path: String::new(),
        message,
        help: Some(help),
        declared: Some(line),
    };
    let strays = stack.strays.iter().map(|stray| {
        let message = format!("`{}` is not a resource of this stack; its handle is of another one", stray.id);
        problem(stray.line, message, format!("this stack is {}", scopes.name(stack.scope)))
    });
    let foreign = stack.mentions.iter().filter(|mention| ![stack.scope, Scope::Unknown].contains(&mention.scope));
    let mentions = foreign.map(|mention| {
        let message = format!("`{}` belongs to {}", mention.id, scopes.name(mention.scope));
        problem(
            mention.line,
            message,
            "name a resource or a condition of this stack; stacks wait for each other as wholes".to_owned(),
        )
    });
    strays.chain(mentions).collect()
}
