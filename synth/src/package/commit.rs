//! Which commit is packaged.

use std::path::Path;
use std::process::Command;

/// How many digits of a commit's hash are kept.
const DIGITS: usize = 12;

/// The commit, short, and `-dirty` if something has changed since; `None` outside a repository. A build of `CodeBuild` has no
/// repository, and is told.
pub(super) fn current(root: &Path) -> Option<String> {
    if let Ok(told) = std::env::var("CODEBUILD_RESOLVED_SOURCE_VERSION") {
        return told.get(..DIGITS).map(str::to_owned);
    }
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(["describe", "--always", "--dirty", "--exclude=*"]);
    let output = command.arg(format!("--abbrev={DIGITS}")).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
