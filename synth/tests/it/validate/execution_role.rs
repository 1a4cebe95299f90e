use super::{Break, Family};

/// A role with which a pipeline deploys two stacks.
pub(super) const FAMILY: Family = Family {
    templates: include_str!("execution_role.yaml"),
    breaks: &[
        Break { rule: "deployment-rights", old: "- ec2:CreateSubnet\n", new: "- ec2:CreateDefaultSubnet\n" },
        Break { rule: "deployment-rights", old: "- ec2:DeleteVpc\n", new: "- ec2:DeleteVpcEndpoints\n" },
        Break { rule: "deployment-rights", old: "- ec2:DescribeNetworkInterfaces\n", new: "- ec2:DescribeRegions\n" },
        Break { rule: "deployment-rights", old: "RoleName: !Ref DeploymentRole", new: "RoleName: another" },
        Break {
            rule: "deployment-rights",
            old: "Timeout: 5",
            new: "KmsKeyArn: !Sub \"arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/tracker\"",
        },
        Break { rule: "deployment-rights", old: "Timeout: 5", new: "ReservedConcurrentExecutions: 5" },
    ],
};

/// A pipeline that deploys one of the stacks after it.
pub(super) const PIPELINE: Family = Family {
    templates: include_str!("execution_pipeline.yaml"),
    breaks: &[Break { rule: "deployment-rights", old: "- sqs:DeleteQueue\n", new: "- sqs:PurgeQueue\n" }],
};
