use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("function.yaml"),
    breaks: &[
        Break { rule: "authorizer-timeout", old: "Timeout: 5", new: "Timeout: 11" },
        Break { rule: "function-code-key", old: "/[0-9a-f]{64}", new: "/[a-z]+" },
        Break {
            rule: "function-code-key",
            old: "    AllowedPattern: ^lambda/authorizer/[0-9a-f]{64}\\.zip$\n",
            new: "",
        },
        Break {
            rule: "function-code-key",
            old: "AllowedPattern: ^lambda/authorizer/[0-9a-f]{64}\\.zip$",
            new: "Default: lambda/authorizer/newest.zip",
        },
        Break { rule: "function-network-rights", old: "              - ec2:CreateNetworkInterface\n", new: "" },
        Break { rule: "function-network-rights", old: "RoleName: !Ref AuthorizerRole", new: "RoleName: other" },
    ],
};
