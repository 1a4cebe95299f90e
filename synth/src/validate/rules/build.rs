//! Build projects, and what their build specifications run.

use serde_yaml::Value;

use super::action::Action;
use crate::validate::{Report, Resource, Rule, Set};

pub(super) const RULES: [Rule; 2] = [
    Rule::new("privileged-build", "A build is privileged where it runs Docker, and nowhere else", privileged),
    Rule::new("build-timeout", "A build that compiles has time to", timeout),
];

/// What needs a privileged build when it runs.
const CONTAINER_TOOLS: [&str; 4] = ["buildah", "docker", "podman", "use-container"];

/// What runs commands that a build specification does not show.
const RUNNERS: [&str; 10] = ["bash", "cdk", "gradle", "just", "make", "mvn", "npm", "npx", "sh", "yarn"];

/// What compiles for minutes where nothing is cached.
const COMPILERS: [&str; 6] = ["cargo build", "cargo lambda", "docker build", "gradle", "mvn", "sbt"];

const LEAST_MINUTES: i64 = 15;

/// In bytes. A longer build specification is not read.
const LONGEST_SPECIFICATION: usize = 65_536;

/// In brackets. One that nests deeper is not read.
const DEEPEST_SPECIFICATION: usize = 64;

/// [AWS documentation](https://docs.aws.amazon.com/codebuild/latest/userguide/sample-docker.html)
fn privileged(set: &Set<'_>, report: &mut Report<'_>) {
    for project in projects(set) {
        let Some(specification) = specification(&project) else { continue };
        let commands = commands(&specification);
        let mode = project.get("Environment.PrivilegedMode");
        if mode.flag() == Some(true) && !commands.iter().any(|command| may_need_privileges(command)) {
            report
                .add(&mode, "the build may do anything with its machine, and runs no Docker that would need it")
                .help("leave PrivilegedMode out");
        }
        let builds = commands.iter().any(|command| command.contains("docker build"));
        if builds && mode.is_off() && !project.get("Environment.DockerServer").exists() {
            report
                .add(&mode, "`docker build` finds no Docker daemon: only a privileged build has one")
                .help("set PrivilegedMode to true");
        }
    }
}

fn may_need_privileges(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default();
    CONTAINER_TOOLS.iter().any(|tool| command.contains(tool)) || RUNNERS.contains(&program) || program.contains('/')
}

fn timeout(set: &Set<'_>, report: &mut Report<'_>) {
    for project in projects(set) {
        let timeout = project.key("TimeoutInMinutes");
        let Some(minutes) = timeout.number().filter(|minutes| *minutes < LEAST_MINUTES) else { continue };
        let Some(specification) = specification(&project) else { continue };
        if let Some(compiler) =
            COMPILERS.iter().find(|name| commands(&specification).iter().any(|each| each.contains(**name)))
        {
            report
                .add(&timeout, format!("CodeBuild stops the build after {minutes} minutes, and `{compiler}` takes longer where nothing is cached"))
                .help(format!("give it at least {LEAST_MINUTES}"));
        }
    }
}

/// The names of the variables that an action's build exports; none where the build specification is not in the template.
pub(super) fn exported(set: &Set<'_>, action: &Action<'_>) -> Option<Vec<String>> {
    let project = set.target(&action.setting("ProjectName")).filter(|_| action.is_by("CodeBuild"))?;
    let names = specification(&project)?.get("env").and_then(|env| env.get("exported-variables")).map(texts);
    Some(names.unwrap_or_default())
}

fn projects<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Resource<'s>> {
    set.all("AWS::CodeBuild::Project")
}

/// The build specification of a project, if it is written in the template; it may also be the path of a file.
fn specification(project: &Resource<'_>) -> Option<Value> {
    let text = project.get("Source.BuildSpec").text().filter(|text| is_readable(text))?;
    serde_yaml::from_str(text).ok().filter(|specification: &Value| specification.get("phases").is_some())
}

/// Whether a text is read quickly: the reader takes for ever on brackets in brackets.
fn is_readable(text: &str) -> bool {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    text.len() <= LONGEST_SPECIFICATION && deepest <= DEEPEST_SPECIFICATION
}

fn commands(specification: &Value) -> Vec<String> {
    specification.get("phases").map(texts).unwrap_or_default()
}

/// Every text inside.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Sequence(items) => items.iter().flat_map(texts).collect(),
        Value::Mapping(entries) => entries.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
