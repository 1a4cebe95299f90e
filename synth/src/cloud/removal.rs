//! What deleting stacks needs of AWS, beside what deploying them does. Only types of our own cross this seam.

use super::deployment::Deployments;
use super::failure::Failure;

/// AWS, as whoever deletes stacks sees it.
#[expect(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Removal: Deployments {
    /// All resources of a stack, also those that are gone; by its ARN also of one that is.
    async fn resources(&self, stack: &str) -> Result<Vec<Resource>, Failure>;

    /// The stacks that were deleted under these names, with their ARNs, the last one first. `CloudFormation` knows them for 90
    /// days.
    async fn deleted_stacks(&self, names: &[&str]) -> Result<Vec<(String, String)>, Failure>;

    /// Whether a resource is there that its stack has left. Of some types nobody can tell; those are taken to be.
    async fn is_left(&self, resource: &Resource) -> Result<bool, Failure>;

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

    /// The stages of a pipeline that are closed to stop it: the open ones but the first, and those that were closed for that.
    async fn stages(&self, pipeline: &str) -> Result<Vec<String>, Failure>;

    /// Has a pipeline end its runs, and closes these stages for others.
    async fn stop_pipeline(&self, pipeline: &Pipeline) -> Result<(), Failure>;
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

/// A pipeline, and how it is stopped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Pipeline {
    /// The name.
    pub name: String,
    /// The stages that are closed.
    pub stages: Vec<String>,
}

impl Pipeline {
    /// The commands that open its stages again.
    pub fn opening(&self, region: &str) -> impl Iterator<Item = String> {
        self.stages.iter().map(move |stage| {
            format!(
                "aws codepipeline enable-stage-transition --region {region} --pipeline-name {} --stage-name {stage} \
                 --transition-type Inbound",
                self.name
            )
        })
    }
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
    /// A snapshot of a database (`db`) or a cluster of them (`db-cluster`).
    pub fn of_snapshot(region: &str, of: &str, name: &str) -> Self {
        Self {
            what: format!("snapshot {name}"),
            command: format!("aws rds delete-{of}-snapshot --region {region} --{of}-snapshot-identifier {name}"),
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

/// States of resources that were never the stack's, though another may have the name.
const NEVER_OWN: [&str; 2] = ["CREATE_FAILED", "IMPORT_FAILED"];

impl Resource {
    /// Whether it is its stack's, or was.
    pub fn is_own(&self) -> bool {
        !self.physical_id.is_empty() && !NEVER_OWN.contains(&&*self.status)
    }

    /// Whether it is there, and its stack's.
    pub fn is_there(&self) -> bool {
        self.is_own() && self.status != "DELETE_COMPLETE"
    }

    /// Whether it stayed when its stack was deleted.
    pub fn is_skipped(&self) -> bool {
        self.status == "DELETE_SKIPPED"
    }
}
