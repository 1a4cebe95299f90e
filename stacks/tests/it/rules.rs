//! Each rule of this application has a change of the templates that breaks it, and it alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stacks::Tracker;
use stacks::environment::{AuthorizerMode, Keys, Profile, Switches};
use synth::assembly::{self, Format};
use synth::cli::Application;
use synth::construct::Synthesized;
use synth::template::{Template, read};
use synth::validate::{Set, findings};

/// One text in the place of another, in a stack's template.
struct Break {
    rule: &'static str,
    stack: &'static str,
    /// Occurs once or more; the first is replaced.
    old: &'static str,
    new: &'static str,
}

const fn by(rule: &'static str, stack: &'static str, old: &'static str, new: &'static str) -> Break {
    Break { rule, stack, old, new }
}

const BREAKS: &[Break] = &[
    by("plain-template", "network", "Resources:\n", "Transform: AWS::LanguageExtensions\nResources:\n"),
    by(
        "plain-template",
        "pipeline-update-service",
        "Resources:\n",
        "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n",
    ),
    by(
        "interlock",
        "pipeline-update-service",
        "Value: !Ref EnvName",
        "Value:\n                Fn::ImportValue: !Sub ${AppName}-${EnvName}:ApiId",
    ),
    by("interlock", "network", "Fn::ImportValue: !Sub ${AppName}-${EnvName}:Interlock", "Ref: EnvName"),
    by("interlock", "network", "Fn::ImportValue: !Sub ${AppName}-${EnvName}:CfnExecRoleArn", "Ref: EnvName"),
    by("role-path", "app-platform", "Path: !Sub /app/${AppName}-${EnvName}/", "Path: /"),
    by(
        "service-trust",
        "app-authorizer",
        "Action: sts:AssumeRole\n",
        "Action: sts:AssumeRole\n            Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}\n",
    ),
    by("supported-zone", "network", "AvailabilityZoneId: !Ref AzId1", "AvailabilityZoneId: !Sub '${AzId1}0'"),
    by(
        "separate-group-rule",
        "network",
        "CidrIp: 127.0.0.1/32",
        "DestinationSecurityGroupId: !Ref ServiceSecurityGroup",
    ),
    by("registered-service", "app-service", "ServiceRegistries:", "LoadBalancers: []\n      Registries:"),
    by("health-command", "app-service", "- /app/service\n", "- /app/other\n"),
    by("container-user", "app-service", "User: '10001:10001'", "User: '10002:10002'"),
    by("container-user", "app-data", OWNER, OTHER_OWNER),
    by("secret-variable", "app-service", "- Name: LOG_LEVEL", "- Name: TOKEN_LIFE"),
    by(
        "secret-variable",
        "app-service",
        "            - Name: ADMIN_PASSWORD\n              ValueFrom:\n                Fn::ImportValue: !Sub ${AppName}-${EnvName}:AdminPasswordSecretArn\n",
        "            - Name: ADMIN_PASSWORD\n              ValueFrom: admin-password\n",
    ),
    by(
        "image-parameter",
        "app-service",
        "Image: !Ref ImageUri",
        "Image: !Sub '${ImageUri}@sha256:0000000000000000000000000000000000000000000000000000000000000000'",
    ),
    by("service-log", "app-service", "Fn::ImportValue: !Sub ${AppName}-${EnvName}:ServiceLogGroupName", "Ref: AppName"),
    by("authorizer-time", "app-api", "TimeoutInMillis: 15000", "TimeoutInMillis: 5000"),
    by("one-architecture", "app-authorizer", "- arm64", "- x86_64"),
    by("public-routes", "app-api", "RouteKey: GET /users/read_all", "RouteKey: GET /auth/check_token"),
    by("public-routes", "app-api", "RouteKey: GET /users/read_all", "RouteKey: GET /{proxy+}"),
    by("public-routes", "app-api", "RouteKey: GET /docs\n", "RouteKey: GET /secrets\n"),
    by("limited-routes", "app-api", "          ThrottlingRateLimit: 5\n", ""),
    by("limited-routes", "app-api", "          ThrottlingBurstLimit: 5\n", ""),
    by("client-address", "app-api", "$context.identity.sourceIp\n", "$request.header.x-client-address\n"),
    by("journal-mode", "app-service", "?journal_mode=delete", ""),
    by("identity-headers", "app-api", "$context.authorizer.user_name\n", "$context.authorizer.id\n"),
    by("authorizer-mode", "app-authorizer", "AUTHORIZER_MODE: introspect-api", "AUTHORIZER_MODE: introspect-dns"),
    by("authorizer-mode", "network", "VpcEndpointType: Interface", "VpcEndpointType: GatewayLoadBalancer"),
    by("task-count", "app-service", "MaxValue: 1", "MaxValue: 2"),
    by("listen-address", "app-service", "Value: '0.0.0.0:8080'", "Value: '0.0.0.0:8081'"),
];

const OWNER: &str = "        Gid: '10001'
        Uid: '10001'
      RootDirectory:
        Path: /data
        CreationInfo:
          OwnerGid: '10001'
          OwnerUid: '10001'
";

const OTHER_OWNER: &str = "        Gid: '10001'
        Uid: '10002'
      RootDirectory:
        Path: /data
        CreationInfo:
          OwnerGid: '10001'
          OwnerUid: '10002'
";

/// As [`BREAKS`], where the authorizer verifies tokens itself.
const LOCAL: &[Break] = &[
    by("authorizer-secrets", "app-authorizer", "Type: AWS::SSM::Parameter::Value<String>", "Type: String"),
    by(
        "authorizer-secrets",
        "app-authorizer",
        "- logs:PutLogEvents\n",
        "- logs:PutLogEvents\n                  - ssm:GetParameter\n",
    ),
    by(
        "authorizer-mode",
        "app-authorizer",
        "      Handler:",
        "      VpcConfig: {SecurityGroupIds: [sg-1]}\n      Handler:",
    ),
];

/// As [`BREAKS`], with PostgreSQL.
const POSTGRES: &[Break] = &[
    by("task-count", "app-service", "MinimumHealthyPercent: 100", "MinimumHealthyPercent: 49"),
    by("subnet-routes", "network", "SubnetId: !Ref IsolatedSubnet2", "SubnetId: subnet-0123"),
];

#[test]
fn each_break_is_found_by_its_rule_alone() {
    let local = Switches { authorizer: Some(AuthorizerMode::Local), keys: Some(Keys::Ssm), ..Switches::default() };
    let postgres = Switches { profile: Some(Profile::ScaleOut), ..Switches::default() };
    let mut wrong = Vec::new();
    for (switches, breaks) in [(Switches::default(), BREAKS), (local, LOCAL), (postgres, POSTGRES)] {
        for each in breaks {
            let stacks = broken(&switches, each);
            let found = findings(&Set::of_app(&stacks), Tracker.rules());
            let rules: BTreeSet<&str> = found.iter().map(|finding| finding.rule).collect();
            if rules != BTreeSet::from([each.rule]) {
                wrong.push(format!("{}: `{}` -> `{}`: {found:#?}", each.rule, each.old, each.new));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_broken_once() {
    let broken: BTreeSet<&str> = [BREAKS, LOCAL, POSTGRES].into_iter().flatten().map(|each| each.rule).collect();
    assert_eq!(broken, Tracker.rules().iter().map(|rule| rule.id).collect());
}

fn broken(switches: &Switches, Break { stack, old, new, .. }: &Break) -> Vec<Synthesized> {
    let mut stacks = Tracker.app(&root(), Some("dev"), switches).unwrap().synthesize().unwrap();
    let changed = stacks.iter_mut().find(|synthesized| synthesized.name == *stack).unwrap();
    let text = assembly::text(changed.clone(), Format::Yaml);
    assert!(text.contains(old), "{stack}: {old}");
    let document = read::document(&text.replacen(old, new, 1), stack).unwrap();
    changed.template = Template::from_node(document.into_node()).unwrap();
    stacks
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
