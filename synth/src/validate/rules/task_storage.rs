//! File systems that tasks mount.

use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 4] = [
    Rule::new("efs-transit", "A file system is mounted with encryption on the way", transit),
    Rule::new("efs-identity", "A file system with a policy knows the role of the task", identity),
    Rule::new(
        "efs-access-point",
        "A task that is not root writes to a file system through an access point",
        access_point,
    ),
    Rule::new("access-point-owner", "The user of an access point owns its folder", access_point_owner),
];

fn transit(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, volume) in volumes(set) {
        let transit = volume.key("TransitEncryption");
        if !transit.exists() || transit.is("DISABLED") {
            report
                .add(
                    &transit,
                    "files cross the network as they are, and ECS refuses IAM authorization and access points",
                )
                .help("set TransitEncryption to ENABLED");
        }
    }
}

/// A mount without IAM is anonymous.
fn identity(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, volume) in volumes(set) {
        let iam = volume.get("AuthorizationConfig.IAM");
        let system = set.target(&volume.key("FilesystemId"));
        let guarded = system.is_some_and(|system| admits_roles_only(&system.key("FileSystemPolicy")));
        if guarded && (!iam.exists() || iam.is("DISABLED")) {
            report
                .add(&iam, "the mount is denied: the file system's policy admits roles, and this mount shows none")
                .help("set IAM to ENABLED");
        }
    }
}

fn admits_roles_only(policy: &View<'_>) -> bool {
    let statements = policy.key("Statement").items();
    let admits = |statement: &&View<'_>| statement.key("Effect").is("Allow");
    let known = |statement: &&View<'_>| statement.key("Principal").key("AWS").text().is_some_and(|name| name != "*");
    statements.iter().all(|statement| !statement.is_unknown())
        && statements.iter().any(|statement| admits(&statement))
        && statements.iter().filter(admits).all(|statement| known(&statement))
}

/// Only for file systems of the set: the root folder of a new one is root's.
fn access_point(set: &Set<'_>, report: &mut Report<'_>) {
    for (task, volume) in volumes(set) {
        let point = volume.get("AuthorizationConfig.AccessPointId");
        let is_new = set.target(&volume.key("FilesystemId")).is_some();
        if let Some(user) = user(&task).filter(|_| is_new && !point.exists()) {
            report
                .add(&point, format!("user {user} cannot write: the root folder of a new file system is root's"))
                .help("mount an AWS::EFS::AccessPoint whose folder belongs to the user");
        }
    }
}

/// The first user of a task's containers that is certainly not root.
fn user<'s>(task: &Resource<'s>) -> Option<&'s str> {
    let containers = task.key("ContainerDefinitions").items();
    let users = containers.iter().filter_map(|container| container.key("User").text()?.split(':').next());
    users.into_iter().find(|user| user.parse::<u32>().is_ok_and(|number| number != 0))
}

fn access_point_owner(set: &Set<'_>, report: &mut Report<'_>) {
    for point in set.all("AWS::EFS::AccessPoint") {
        let (user, folder) = (point.get("PosixUser.Uid"), point.get("RootDirectory.CreationInfo"));
        let owner = folder.key("OwnerUid");
        let for_owner = folder.key("Permissions").text().is_some_and(|mode| !mode.ends_with(['2', '3', '6', '7']));
        if let (Some(user), Some(number)) = (user.number(), owner.number())
            && user != number
            && user != 0
            && for_owner
        {
            report
                .add(
                    &owner,
                    format!("user {user} of the access point cannot write to its folder, which belongs to {number}"),
                )
                .help("let `OwnerUid` and `PosixUser.Uid` agree");
        }
    }
}

/// The file systems that task definitions mount.
fn volumes<'s>(set: &'s Set<'_>) -> impl Iterator<Item = (Resource<'s>, View<'s>)> {
    set.all("AWS::ECS::TaskDefinition").flat_map(|task| {
        let volumes = task.key("Volumes").items().into_iter().map(|volume| volume.key("EFSVolumeConfiguration"));
        volumes
            .filter(|volume| volume.node().is_some_and(|node| node.as_map().is_some()))
            .map(move |volume| (task.clone(), volume))
    })
}
