use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("gateway.yaml"),
    breaks: &[
        // Routes
        Break { rule: "route-target", old: WELCOME, new: "RouteKey: GET /\n      Target: !Ref PublicIntegration" },
        Break {
            rule: "route-target",
            old: WELCOME,
            new: "RouteKey: GET /\n      Target: !Sub integrations/${VpcLink}",
        },
        Break {
            rule: "route-target",
            old: WELCOME,
            new: "RouteKey: GET /\n      Target: !Sub integrations/${SocketIntegration}",
        },
        Break { rule: "route-target", old: WELCOME, new: "RouteKey: GET /" },
        Break { rule: "route-authorizer", old: PROTECTED, new: "AuthorizationType: CUSTOM\n" },
        Break {
            rule: "route-authorizer",
            old: PROTECTED,
            new: "AuthorizationType: JWT\n      AuthorizerId: !Ref Authorizer\n",
        },
        Break {
            rule: "route-authorizer",
            old: PROTECTED,
            new: "AuthorizationType: NONE\n      AuthorizerId: !Ref Authorizer\n",
        },
        Break { rule: "route-authorizer", old: PROTECTED, new: "AuthorizerId: !Ref Authorizer\n" },
        // Headers
        Break { rule: "forged-identity", old: "        remove:header.x-auth-role: \"\"\n", new: "" },
        Break {
            rule: "forged-identity",
            old: "remove:header.x-auth-role: \"\"",
            new: "append:header.x-auth-role: $context.requestId",
        },
        Break { rule: "appended-identity", old: "overwrite:header.X-Auth-Role", new: "append:header.X-Auth-Role" },
        Break {
            rule: "reserved-header",
            old: "overwrite:header.x-request-id",
            new: "overwrite:header.X-Amzn-Trace-Id",
        },
        Break { rule: "reserved-header", old: "overwrite:header.x-request-id", new: "append:header.Authorization" },
        Break { rule: "reserved-header", old: "append:header.x-reason", new: "append:header.Via" },
        Break { rule: "cors-credentials", old: "- https://tracker.example", new: "- \"*\"" },
        Break { rule: "cors-headers", old: "          - authorization\n", new: "" },
        // Stages and integrations
        Break { rule: "route-settings", old: "        POST /auth/token:\n", new: "        POST /auth/tokens:\n" },
        Break { rule: "route-settings", old: "    DependsOn:\n      - CreateToken\n", new: "" },
        Break { rule: "stage-throttling", old: "        ThrottlingRateLimit: 50\n", new: "" },
        Break { rule: "stage-throttling", old: "        ThrottlingBurstLimit: 100\n", new: "" },
        Break { rule: "stage-prefix", old: "StageName: $default", new: "StageName: production" },
        Break { rule: "integration-timeout", old: "TimeoutInMillis: 15000", new: "TimeoutInMillis: 60000" },
        Break { rule: "integration-timeout", old: "TimeoutInMillis: 29000", new: "TimeoutInMillis: 30000" },
        // Authorizers
        Break {
            rule: "authorizer-cache",
            old: "      IdentitySource:\n        - $request.header.Authorization\n",
            new: "",
        },
        Break {
            rule: "authorizer-cache",
            old: "AuthorizerResultTtlInSeconds: 30",
            new: "AuthorizerResultTtlInSeconds: 86400",
        },
        Break { rule: "authorizer-payload", old: "      AuthorizerPayloadFormatVersion: \"2.0\"\n", new: "" },
        Break { rule: "authorizer-payload", old: "Version: \"2.0\"", new: "Version: \"1.0\"" },
        Break { rule: "authorizer-payload", old: "Version: \"2.0\"", new: "Version: 1.0" },
        Break {
            rule: "websocket-authorizer",
            old: "Name: tracker-socket\n      AuthorizerType: REQUEST\n",
            new: "Name: tracker-socket\n      AuthorizerType: REQUEST\n      AuthorizerPayloadFormatVersion: \"1.0\"\n",
        },
        Break {
            rule: "authorizer-permission",
            old: "${HttpApi}/authorizers/${Authorizer}",
            new: "${HttpApi}/$default/GET/users",
        },
        Break {
            rule: "authorizer-permission",
            old: "${HttpApi}/authorizers/${Authorizer}",
            new: "${HttpApi}/authorizers/${SocketAuthorizer}",
        },
        Break {
            rule: "authorizer-permission",
            old: "Principal: apigateway.amazonaws.com\n      SourceAccount: !Ref AWS::AccountId\n      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/authorizers",
            new: "Principal: events.amazonaws.com\n      SourceArn: !Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule",
        },
        Break { rule: "permission-source", old: SOCKET_SOURCE, new: "" },
        // Access logs
        Break { rule: "access-log", old: DESTINATION, new: "        Format: '{" },
        Break {
            rule: "access-log-group",
            old: DESTINATION,
            new: "        DestinationArn: !Ref AccessLogs\n        Format: '{",
        },
        Break {
            rule: "access-log-group",
            old: DESTINATION,
            new: "        DestinationArn: !GetAtt VpcLink.VpcLinkId\n        Format: '{",
        },
        Break {
            rule: "access-log-group",
            old: DESTINATION,
            new: "        DestinationArn: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/vendedlogs/apis\n        Format: '{",
        },
        Break { rule: "vended-logs", old: "LogGroupName: !Sub /aws/vendedlogs/apis", new: "LogGroupName: !Sub /apis" },
        Break {
            rule: "vended-logs",
            old: "      LogGroupName: !Sub /aws/vendedlogs/apis/${AWS::StackName}\n",
            new: "",
        },
        Break { rule: "access-log-format", old: "{\"id\":\"$context.requestId\",", new: "{" },
        Break { rule: "access-log-format", old: ",\"authorizer\":\"$context.authorizer.error\"", new: "" },
        Break { rule: "access-log-format", old: "\"$context.status\"", new: "$context.status" },
    ],
};

const WELCOME: &str = "RouteKey: GET /\n      Target: !Sub integrations/${PublicIntegration}";
const PROTECTED: &str = "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Authorizer\n";
const SOCKET_SOURCE: &str = "      SourceAccount: !Ref AWS::AccountId\n      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/live/$connect\n";
const DESTINATION: &str = "        DestinationArn: !GetAtt AccessLogs.Arn\n        Format: '{";
