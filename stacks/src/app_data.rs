//! Where the service's data is, if it outlives a task: a file system for SQLite, or a PostgreSQL server.
//!
//! The stack is protected from deletion, and what it holds stays when the stack goes: the file system itself, or a
//! snapshot of the database.

use synth::aws::efs::file_system::{BackupPolicy, BackupPolicyStatus, PerformanceMode, ThroughputMode};
use synth::aws::efs::{self, access_point};
use synth::aws::iam::{self, PolicyDocument, Principal, Statement};
use synth::aws::rds;
use synth::aws::secretsmanager::{self, secret::GenerateSecretString};
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::app_platform;
use crate::app_service::{DATABASE, USER};
use crate::environment::Environment;
use crate::justified;
use crate::naming::{self, Names, stack_name};
use crate::network;

/// How long automatic backups of the database are kept, in days.
const BACKUP_DAYS: i64 = 7;

/// Where the data is, for the stack of the service.
pub(crate) enum Exports {
    /// On the task's own disk: there is no stack.
    OwnDisk,
    /// On a file system.
    FileSystem { id: Value<String>, access_point: Value<String> },
    /// On a PostgreSQL server: its host name, and the secret with the password.
    Postgres { host: Value<String>, password: Value<String> },
}

/// The data of an environment.
pub(crate) fn stack(
    environment: &Environment,
    network: &network::Exports,
    platform: &app_platform::Exports,
) -> (Option<Stack>, Exports) {
    let stack = |description| {
        let (stack, names) = naming::stack(environment, stack_name::DATA, description);
        (stack.termination_protection(), names)
    };
    match &network.storage {
        network::Storage::OwnDisk => (None, Exports::OwnDisk),
        network::Storage::FileSystem { group } => {
            let (mut stack, names) = stack("Where SQLite's file is, on a file system");
            let exports = file_system(&mut stack, &names, network, group, platform);
            (Some(stack), exports)
        }
        network::Storage::Postgres { group, subnet_ids } => {
            let (mut stack, names) = stack("The PostgreSQL server");
            let exports = postgres(&mut stack, &names, group, subnet_ids, platform);
            (Some(stack), exports)
        }
    }
}

fn file_system(
    stack: &mut Stack,
    names: &Names,
    network: &network::Exports,
    group: &Value<String>,
    platform: &app_platform::Exports,
) -> Exports {
    let properties = efs::FileSystem::new()
        .encrypted(true)
        .performance_mode(PerformanceMode::GENERAL_PURPOSE)
        .throughput_mode(ThroughputMode::ELASTIC)
        .backup_policy(BackupPolicy::new(BackupPolicyStatus::ENABLED))
        .file_system_policy(mount_policy())
        .file_system_tags(names.tag("-data"));
    let files = stack.add("FileSystem", properties);
    // One that a failed creation leaves behind is empty, and goes.
    stack
        .resource(&files)
        .deletion_policy(DeletionPolicy::RetainExceptOnCreate)
        .update_replace_policy(DeletionPolicy::Retain);
    for (subnet, number) in network.public_subnet_ids.iter().zip(1..) {
        stack.add(format!("MountTarget{number}"), efs::MountTarget::new(&files, [group], subnet));
    }
    let access = access_point(stack, names, &files);
    let policy = PolicyDocument::new([Statement::allow(MOUNT).on([files.arn()]).condition(
        "StringEquals",
        "elasticfilesystem:AccessPointArn",
        access.arn(),
    )]);
    stack.add("TaskFileAccess", iam::RolePolicy::new("mount-files", &platform.task_role.name).policy_document(policy));
    Exports::FileSystem {
        id: stack.export("FileSystemId", files.reference()),
        access_point: stack.export("AccessPointId", access.reference()),
    }
}

/// What a task does with the files.
const MOUNT: [&str; 2] = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];

/// Without a policy anybody in the network may mount a file system. This one allows nobody, so that what a role is allowed
/// counts, and refuses everybody who comes unencrypted or past the mount targets.
fn mount_policy() -> PolicyDocument {
    let refuse = |sid: &'static str, key: &'static str| {
        Statement::deny([MOUNT[0], MOUNT[1], "elasticfilesystem:ClientRootAccess"])
            .sid(sid)
            .principal(Principal::aws("*"))
            .condition("Bool", key, "false")
    };
    PolicyDocument::new([
        refuse("RefusePlain", "aws:SecureTransport"),
        refuse("RefuseOtherWays", "elasticfilesystem:AccessedViaMountTarget"),
    ])
}

fn access_point(stack: &mut Stack, names: &Names, files: &Handle<efs::FileSystem>) -> Handle<efs::AccessPoint> {
    let owner = access_point::CreationInfo::new(USER, USER, "0700");
    let access = efs::AccessPoint::new(files)
        .posix_user(access_point::PosixUser::new(USER, USER))
        .root_directory(access_point::RootDirectory::new().path("/data").creation_info(owner))
        .access_point_tags(names.tag("-data"));
    stack.add("AccessPoint", access)
}

fn postgres(
    stack: &mut Stack,
    names: &Names,
    group: &Value<String>,
    subnet_ids: &[Value<String>],
    platform: &app_platform::Exports,
) -> Exports {
    // CloudFormation names them after the stack: with a name of their own they could never be replaced.
    let subnets = stack.add("DatabaseSubnets", rds::DbSubnetGroup::new("Isolated subnets", subnet_ids));
    let parameters =
        rds::DbParameterGroup::new("Encrypted connections only", "postgres17").parameters([("rds.force_ssl", "1")]);
    let parameters = stack.add("DatabaseParameters", parameters);
    let password = database_password(stack, names);
    let database = server(stack, names, &password)
        .db_subnet_group_name(&subnets)
        .db_parameter_group_name(&parameters)
        .vpc_security_groups([group]);
    let database = stack.add("Database", database);
    stack
        .resource(&database)
        .deletion_policy(DeletionPolicy::Snapshot)
        .update_replace_policy(DeletionPolicy::Snapshot)
        .justified(Checker::Checkov, "CKV_AWS_161", "the service signs in with a password, and needs no other rights");
    let read = Statement::allow(["secretsmanager:GetSecretValue"]).on([password.reference()]);
    let read = iam::RolePolicy::new("read-database-password", &platform.execution_role.name)
        .policy_document(PolicyDocument::new([read]));
    stack.add("ReadDatabasePassword", read);
    Exports::Postgres {
        host: stack.export("DatabaseEndpoint", database.endpoint_address()),
        password: stack.export("DatabaseSecretArn", password.reference()),
    }
}

/// A secret of our own, and not one that RDS manages: RDS changes its password every week, and tasks read it only when
/// they start, so that a week later no new connection would succeed.
fn database_password(stack: &mut Stack, names: &Names) -> Handle<secretsmanager::Secret> {
    let generated = GenerateSecretString::new().password_length(48).exclude_punctuation(true);
    let secret = secretsmanager::Secret::new()
        .name(names.prefixed("/database-password"))
        .description("The password of the database's owner")
        .generate_secret_string(generated);
    let secret = stack.add("DatabasePassword", secret);
    justified::secret(stack, &secret);
    secret
}

fn server(stack: &mut Stack, names: &Names, password: &Handle<secretsmanager::Secret>) -> rds::DbInstance {
    let standby = Parameter::string()
        .description("Whether a standby in another zone takes over when the server fails; it costs as much again")
        .allowed_values(["true", "false"])
        .default("true");
    let standby = stack.parameter("MultiAz", standby);
    let monitoring = monitoring_role(stack, names);
    rds::DbInstance::new()
        .engine("postgres")
        .engine_version("17.11")
        .db_instance_class("db.t4g.micro")
        .storage_type("gp3")
        .allocated_storage("20")
        .storage_encrypted(true)
        .multi_az(Value::<bool>::from_node(standby.into_inner()))
        .db_name(DATABASE)
        .master_username(DATABASE)
        .master_user_password(sub!["{{resolve:secretsmanager:", password.reference(), "}}"])
        .publicly_accessible(false)
        .backup_retention_period(BACKUP_DAYS)
        .copy_tags_to_snapshot(true)
        .deletion_protection(true)
        .auto_minor_version_upgrade(true)
        .monitoring_interval(60)
        .monitoring_role_arn(&monitoring)
}

/// RDS writes measurements of the server's machine to a log group of a fixed name.
fn monitoring_role(stack: &mut Stack, names: &Names) -> Handle<iam::Role> {
    let group = synth::aws::arn::regional("logs", "log-group:RDS*");
    let groups = Statement::allow(["logs:CreateLogGroup", "logs:PutRetentionPolicy"]).sid("Groups").on([&group]);
    let events = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"];
    let events = Statement::allow(events).sid("Events").on([sub![&group, ":log-stream:*"]]);
    let trust = PolicyDocument::assumed_by_for("monitoring.rds.amazonaws.com", names.arn("rds", "db:", "-app-data-*"));
    let role = iam::Role::new(trust)
        .path(names.role_path())
        .description("Measurements of the database's machine")
        .policies([iam::role::Policy::new("write-measurements", PolicyDocument::new([groups, events]))]);
    stack.add("MonitoringRole", role)
}
