//! The names that every stack is made with.

use synth::aws::arn;
use synth::prelude::*;

use crate::environment::Environment;

/// What the command line calls the stacks. In AWS `<app>-<env>-` comes before it.
pub(crate) mod stack_name {
    pub(crate) const BOOTSTRAP: &str = "bootstrap";
    pub(crate) const NETWORK: &str = "network";
    pub(crate) const PLATFORM: &str = "app-platform";
    pub(crate) const DATA: &str = "app-data";
    pub(crate) const SERVICE: &str = "app-service";
    pub(crate) const AUTHORIZER: &str = "app-authorizer";
    pub(crate) const API: &str = "app-api";
    pub(crate) const PIPELINE_CREATE: &str = "pipeline-create";
}

/// The parameters that all stacks have, and the names that follow from them.
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

    /// The path of the roles that CloudFormation makes with the deployment role, which has rights to no others.
    pub(crate) fn role_path(&self) -> Value<String> {
        sub!["/app/", self.prefixed("/")]
    }

    /// The name of a parameter in Systems Manager: `/<app>/<env>/<rest>`.
    pub(crate) fn parameter(&self, rest: &'static str) -> Value<String> {
        sub!["/", &self.app, "/", &self.env, "/", rest]
    }

    /// The ARN of the [`parameter`](Self::parameter).
    pub(crate) fn parameter_arn(&self, rest: &'static str) -> Value<String> {
        arn::regional("ssm", sub!["parameter", self.parameter(rest)])
    }

    /// The ARN of what a service names after the application: `<kind><app>-<env><rest>`.
    pub(crate) fn arn(&self, service: &'static str, kind: &'static str, rest: &'static str) -> Value<String> {
        arn::regional(service, sub![kind, self.prefixed(rest)])
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
