use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("container.yaml"),
    breaks: &[
        Break { rule: "fargate-size", old: "Memory: '512'", new: "Memory: 3072" },
        Break { rule: "fargate-size", old: "Cpu: '256'", new: "Cpu: 300" },
        Break { rule: "fargate-size", old: "      Memory: '512'\n", new: "" },
        Break { rule: "image-architecture", old: "CpuArchitecture: ARM64", new: "CpuArchitecture: X86_64" },
        Break { rule: "image-architecture", old: "        CpuArchitecture: ARM64\n", new: "" },
        Break { rule: "image-architecture", old: "Type: ARM_CONTAINER", new: "Type: LINUX_CONTAINER" },
        Break { rule: "image-digest", old: "    AllowedPattern: '^.+@sha256:[0-9a-f]{64}$'\n", new: "" },
        Break { rule: "image-digest", old: "web:1.4.2", new: "web:latest" },
        Break { rule: "image-digest", old: "web:1.4.2", new: "web" },
        Break { rule: "health-check", old: "[CMD, /app/service, healthcheck]", new: "[/app/service, healthcheck]" },
        Break { rule: "health-check", old: "            StartPeriod: 15\n", new: "" },
        Break { rule: "root-user", old: "User: '10001:10001'", new: "User: root" },
        Break { rule: "root-user", old: "User: '10001:10001'", new: "User: '0:0'" },
        Break { rule: "database-path", old: "ContainerPath: /data", new: "ContainerPath: /tmp" },
        Break {
            rule: "database-path",
            old: "ContainerPath: /data",
            new: "ContainerPath: /data\n              ReadOnly: true",
        },
        Break { rule: "plain-secret", old: "Name: TOKEN_LIFETIME", new: "Name: ADMIN_TOKEN" },
        Break { rule: "plain-secret", old: "Name: SIGNING_PUBLIC_KEY", new: "Name: signing_key" },
        Break { rule: "plain-secret", old: "Name: SIGNING_PUBLIC_KEY", new: "Name: APIKEY" },
        Break { rule: "plain-secret", old: "Name: SIGNING_PUBLIC_KEY", new: "Name: DBPASSWORD_2" },
        Break { rule: "container-logs", old: "              awslogs-group: /written/elsewhere\n", new: "" },
        Break {
            rule: "container-logs",
            old: "          LogConfiguration:\n            LogDriver: awslogs\n            Options:\n              awslogs-group: /written/elsewhere\n              awslogs-region: !Ref AWS::Region\n              awslogs-stream-prefix: web\n",
            new: "",
        },
        Break {
            rule: "container-logs",
            old: "awslogs-group: /written/elsewhere",
            new: "awslogs-group: /written/elsewhere\n              awslogs-create-group: 'true'",
        },
    ],
};
