use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("container.yaml"),
    breaks: &[
        Break {
            rule: "shared-role",
            old: "TaskRoleArn: !GetAtt TaskRole.Arn",
            new: "TaskRoleArn: !GetAtt TaskExecutionRole.Arn",
        },
        Break {
            rule: "secret-access",
            old: "Resource: !ImportValue platform:SigningSecretArn",
            new: "Resource: !ImportValue platform:AdminPasswordArn",
        },
        Break {
            rule: "secret-access",
            old: "Action: secretsmanager:GetSecretValue\n                Resource",
            new: "Action: secretsmanager:DescribeSecret\n                Resource",
        },
        Break { rule: "secret-access", old: "RoleName: !Ref TaskExecutionRole", new: "RoleName: !Ref TaskRole" },
        Break { rule: "secret-access", old: "parameter/tracker/license", new: "parameter/other/license" },
        Break { rule: "execute-command", old: "EnableExecuteCommand: false", new: "EnableExecuteCommand: true" },
        Break { rule: "execute-command", old: "                  - ssmmessages:OpenDataChannel\n", new: "" },
        Break { rule: "execute-command", old: "      TaskRoleArn: !Ref DebugRole\n", new: "" },
        Break {
            rule: "execute-command",
            old: "        - Name: web\n",
            new: "        - Name: web\n          ReadonlyRootFilesystem: true\n",
        },
    ],
};
