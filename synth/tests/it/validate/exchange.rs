use synth::construct::Synthesized;
use synth::prelude::*;
use synth::validate::{self, Finding, Set};

use super::{Break, Family};
use crate::resource::Thing;

pub(super) const FAMILY: Family = Family {
    templates: include_str!("exchange.yaml"),
    breaks: &[
        Break {
            rule: "unmet-import",
            old: "  SecondHandle:\n",
            new: "  SecondHandle:\n    Metadata:\n      Image: !ImportValue tracker:Image\n",
        },
        Break {
            rule: "unmet-import",
            old: "{\"Fn::Sub\": \"${AppName}:Handle\"}",
            new: "{\"Fn::Sub\": \"${AppName}:Image\"}",
        },
        Break {
            rule: "deployment-role-order",
            old: "TemplatePath: Templates::network.template.yaml",
            new: "TemplatePath: Templates::bootstrap.template.yaml",
        },
        Break {
            rule: "deployment-role-order",
            old: "RoleArn: !ImportValue {\"Fn::Sub\": \"${AppName}:DeploymentRoleArn\"}",
            new: "RoleArn: !GetAtt RoleBesideItsPipeline.Arn",
        },
    ],
};

/// One stack exports, the other imports that and `name`.
fn stacks(name: &'static str) -> Vec<Synthesized> {
    let mut app = App::new("tracker");
    let mut network = Stack::new("network");
    let vpc = network.add("Vpc", Thing::new());
    let vpc = network.export("VpcId", vpc.reference());
    let mut service = Stack::new("service");
    service.add("Task", Thing::new().property("Vpc", vpc).property("Other", import_value(name)));
    app.add(service);
    app.add(network);
    app.synthesize().unwrap()
}

fn unmet(stacks: &[Synthesized]) -> Vec<Finding> {
    let mut findings = validate::findings(&Set::of_app(stacks), &[]);
    findings.retain(|finding| finding.rule == "unmet-import");
    findings
}

#[test]
fn an_app_exports_what_it_imports() {
    assert_eq!(unmet(&stacks("network:VpcId")), []);
    let findings = unmet(&stacks("network:SubnetId"));
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].message, "no stack exports `network:SubnetId`, so this stack cannot be made");
    assert_eq!(findings[0].place.path, ["Resources", "Task", "Properties", "Other"]);
}

#[test]
fn an_app_exports_before_it_imports() {
    let mut stacks = stacks("network:VpcId");
    stacks.reverse();
    let findings = unmet(&stacks);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert!(findings[0].message.starts_with("`network:VpcId` is exported by `network`, which is deployed later"));
}
