//! The data's part of the deployment role.

use synth::aws::arn;
use synth::aws::iam::Statement;

use crate::naming::Names;

pub(super) fn file_system() -> Vec<Statement> {
    let file_system = Statement::allow([
        "elasticfilesystem:CreateAccessPoint",
        "elasticfilesystem:CreateMountTarget",
        "elasticfilesystem:DeleteAccessPoint",
        "elasticfilesystem:DeleteFileSystem",
        "elasticfilesystem:DeleteFileSystemPolicy",
        "elasticfilesystem:DeleteMountTarget",
        "elasticfilesystem:DescribeAccessPoints",
        "elasticfilesystem:DescribeBackupPolicy",
        "elasticfilesystem:DescribeFileSystemPolicy",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeLifecycleConfiguration",
        "elasticfilesystem:DescribeMountTargets",
        "elasticfilesystem:DescribeMountTargetSecurityGroups",
        "elasticfilesystem:DescribeReplicationConfigurations",
        "elasticfilesystem:ListTagsForResource",
        "elasticfilesystem:ModifyMountTargetSecurityGroups",
        "elasticfilesystem:PutBackupPolicy",
        "elasticfilesystem:PutFileSystemPolicy",
        "elasticfilesystem:PutLifecycleConfiguration",
        "elasticfilesystem:TagResource",
        "elasticfilesystem:UntagResource",
        "elasticfilesystem:UpdateFileSystem",
        "elasticfilesystem:UpdateFileSystemProtection",
    ]);
    // A file system that is not there yet has no resource.
    let create = Statement::allow(["elasticfilesystem:CreateFileSystem"]);
    // A mount target is a network interface, made with the caller's rights.
    let interface = Statement::allow([
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:ModifyNetworkInterfaceAttribute",
    ]);
    vec![
        file_system.sid("FileSystem").on([
            arn::regional("elasticfilesystem", "file-system/*"),
            arn::regional("elasticfilesystem", "access-point/*"),
        ]),
        create.sid("CreateFileSystem").on_everything(),
        interface.sid("MountTargets").on([arn::regional("ec2", "*")]),
    ]
}

pub(super) fn database(names: &Names) -> [Statement; 2] {
    let database = Statement::allow([
        "rds:AddTagsToResource",
        "rds:CreateDBInstance",
        "rds:CreateDBParameterGroup",
        "rds:CreateDBSnapshot",
        "rds:CreateDBSubnetGroup",
        "rds:DeleteDBInstance",
        "rds:DeleteDBParameterGroup",
        "rds:DeleteDBSubnetGroup",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBSubnetGroups",
        "rds:ListTagsForResource",
        "rds:ModifyDBInstance",
        "rds:ModifyDBParameterGroup",
        "rds:ModifyDBSubnetGroup",
        "rds:RebootDBInstance",
        "rds:RemoveTagsFromResource",
        "rds:ResetDBParameterGroup",
    ]);
    let describe =
        Statement::allow(["rds:DescribeDBEngineVersions", "rds:DescribeEngineDefaultParameters", "rds:DescribeEvents"]);
    [
        database.sid("Database").on([
            names.arn("rds", "db:", "-*"),
            names.arn("rds", "pg:", "-*"),
            names.arn("rds", "subgrp:", "-*"),
            names.arn("rds", "snapshot:", "-*"),
            // Every server has an option group, and this one AWS's.
            arn::regional("rds", "og:default:*"),
        ]),
        // What describes has no resources.
        describe.sid("SeeDatabases").on_everything(),
    ]
}

/// The number of tasks follows the load.
pub(super) fn scaling(names: &Names) -> [Statement; 4] {
    let scaling = Statement::allow([
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:ListTagsForResource",
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource",
        "application-autoscaling:UntagResource",
    ]);
    let see_scaling = Statement::allow([
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
    ]);
    // Autoscaling makes the alarms that it listens to with the caller's rights, and names them after the service.
    let alarms = Statement::allow(["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"]);
    let see_alarms = Statement::allow(["cloudwatch:DescribeAlarms"]);
    [
        scaling.sid("Scaling").on([arn::regional("application-autoscaling", "scalable-target/*")]),
        see_scaling.sid("SeeScaling").on_everything(),
        alarms.sid("Alarms").on([names.arn("cloudwatch", "alarm:TargetTracking-service/", "/*")]),
        see_alarms.sid("SeeAlarms").on([arn::regional("cloudwatch", "alarm:*")]),
    ]
}
