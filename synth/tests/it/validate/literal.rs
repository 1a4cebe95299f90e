use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("literal.yaml"),
    breaks: &[
        Break { rule: "fixed-location", old: "arn:${AWS::Partition}:iam::", new: "arn:aws:iam::" },
        Break { rule: "fixed-location", old: "iam::${AWS::AccountId}:", new: "iam::123456789012:" },
        Break { rule: "fixed-location", old: "com.amazonaws.${AWS::Region}.", new: "com.amazonaws.eu-central-1." },
        Break { rule: "fixed-location", old: "/${AppName}/${Home}", new: "/${AppName}/us-gov-west-1" },
        Break { rule: "fixed-location", old: "/${AppName}/${Home}", new: "/${AppName}/us-east-1a" },
        Break {
            rule: "fixed-location",
            old: "\":iam::\", !Ref AWS::AccountId, \":user/\"",
            new: "\":iam::123456789012:user/\"",
        },
        Break { rule: "literal-placeholder", old: "!Sub \"/${AppName}/team\"", new: "\"/${AppName}/team\"" },
        Break { rule: "literal-placeholder", old: "Home: !Ref AWS::Region", new: "Home: \"${AWS::Region}\"" },
        Break { rule: "literal-placeholder", old: "!Sub \"${Team.Value}\"", new: "\"${Team.Value}\"" },
    ],
};
