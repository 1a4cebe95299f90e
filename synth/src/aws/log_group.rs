//! Who may write to a log group.
//!
//! ```
//! use synth::aws::iam::PolicyDocument;
//! use synth::prelude::*;
//!
//! let mut stack = Stack::new("service");
//! let log = stack.log_group("Log", "/ecs/tracker", 30);
//! let policy = PolicyDocument::new([log.allow_writing()]);
//! # let _ = policy;
//! ```

use super::generated::logs::LogGroup;
use super::iam::Statement;
use super::typed::Handle;

impl Handle<LogGroup> {
    /// Allows what a program needs that writes to this group: streams of its own, and events in them. It may not make the
    /// group, since one that it makes keeps everything for ever.
    pub fn allow_writing(&self) -> Statement {
        Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).sid("WriteLogs").on([self.arn()])
    }
}
