use synth::construct::Synthesized;
use synth::template::Template;
use synth::validate::{self, Set};

use super::{Break, Family, templates};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("pipeline.yaml"),
    breaks: &[
        Break {
            rule: "artifact-order",
            old: "!Ref TestProject\n              InputArtifacts:\n                - Name: Code",
            new: "!Ref TestProject\n              InputArtifacts:\n                - Name: Synth",
        },
        Break {
            rule: "artifact-order",
            old: "- Name: Code\n        - Name: Build\n",
            new: "- Name: Sources\n        - Name: Build\n",
        },
        Break { rule: "build-variable", old: "#{Build.IMAGE_URI}", new: "#{Built.IMAGE_URI}" },
        Break { rule: "build-variable", old: "              - IMAGE_URI\n", new: "              - IMAGE\n" },
        Break {
            rule: "build-variable",
            old: "ProjectName: !Ref TestProject",
            new: "{ProjectName: !Ref TestProject, EnvironmentVariables: \"[{\\\"value\\\": \\\"#{Build.IMAGE_URI}\\\"}]\"}",
        },
        Break { rule: "change-set-order", old: "RunOrder: 4", new: "RunOrder: 3" },
        Break { rule: "deployment-order", old: "RunOrder: 3", new: "RunOrder: 2" },
        Break {
            rule: "deployment-role",
            old: "DeploymentRoleArn\"}\n\n# stack: network",
            new: "OtherRoleArn\"}\n\n# stack: network",
        },
        Break { rule: "detect-changes", old: "DetectChanges: \"false\"", new: "DetectChanges: false" },
        Break { rule: "detect-changes", old: "DetectChanges: \"false\"", new: "DetectChanges: \"no\"" },
        Break { rule: "parameter-overrides", old: "\"ImageUri\": ", new: "\"ImageUrl\": \"\", \"ImageUri\": " },
        Break { rule: "parameter-overrides", old: "\"ImageUri\": \"#{Build.IMAGE_URI}\", ", new: "" },
        Break { rule: "parameter-overrides", old: "{\"ImageUri\": ", new: "{\"ImageUri\" " },
        Break {
            rule: "parameter-overrides",
            old: "                TemplateConfiguration: Synth::network.parameters.json\n",
            new: "",
        },
        Break {
            rule: "unknown-capability",
            old: "CAPABILITY_IAM,CAPABILITY_NAMED_IAM",
            new: "CAPABILITY_IAM,CAPABILITY_ROLES",
        },
        Break { rule: "privileged-build", old: "PrivilegedMode: true", new: "PrivilegedMode: false" },
        Break { rule: "privileged-build", old: "        PrivilegedMode: true\n", new: "" },
        Break { rule: "privileged-build", old: "PrivilegedMode: false", new: "PrivilegedMode: true" },
        Break { rule: "build-timeout", old: "TimeoutInMinutes: 30", new: "TimeoutInMinutes: 14" },
        Break {
            rule: "deployment-role-order",
            old: "TemplatePath: Synth::network.template.yaml",
            new: "TemplatePath: Synth::bootstrap.template.yaml",
        },
    ],
};

/// What breaks a rule only where all stacks are known.
pub(super) const IN_APP: &[Break] = &[
    Break {
        rule: "template-path",
        old: "TemplatePath: Synth::network.template.yaml",
        new: "TemplatePath: Synth::netwrok.template.yaml",
    },
    Break {
        rule: "template-path",
        old: "TemplatePath: Synth::network.template.yaml",
        new: "TemplatePath: network.template.yaml",
    },
    Break {
        rule: "template-configuration",
        old: "TemplateConfiguration: Synth::network.parameters.json",
        new: "TemplateConfiguration: Synth::service.parameters.json",
    },
    Break {
        rule: "missing-capability",
        old: "  Deployed:\n",
        new: "  Access:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: someone\n  Deployed:\n",
    },
    Break {
        rule: "missing-capability",
        old: "TemplatePath: Synth::service.template.yaml\n                ParameterOverrides: '{\"ImageUri\": \"#{Build.IMAGE_URI}\", \"Revision\": \"#{codepipeline.PipelineExecutionId}\"}'\n                Capabilities: CAPABILITY_IAM\n",
        new: "TemplatePath: Synth::bootstrap.template.yaml\n",
    },
];

#[test]
fn a_pipeline_deploys_stacks_of_its_app() {
    assert_eq!(found_in_app(FAMILY.templates), [""; 0]);
    for Break { rule, old, new } in IN_APP {
        assert_eq!(FAMILY.templates.matches(old).count(), 1, "{rule}: `{old}`");
        assert_eq!(found_in_app(&FAMILY.templates.replace(old, new)), [*rule], "{rule}: `{old}` -> `{new}`");
    }
}

/// Which of these rules find something where the templates are a whole app.
fn found_in_app(text: &str) -> Vec<&'static str> {
    let stacks: Vec<Synthesized> = templates(text).map(|(name, template)| synthesized(name, template)).collect();
    let findings = validate::findings(&Set::of_app(&stacks), &[]);
    let rules = findings.iter().map(|finding| finding.rule);
    rules.filter(|rule| IN_APP.iter().any(|each| each.rule == *rule)).collect()
}

fn synthesized(name: &str, template: Template) -> Synthesized {
    Synthesized {
        name: name.to_owned(),
        stack_name: name.to_owned(),
        region: None,
        account: None,
        termination_protection: false,
        role: None,
        template_bucket: None,
        template,
        parameters: Vec::new(),
        tags: Vec::new(),
        assets: Vec::new(),
        dependencies: Vec::new(),
        exports: Vec::new(),
        imports: Vec::new(),
        lines: Vec::new(),
    }
}
