//! What must be there before any pipeline: the artifact bucket, the image repository, the connection to GitHub, and
//! the role with which CloudFormation deploys.
//!
//! The operator deploys this stack with their own credentials.

use synth::aws::codeconnections::{self, connection::ProviderType};
use synth::aws::ecr::{self, repository};
use synth::aws::iam::{self, PolicyDocument};
use synth::aws::s3::{self, bucket};
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::deployment_role;
use crate::environment::Environment;
use crate::justified;
use crate::naming::{self, Names, stack_name};

/// How long artifacts of pipelines are kept, in days.
const ARTIFACT_DAYS: i64 = 30;

/// How long a version of an object is kept after it was replaced, in days.
const NONCURRENT_DAYS: i64 = 7;

/// What other stacks use of this one.
pub(crate) struct Exports {
    pub(crate) artifact_bucket: Value<String>,
    pub(crate) repository_arn: Value<String>,
    pub(crate) repository_uri: Value<String>,
    /// The connection to GitHub; none without pipelines.
    pub(crate) connection_arn: Option<Value<String>>,
    pub(crate) deployment_role_arn: Value<String>,
}

/// The bootstrap stack of an environment.
pub(crate) fn stack(environment: &Environment) -> (Stack, Exports) {
    let description = "What the pipelines need: artifact bucket, image repository, connection, deployment role";
    let (stack, names) = naming::stack(environment, stack_name::BOOTSTRAP, description);
    let mut stack = stack.termination_protection();
    let bucket = artifact_bucket(&mut stack, &names);
    stack.add("ArtifactBucketPolicy", s3::BucketPolicy::new(&bucket, PolicyDocument::new(bucket.require_tls())));
    let repository = image_repository(&mut stack, &names);
    let connection = environment.pipelines.then(|| connection(&mut stack, &names));
    let role = deployment_role(&mut stack, &names, environment, &bucket);

    let exports = Exports {
        artifact_bucket: stack.export("ArtifactBucketName", bucket.reference()),
        repository_arn: stack.export("RepositoryArn", repository.arn()),
        repository_uri: stack.export("RepositoryUri", repository.repository_uri()),
        connection_arn: connection.map(|connection| stack.export("ConnectionArn", connection.connection_arn())),
        deployment_role_arn: stack.export("CfnExecRoleArn", role.arn()),
    };
    (stack, exports)
}

fn artifact_bucket(stack: &mut Stack, names: &Names) -> Handle<s3::Bucket> {
    let encryption = bucket::ServerSideEncryptionRule::new()
        .server_side_encryption_by_default(bucket::ServerSideEncryptionByDefault::new(bucket::SseAlgorithm::AES256));
    let closed = bucket::PublicAccessBlockConfiguration::new()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true);
    let owner = bucket::OwnershipControlsRule::new().object_ownership(bucket::ObjectOwnership::BUCKET_OWNER_ENFORCED);
    let properties = s3::Bucket::new()
        .bucket_name(sub![names.prefixed("-artifacts-"), pseudo::ACCOUNT_ID, "-", pseudo::REGION])
        .bucket_encryption(bucket::BucketEncryption::new([encryption]))
        .public_access_block_configuration(closed)
        .ownership_controls(bucket::OwnershipControls::new([owner]))
        .versioning_configuration(bucket::VersioningConfiguration::new(bucket::VersioningConfigurationStatus::ENABLED))
        .lifecycle_configuration(bucket::LifecycleConfiguration::new([expire_artifacts(names), expire_remains()]));
    let bucket = stack.add("ArtifactBucket", properties);
    // CloudFormation does not delete a bucket with something in it, so this loses nothing.
    stack
        .resource(&bucket)
        .deletion_policy(DeletionPolicy::Delete)
        .update_replace_policy(DeletionPolicy::Retain)
        .justified(Checker::Checkov, "CKV_AWS_18", "it holds what pipelines made, and only their roles may read it");
    bucket
}

/// Pipelines keep their artifacts under the beginning of their names. Archives of functions, under `lambda/`, stay: going
/// back to an older function needs its archive.
fn expire_artifacts(names: &Names) -> bucket::Rule {
    bucket::Rule::new(bucket::RuleStatus::ENABLED)
        .id("expire-pipeline-artifacts")
        .prefix(names.prefixed(""))
        .expiration_in_days(ARTIFACT_DAYS)
}

fn expire_remains() -> bucket::Rule {
    bucket::Rule::new(bucket::RuleStatus::ENABLED)
        .id("expire-old-versions-and-broken-uploads")
        .noncurrent_version_expiration(bucket::NoncurrentVersionExpiration::new(NONCURRENT_DAYS))
        .abort_incomplete_multipart_upload(bucket::AbortIncompleteMultipartUpload::new(1))
}

fn image_repository(stack: &mut Stack, names: &Names) -> Handle<ecr::Repository> {
    let properties = ecr::Repository::new()
        .repository_name(names.prefixed(""))
        .image_tag_mutability(repository::ImageTagMutability::IMMUTABLE)
        .image_scanning_configuration(repository::ImageScanningConfiguration::new().scan_on_push(true))
        .encryption_configuration(repository::EncryptionConfiguration::new(repository::EncryptionType::AES256))
        .empty_on_delete(false)
        .lifecycle_policy(repository::LifecyclePolicy::new().lifecycle_policy_text(image_expiry()));
    let repository = stack.add("ImageRepository", properties);
    stack
        .resource(&repository)
        .deletion_policy(DeletionPolicy::Delete)
        .update_replace_policy(DeletionPolicy::Retain)
        .justified(Checker::Checkov, "CKV_AWS_136", justified::NO_OWN_KEY);
    repository
}

/// [AWS documentation](https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html)
fn image_expiry() -> String {
    json!({
        "rules": [
            {
                "rulePriority": 1,
                "description": "Images that lost their tag",
                "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1},
                "action": {"type": "expire"},
            },
            {
                "rulePriority": 2,
                "description": "All but the newest 20",
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20},
                "action": {"type": "expire"},
            },
        ],
    })
    .to_string()
}

/// It is made pending: a person completes it in the console, once, with GitHub.
fn connection(stack: &mut Stack, names: &Names) -> Handle<codeconnections::Connection> {
    let connection = codeconnections::Connection::new(names.prefixed("-github")).provider_type(ProviderType::GITHUB);
    stack.add("GitHubConnection", connection)
}

fn deployment_role(
    stack: &mut Stack,
    names: &Names,
    environment: &Environment,
    bucket: &Handle<s3::Bucket>,
) -> Handle<iam::Role> {
    let policy = deployment_role::policy(names, environment, bucket);
    // No condition on the source: CloudFormation is not documented to send one when it assumes a role that was passed.
    let properties = iam::Role::new(PolicyDocument::assumed_by("cloudformation.amazonaws.com"))
        .role_name(names.prefixed("-cfn-exec"))
        .description("CloudFormation deploys the application's stacks with this role")
        .policies([iam::role::Policy::new("deploy", policy)]);
    stack.add("CfnExecRole", properties)
}
