//! Parts that every stack justifies alike: what a scanner finds in them is meant.

use synth::aws::typed::Handle;
use synth::aws::{logs, secretsmanager};
use synth::prelude::*;

/// Why nothing is encrypted with a key of our own.
pub(crate) const NO_OWN_KEY: &str =
    "a key of AWS's encrypts it; one of our own costs a dollar a month and needs grants everywhere";

/// Adds a log group that keeps events for `days`, and goes with the stack.
#[track_caller]
pub(crate) fn log_group(stack: &mut Stack, id: &'static str, name: Value<String>, days: u16) -> Handle<logs::LogGroup> {
    let group = stack.log_group(id, name, days);
    stack.resource(&group).justified(Checker::Checkov, "CKV_AWS_158", NO_OWN_KEY);
    group
}

/// Deletes a secret with its stack: at once, since CloudFormation leaves no time to recover it.
pub(crate) fn secret(stack: &mut Stack, secret: &Handle<secretsmanager::Secret>) {
    stack
        .resource(secret)
        .deletion_policy(DeletionPolicy::Delete)
        .update_replace_policy(DeletionPolicy::Delete)
        .justified(Checker::Checkov, "CKV_AWS_149", NO_OWN_KEY);
}
