//! What deleting stacks needs of AWS, beside what deploying them does. Only types of our own cross this seam.

use super::deployment::Deployments;
use super::failure::Failure;

/// AWS, as whoever deletes stacks sees it.
#[expect(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Removal: Deployments {
    /// All resources of a stack that are there.
    async fn inventory(&self, stack: &str) -> Result<Vec<Resource>, Failure>;

    /// The names in AWS of the stacks that import a name.
    async fn importers(&self, export: &str) -> Result<Vec<String>, Failure>;

    /// Whether there is a role of this ARN that `CloudFormation` can use.
    async fn role(&self, arn: &str) -> Result<RoleState, Failure>;

    /// How much is in a bucket (versions of objects) or a repository (images), which is not deleted before it is empty. Of other
    /// resources, and of those that are gone, nothing.
    async fn content(&self, resource: &Resource) -> Result<u64, Failure>;

    /// Deletes some of what is in it, some hundreds at most. Gives how many.
    async fn empty(&self, resource: &Resource) -> Result<u64, Failure>;

    /// What still holds a resource and goes by itself after a while, a line each.
    async fn holders(&self, resource: &Resource) -> Result<Vec<String>, Failure>;

    /// How much data is in a resource, in words; nothing where nobody counts.
    async fn amount(&self, resource: &Resource) -> Result<Option<String>, Failure>;

    /// Copies of a resource's data that stay when it goes. The ARN is its stack's.
    async fn copies(&self, stack: &str, resource: &Resource) -> Result<Vec<Copy>, Failure>;

    /// Whether a resource must not be deleted, because somebody said so.
    async fn is_guarded(&self, resource: &Resource) -> Result<bool, Failure>;

    /// Lets a resource be deleted.
    async fn unguard(&self, resource: &Resource) -> Result<(), Failure>;

    /// Has a pipeline end its runs, and begin no others.
    async fn stop_pipeline(&self, name: &str) -> Result<(), Failure>;
}

/// What is known of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleState {
    /// It is there.
    Usable,
    /// It is gone.
    Missing,
    /// What is there has its name, and is of no use.
    Unusable {
        /// Why.
        why: String,
    },
}

/// Something that stays when everything is deleted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Copy {
    /// What it is, by its kind and its name.
    pub what: String,
    /// The command that deletes it.
    pub command: String,
}

impl Copy {
    /// A snapshot of a database.
    pub fn of_snapshot(region: &str, name: &str) -> Self {
        Self {
            what: format!("snapshot {name}"),
            command: format!("aws rds delete-db-snapshot --region {region} --db-snapshot-identifier {name}"),
        }
    }
}

/// A resource of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// The logical id.
    pub id: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The ARN or the name.
    pub physical_id: String,
    /// Its state, in AWS's words.
    pub status: String,
    /// Why it is in that state.
    pub reason: Option<String>,
}
