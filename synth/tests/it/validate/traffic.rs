use synth::prelude::*;
use synth::validate::{self, Finding, Set};

use super::{Break, Family, found, template};
use crate::resource::Thing;

pub(super) const FAMILY: Family = Family {
    templates: include_str!("traffic.yaml"),
    breaks: &[
        Break { rule: "traffic-ingress", old: "ContainerPort: 8080 # traffic", new: "ContainerPort: 9090" },
        Break {
            rule: "ingress-port",
            old: "FromPort: 8080\n      ToPort: 8080 # in",
            new: "FromPort: 8080\n      ToPort: 8100",
        },
        Break {
            rule: "ingress-port",
            old: "FromPort: 8080\n      ToPort: 8080 # out",
            new: "FromPort: 0\n      ToPort: 65535",
        },
        Break { rule: "ingress-port", old: "          FromPort: 8090\n", new: "          FromPort: 8081\n" },
        Break {
            rule: "ingress-port",
            old: "FromPort: 8090\n          ToPort: 8091",
            new: "FromPort: 22\n          ToPort: 22",
        },
    ],
};

const PUT_OUT: &str = "
Outputs:
  TaskSecurityGroupId:
    Value: !GetAtt TaskSecurityGroup.GroupId
    Export:
      Name: service:TaskSecurityGroupId
";

/// What is found in an app with this template only.
fn found_in_app(text: &str) -> Vec<Finding> {
    let mut stack = Stack::new("service");
    stack.add("Thing", Thing::new());
    let mut app = App::new("tracker");
    app.add(stack);
    let mut stacks = app.synthesize().unwrap();
    stacks[0].template = template("service", text);
    validate::findings(&Set::of_app(&stacks), &[])
}

/// A group that an app exports is used in the app only: there, the rules have all they need.
#[test]
fn exported_groups_are_looked_at_in_apps_only() {
    for Break { rule, old, new } in FAMILY.breaks {
        let text = format!("{}{PUT_OUT}", FAMILY.templates.replace(old, new));
        assert_eq!(found(&text), [], "{rule}: `{old}`");
        let findings = found_in_app(&text);
        assert!(findings.iter().any(|finding| finding.rule == *rule), "{rule}: {findings:#?}");
    }
}
