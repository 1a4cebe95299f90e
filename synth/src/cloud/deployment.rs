//! What deploying needs of AWS: the seam between the engine and whatever answers it. Only types of our own cross it.

use std::collections::BTreeMap;

use super::failure::Failure;
use super::status::StackStatus;
use crate::kinds;

/// `CloudFormation`, as the engine sees it.
#[expect(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Deployments {
    /// The region.
    fn region(&self) -> &str;

    /// The stack of this name or ARN; `None` where there is none, and none was deleted under this ARN.
    async fn stack(&self, name: &str) -> Result<Option<DeployedStack>, Failure>;

    /// The template of a stack that stands: as it was given, or as transforms made it.
    async fn template(&self, stack: &str, stage: TemplateStage) -> Result<String, Failure>;

    /// Begins to compute what would change. Asked again with the same name, it gives the same change set.
    async fn create_change_set(&self, request: &ChangeSetRequest<'_>) -> Result<CreatedChangeSet, Failure>;

    /// A change set of a stack, by its name; `None` where there is none.
    async fn find_change_set(&self, stack: &str, name: &str) -> Result<Option<CreatedChangeSet>, Failure>;

    /// What a change set would change, with all its pages.
    async fn change_set(&self, id: &str) -> Result<ChangeSet, Failure>;

    /// The change sets of a stack that were not executed.
    async fn change_sets(&self, stack: &str) -> Result<Vec<OpenChangeSet>, Failure>;

    /// Deletes a change set. One that is no more is deleted.
    async fn delete_change_set(&self, id: &str) -> Result<(), Failure>;

    /// Begins to do what a change set says. The token tells the operation from others in the events.
    async fn execute_change_set(&self, id: &str, token: &str) -> Result<(), Failure>;

    /// The last thing that happened with a stack.
    async fn last_event(&self, stack: &str) -> Result<Option<StackEvent>, Failure>;

    /// What has happened with a stack since an event, the oldest first; all of it where none is named.
    async fn events(&self, stack: &str, since: Option<&str>) -> Result<Vec<StackEvent>, Failure>;

    /// What else is known of why a resource failed, a line each; nothing for most types.
    async fn details(&self, event: &StackEvent) -> Result<Vec<String>, Failure>;

    /// Begins to delete a stack.
    async fn delete_stack(&self, deletion: &Deletion<'_>) -> Result<(), Failure>;

    /// Begins to take back a running update.
    async fn cancel_update(&self, stack: &str) -> Result<(), Failure>;

    /// Says whether a stack may be deleted.
    async fn protect(&self, stack: &str, protected: bool) -> Result<(), Failure>;

    /// What the service found wrong before it changed anything, by the ARN of the change set that failed.
    async fn validation_failures(&self, change_set: &str) -> Result<Vec<StackEvent>, Failure>;
}

/// The account and the region that the ARN of a stack names.
pub fn place(arn: &str) -> Option<(&str, &str)> {
    // arn:aws:cloudformation:<region>:<account>:stack/...
    let mut parts = arn.split(':').skip(3);
    let region = parts.next()?;
    Some((parts.next()?, region))
}

/// A stack in AWS.
#[derive(Clone, Debug, PartialEq)]
pub struct DeployedStack {
    /// The ARN.
    pub id: String,
    /// The state.
    pub status: StackStatus,
    /// Why it is in that state.
    pub reason: Option<String>,
    /// The parameters' values.
    pub parameters: BTreeMap<String, String>,
    /// Of parameters whose values are names of parameters of Systems Manager: the values of those.
    pub resolved: BTreeMap<String, String>,
    /// What it exports, by name.
    pub exports: BTreeMap<String, String>,
    /// What it says to people: outputs that it does not export, by logical id.
    pub outputs: BTreeMap<String, String>,
    /// The role that `CloudFormation` uses for it.
    pub role: Option<String>,
    /// Whether it must not be deleted.
    pub protected: bool,
    /// When it was changed last, in seconds since 1970; nothing where it never was since it was made.
    pub updated: Option<f64>,
}

/// A change set in the making.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedChangeSet {
    /// Its ARN.
    pub change_set: String,
    /// The stack's ARN.
    pub stack_id: String,
}

/// A change set that was not executed.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenChangeSet {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub made: f64,
    /// Whether it is still being computed.
    pub is_computing: bool,
}

/// What is to be computed.
#[derive(Clone, Debug)]
pub struct ChangeSetRequest<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The change set's name.
    pub name: &'a str,
    /// Whether the stack is made by it.
    pub creates: bool,
    /// The template.
    pub template: TemplateSource<'a>,
    /// The parameters' values.
    pub parameters: &'a [(String, String)],
    /// The stack's tags.
    pub tags: &'a [(String, String)],
    /// The role that `CloudFormation` uses from now on. Where none is named it goes on with the one before, or uses its
    /// caller's rights.
    pub role: Option<&'a str>,
}

/// How a stack is to be deleted.
#[derive(Clone, Copy, Debug)]
pub struct Deletion<'a> {
    /// The stack, by its ARN.
    pub stack: &'a str,
    /// Tells the operation from others in the events.
    pub token: &'a str,
    /// The role that deletes it, in the place of its own.
    pub role: Option<&'a str>,
    /// What stays, by logical id: only of a stack whose deletion has failed before.
    pub retained: &'a [String],
    /// Whether it goes even where its resources stay: only after its deletion has failed before.
    pub is_forced: bool,
}

impl<'a> Deletion<'a> {
    /// Of the whole stack, with its own role.
    pub fn of(stack: &'a str, token: &'a str) -> Self {
        Self { stack, token, role: None, retained: &[], is_forced: false }
    }
}

/// Which form of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of CloudFormation")]
pub enum TemplateStage {
    Original,
    Processed,
}

/// Where a template is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateSource<'a> {
    /// It is this text.
    Body(&'a str),
    /// It was put into a bucket, and has this URL.
    Url(String),
}

/// A computed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// How far it is.
    pub progress: Progress,
    /// Why it failed.
    pub reason: String,
    /// Its changes, in AWS's order.
    pub changes: Vec<Change>,
}

/// How far the computing of a change set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is being computed.
    Computing,
    /// It can be executed.
    Ready,
    /// It cannot be made, or there is nothing to change.
    Failed,
    /// It cannot be executed any more: the stack has changed since, or it is gone.
    Stale,
}

/// What happens with a resource.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The logical id.
    pub id: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is done with it.
    pub action: Action,
    /// Whether another takes its place.
    pub replacement: Replacement,
    /// What happens to what was there, in AWS's words: `Delete`, `Retain`, `Snapshot`.
    pub policy: Option<String>,
    /// The properties that change.
    pub properties: Vec<PropertyChange>,
}

impl Change {
    /// Whether it changes who may do what, or what can be reached from where.
    pub fn changes_rights(&self) -> bool {
        kinds::is_about_rights(&self.kind)
    }

    /// Whether something that is there goes, or may go.
    pub fn destroys(&self) -> bool {
        matches!(self.action, Action::Remove | Action::Dynamic) || self.replacement != Replacement::No
    }
}

/// What is done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are those of CloudFormation")]
pub enum Action {
    Add,
    Modify,
    Remove,
    Import,
    Dynamic,
}

/// Whether another resource takes the place of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Replacement {
    /// It stays.
    No,
    /// That depends on a value that is not known yet.
    Perhaps,
    /// Another does.
    Yes,
}

/// How a property changes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChange {
    /// The path of the property, or the attribute, such as `Tags`.
    pub path: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// The resource that it comes from, where its value is not known before that has changed.
    pub because_of: Option<String>,
}

/// Something that happened with a stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StackEvent {
    /// Its number.
    pub id: String,
    /// The logical id of the resource; the stack's name where it is about the stack itself.
    pub resource: String,
    /// The resource's type.
    pub kind: String,
    /// Whether it is about the stack itself.
    pub is_stack: bool,
    /// The state of the resource or the stack, in AWS's words.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// The ARN or the name of the resource.
    pub physical_id: Option<String>,
    /// The token of the operation that it belongs to.
    pub token: Option<String>,
    /// When it happened, in seconds since 1970.
    pub at: f64,
    /// The operation that it belongs to.
    pub operation: Option<String>,
    /// The properties that the resource was to have, in JSON.
    pub properties: Option<String>,
}
