//! What the pipelines build, and with which commands.

use synth::template::{Node, write};

use crate::naming::stack_name;
use crate::{app_authorizer, app_service};

/// What is made for a stack.
pub(crate) fn asset(stack: &str) -> Option<&'static str> {
    match stack {
        stack_name::SERVICE => Some(app_service::ASSET),
        stack_name::AUTHORIZER => Some(app_authorizer::ASSET),
        _ => None,
    }
}

/// Rust as `rust-toolchain.toml` names it, and what links programs that need no library of the system.
const INSTALL: [&str; 4] = [
    "dnf install --assumeyes glibc-static",
    "curl --proto '=https' --tlsv1.2 --silent --show-error --fail --output /tmp/rustup https://sh.rustup.rs",
    "sh /tmp/rustup -y --profile minimal --default-toolchain none",
    "export PATH=\"$HOME/.cargo/bin:$PATH\"",
];

/// The build specification: YAML, in the template itself, so that what is reviewed there is what runs. The templates that
/// it writes come with the values of their parameters: where it put what it made.
///
/// [AWS documentation](https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html)
pub(crate) fn specification(assets: &[&str]) -> String {
    let run = |command: String| format!("cargo run --locked -- {command} --env \"$ENVIRONMENT\"");
    // A finding stops the build.
    let build = ["check".to_owned(), format!("package --push {}", assets.join(" ")), "synth".to_owned()];
    let texts = |texts: Vec<String>| Node::list(texts.into_iter().map(Node::from));
    let phase = |commands: Vec<String>| Node::map([("commands", texts(commands))]);
    write::yaml(&Node::map([
        ("version", Node::Float(0.2)),
        ("env", Node::map([("shell", "bash".into())])),
        (
            "phases",
            Node::map([("install", phase(INSTALL.map(str::to_owned).into())), ("build", phase(build.map(run).into()))]),
        ),
        (
            "artifacts",
            Node::map([("base-directory", "target/synth".into()), ("files", texts(vec!["**/*".to_owned()]))]),
        ),
        (
            "cache",
            Node::map([("paths", texts(["/root/.cargo/registry/**/*", "target/**/*"].map(str::to_owned).into()))]),
        ),
    ]))
}
