//! What the pipelines build, and with which commands.

use std::iter;

use synth::template::{Node, write};

use crate::environment::AuthorizerMode;
use crate::naming::stack_name;
use crate::{app_authorizer, app_service};

/// What a release consists of. Each is the value of one parameter of one stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Artifact {
    /// The service's container image.
    Image,
    /// The authorizer's archive.
    Archive,
}

impl Artifact {
    /// The stack that it changes.
    pub(crate) fn stack(self) -> &'static str {
        match self {
            Self::Image => stack_name::SERVICE,
            Self::Archive => stack_name::AUTHORIZER,
        }
    }

    /// The stack's parameter.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Image => app_service::IMAGE,
            Self::Archive => app_authorizer::CODE,
        }
    }

    /// The build's variable that holds the parameter's value.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Image => "IMAGE_URI",
            Self::Archive => "AUTHORIZER_KEY",
        }
    }

    fn commands(self, mode: AuthorizerMode) -> Vec<String> {
        match self {
            Self::Image => IMAGE.map(str::to_owned).into(),
            Self::Archive => iter::once(build_authorizer(mode)).chain(ARCHIVE.map(str::to_owned)).collect(),
        }
    }
}

/// Rust as `rust-toolchain.toml` names it, and what links programs that need no library of the system.
const INSTALL: [&str; 4] = [
    "dnf install --assumeyes glibc-static",
    "curl --proto '=https' --tlsv1.2 --silent --show-error --fail --output /tmp/rustup https://sh.rustup.rs",
    "sh /tmp/rustup -y --profile minimal --default-toolchain none",
    "export PATH=\"$HOME/.cargo/bin:$PATH\" TARGET=\"$(uname -m)-unknown-linux-gnu\"",
];

/// A tag is never used twice: two pipelines may build the same commit, and their builds are counted apart. The digest is
/// what counts.
const IMAGE: [&str; 9] = [
    "RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked --target \"$TARGET\" --package service",
    "install --directory target/image/data",
    "install --target-directory target/image \"target/$TARGET/release/service\"",
    "IMAGE=\"$REPOSITORY_URI:$(printf %.12s \"$CODEBUILD_RESOLVED_SOURCE_VERSION\")-${CODEBUILD_BUILD_ID##*:}\"",
    "aws ecr get-login-password | docker login --username AWS --password-stdin \"${REPOSITORY_URI%%/*}\"",
    "docker build --file service/Containerfile --tag \"$IMAGE\" target/image",
    "docker push \"$IMAGE\"",
    "DIGEST=\"$(aws ecr describe-images --repository-name \"${REPOSITORY_URI#*/}\" --image-ids \"imageTag=${IMAGE##*:}\" --query 'imageDetails[0].imageDigest' --output text)\"",
    "export IMAGE_URI=\"$REPOSITORY_URI@$DIGEST\"",
];

/// Only the mode that the function runs in: what the others need makes it larger, and later to start.
fn build_authorizer(mode: AuthorizerMode) -> String {
    let mode = mode.name();
    format!(
        "RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked --target \"$TARGET\" \
         --package authorizer --no-default-features --features {mode}"
    )
}

/// The key follows from the content: CloudFormation sees no change under a key that stays.
const ARCHIVE: [&str; 5] = [
    "install -D \"target/$TARGET/release/authorizer\" target/archive/bootstrap",
    "touch --date=1980-01-01T00:00:00Z target/archive/bootstrap",
    "(cd target/archive && TZ=UTC zip --quiet -X authorizer.zip bootstrap)",
    "export AUTHORIZER_KEY=\"lambda/authorizer/$(sha256sum target/archive/authorizer.zip | cut --delimiter=' ' --fields=1).zip\"",
    "aws s3 cp --only-show-errors target/archive/authorizer.zip \"s3://$ARTIFACT_BUCKET/$AUTHORIZER_KEY\"",
];

/// A finding stops the build.
const CHECK: &str = "cargo run --locked --no-default-features --package stacks -- check --env \"$ENVIRONMENT\"";

/// The templates that CloudFormation deploys.
const SYNTHESIZE: &str = "cargo run --locked --no-default-features --package stacks -- synth --env \"$ENVIRONMENT\"";

/// The build specification: YAML, in the template itself, so that what is reviewed there is what runs.
///
/// [AWS documentation](https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html)
pub(crate) fn specification(artifacts: &[Artifact], mode: AuthorizerMode) -> String {
    let texts = |texts: Vec<&'static str>| Node::list(texts.into_iter().map(Node::from));
    let phase = |commands: Vec<String>| Node::map([("commands", Node::list(commands.into_iter().map(Node::from)))]);
    let mut commands = vec![CHECK.to_owned()];
    commands.extend(artifacts.iter().flat_map(|artifact| artifact.commands(mode)));
    commands.push(SYNTHESIZE.to_owned());
    let variables = artifacts.iter().map(|artifact| artifact.variable()).collect();
    write::yaml(&Node::map([
        ("version", Node::Float(0.2)),
        ("env", Node::map([("shell", "bash".into()), ("exported-variables", texts(variables))])),
        ("phases", Node::map([("install", phase(INSTALL.map(str::to_owned).into())), ("build", phase(commands))])),
        ("artifacts", Node::map([("base-directory", "target/synth".into()), ("files", texts(vec!["**/*"]))])),
        ("cache", Node::map([("paths", texts(vec!["/root/.cargo/registry/**/*", "target/**/*"]))])),
    ]))
}
