use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("logs.yaml"),
    breaks: &[
        Break { rule: "log-retention", old: "RetentionInDays: 30", new: "LogGroupClass: STANDARD" },
        Break { rule: "log-retention", old: "RetentionInDays: 30", new: "RetentionInDays: 10" },
        Break { rule: "log-retention", old: "RetentionInDays: 30", new: "RetentionInDays: 36500" },
        Break {
            rule: "function-log-group",
            old: "LogGroup: !Ref FunctionLogs",
            new: "LogGroup: !Ref Topic\n  Topic:\n    Type: AWS::SNS::Topic",
        },
        Break { rule: "function-log-group", old: "LogGroup: !Ref FunctionLogs", new: "LogGroup: /written/elsewhere" },
        Break { rule: "function-log-group", old: "LogGroup: !Ref FunctionLogs", new: "LogFormat: JSON" },
        Break { rule: "justification", old: "\"An auditor wants them for ever\"", new: "\"\"" },
        Break {
            rule: "justification",
            old: "comment: \"An auditor wants them for ever\"\n",
            new: "comment: \"An auditor wants them for ever\"\n    Properties:\n      RetentionInDays: 3653\n",
        },
    ],
};
