use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("permission.yaml"),
    breaks: &[
        Break { rule: "wide-action", old: "Action: sqs:SendMessage", new: "Action: sqs:*" },
        Break { rule: "wide-action", old: "Action: sqs:SendMessage", new: "Action: sqs:**" },
        Break { rule: "wide-action", old: "Action: sqs:SendMessage", new: "Action: sqs:?*" },
        Break { rule: "wide-action", old: "- logs:CreateLogStream", new: "- logs:*" },
        Break { rule: "wide-action", old: "Action: ssmmessages:*Channel", new: "Action: \"*\"" },
        Break { rule: "wide-action", old: "Action: sqs:ReceiveMessage", new: "NotAction: sqs:DeleteMessage" },
        Break { rule: "wide-resource", old: "Resource: !GetAtt ServiceLogs.Arn", new: "Resource: \"*\"" },
        Break { rule: "wide-resource", old: "Action: ecr:GetAuthorizationToken", new: "Action: ecr:Get*" },
        Break { rule: "wide-resource", old: "ecs:cluster:", new: "aws:PrincipalArn:" },
        Break {
            rule: "wide-passing",
            old: "Resource: !Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/tracker/*\"",
            new: "Resource: \"*\"",
        },
        Break { rule: "wide-passing", old: ":role/app/tracker/*", new: ":role/*" },
        Break { rule: "wide-passing", old: "iam:PassedToService", new: "iam:AssociatedResourceArn" },
        Break { rule: "full-access", old: "service-role/AWSLambdaBasicExecutionRole", new: "AmazonSQSFullAccess" },
        Break { rule: "full-access", old: "service-role/AWSLambdaBasicExecutionRole", new: "AdministratorAccess" },
        Break {
            rule: "one-trusted-service",
            old: "Service: lambda.amazonaws.com",
            new: "Service: [lambda.amazonaws.com, apigateway.amazonaws.com]",
        },
        Break {
            rule: "confused-deputy",
            old: "                aws:SourceAccount: !Sub \"${AWS::AccountId}\"\n                aws:SourceArn: !Sub \"arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:project/tracker\"\n",
            new: "                aws:PrincipalAccount: !Ref AWS::AccountId\n",
        },
        Break {
            rule: "confused-deputy",
            old: "\n              StringEquals: {\"AWS:sourceAccount\": !Ref AWS::AccountId}\n              ArnLike: {\"AWS:sourceArn\": !Sub \"arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:*\"}\n",
            new: " {StringEquals: {\"aws:PrincipalAccount\": !Ref AWS::AccountId}}\n",
        },
        Break { rule: "unsent-condition", old: ":stackset/*", new: ":stack/tracker/*" },
        Break { rule: "unsent-condition", old: "StringEqualsIfExists", new: "StringEquals" },
    ],
};
