//! What happens during a deployment, for whoever watches.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::plan::Planned;
use crate::cloud::{Outcome, StackEvent};

/// Something that happened. In JSON `event` says what.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event<'a> {
    /// Somebody else is changing the stack; that is waited for.
    Waiting {
        /// The stack.
        stack: &'a str,
        /// Its state.
        status: &'a str,
    },
    /// It is known what would happen with a stack.
    Planned {
        /// What.
        #[serde(flatten)]
        planned: &'a Planned,
    },
    /// A stack is being changed from now on.
    Started {
        /// The stack.
        stack: &'a str,
        /// How many resources will be touched, without those of nested stacks.
        resources: usize,
        /// How long that may take. In JSON in seconds.
        #[serde(rename = "estimateSeconds", serialize_with = "seconds")]
        estimate: Duration,
    },
    /// AWS deletes a stack, or takes it back, from now on, whatever becomes of this run.
    Accepted {
        /// The stack.
        stack: &'a str,
    },
    /// The changes of a stack failed, and are being taken back.
    TakenBack {
        /// The stack.
        stack: &'a str,
    },
    /// Something happened with a resource.
    Resource {
        /// The stack.
        stack: &'a str,
        /// The logical id.
        id: &'a str,
        /// The type.
        #[serde(rename = "type")]
        kind: &'a str,
        /// The state, in AWS's words.
        status: &'a str,
        /// Why.
        reason: Option<&'a str>,
    },
    /// A pipeline is being stopped, and stays so.
    Stopping {
        /// The stack that has it.
        stack: &'a str,
        /// Its name.
        pipeline: &'a str,
    },
    /// Something holds a resource that is to be deleted, and goes by itself after a while.
    Held {
        /// The stack.
        stack: &'a str,
        /// The logical id.
        id: &'a str,
        /// What holds it.
        by: &'a str,
    },
    /// Something is being emptied.
    Emptied {
        /// The stack.
        stack: &'a str,
        /// The logical id.
        id: &'a str,
        /// How many versions of objects, or images, are gone so far.
        gone: u64,
    },
    /// A stack is not changed any more.
    Finished {
        /// The stack.
        stack: &'a str,
        /// How it went: `done`, `unchanged`, `rolledBack`, `stuck`, `skipped`, `declined`, `failed`, `deleted`,
        /// `recovered`.
        outcome: &'a str,
        /// What it says to people: outputs that it does not export, by logical id.
        #[serde(skip_serializing_if = "Option::is_none")]
        outputs: Option<&'a BTreeMap<String, String>>,
    },
    /// Something is odd, and stops nothing.
    Warning {
        /// The stack.
        stack: &'a str,
        /// What.
        message: &'a str,
    },
}

/// Who is told what happens.
pub trait Observer: std::fmt::Debug {
    /// Something happened.
    fn event(&self, event: &Event<'_>);

    /// The terminal is somebody else's for a while, or not any more.
    fn pause(&self, _paused: bool) {}
}

pub(crate) fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

impl<'a> Event<'a> {
    pub(super) fn of_resource(stack: &'a str, event: &'a StackEvent) -> Self {
        let StackEvent { resource, kind, status, reason, .. } = event;
        Self::Resource { stack, id: resource, kind, status, reason: reason.as_deref() }
    }
}

impl Outcome {
    /// The word for it in events.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::RolledBack => "rolledBack",
            Self::Stuck => "stuck",
        }
    }
}
