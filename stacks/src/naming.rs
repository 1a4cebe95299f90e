//! The names that every stack is made with.

use synth::prelude::*;

use crate::environment::Environment;

/// A stack with the parameters that all have, and the names that follow from them.
pub(crate) struct Names {
    pub(crate) app: Value<String>,
    pub(crate) env: Value<String>,
}

impl Names {
    /// The text `<app>-<env><rest>`.
    pub(crate) fn prefixed(&self, rest: &'static str) -> Value<String> {
        sub![&self.app, "-", &self.env, rest]
    }

    /// The `Name` tag of a part of the network.
    pub(crate) fn tag(&self, rest: &'static str) -> [(&'static str, Value<String>); 1] {
        [("Name", self.prefixed(rest))]
    }
}

/// An empty stack of this application.
#[track_caller]
pub(crate) fn stack(environment: &Environment, name: &str, description: &'static str) -> (Stack, Names) {
    let mut stack = Stack::new(name)
        .stack_name(format!("{}-{}-{name}", environment.app, environment.name))
        .region(&*environment.region)
        .description(description);
    let app = Parameter::string()
        .description("The application: the first part of every name")
        .pattern("^[a-z][a-z0-9-]{1,10}$")
        .default(environment.app.clone());
    let env = Parameter::string()
        .description("The environment: the second part of every name")
        .pattern("^[a-z][a-z0-9]{1,6}$")
        .default(environment.name.clone());
    let names = Names { app: stack.parameter("AppName", app), env: stack.parameter("EnvName", env) };
    stack.tag("app", &names.app);
    stack.tag("env", &names.env);
    stack.tag("managed-by", "synth");
    stack.export_prefix(names.prefixed(":"));
    (stack, names)
}
