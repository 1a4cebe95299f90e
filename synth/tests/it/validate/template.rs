use super::{Break, Family, found};

/// Ten times a text.
macro_rules! ten {
    ($text:expr) => {
        concat!($text, $text, $text, $text, $text, $text, $text, $text, $text, $text)
    };
}

/// As many characters as a template may have bytes.
const LONG: &str = concat!("Word: ", ten!(ten!(ten!(ten!(ten!("0123456789"))))));

pub(super) const FAMILY: Family = Family {
    templates: include_str!("template.yaml"),
    breaks: &[
        Break { rule: "template-structure", old: "VpcId: !Ref Vpc", new: "VpcId: !Ref Vpcs" },
        Break { rule: "template-structure", old: "!GetAtt Table.Arn", new: "!GetAtt Tables.Arn" },
        Break { rule: "template-structure", old: "DependsOn: Vpc", new: "DependsOn: Gateway" },
        Break { rule: "template-structure", old: "\"$context.requestId\"", new: "!Sub \"${context.requestId}\"" },
        Break { rule: "template-structure", old: "Condition: IsProduction", new: "Condition: Production" },
        Break { rule: "template-structure", old: "Metadata:\n  Word", new: "Metdata:\n  Word" },
        Break { rule: "template-structure", old: "Type: AWS::ApiGatewayV2::Integration\n", new: "Typ: Integration\n" },
        Break {
            rule: "template-structure",
            old: "# stack: api\n",
            new: "# stack: compose\nResources: {}\n# stack: api\n",
        },
        Break { rule: "template-structure", old: "# stack: api\n", new: "# stack: empty\n{}\n# stack: api\n" },
        Break { rule: "template-structure", old: "Resources:\n  Api:", new: "Resources:\n  Text: text\n  Api:" },
        Break { rule: "template-size", old: "Word: short", new: LONG },
        Break { rule: "unused-parameter", old: "!Ref NetworkRange", new: "10.0.0.0/16" },
        Break { rule: "export-name", old: "\"${AppName}:VpcId\"", new: "\"${AppName}/VpcId\"" },
        Break { rule: "duplicate-export", old: "${AppName}:TableArn", new: "${AppName}:VpcId" },
        Break { rule: "duplicate-export", old: "${AppName}:ApiId", new: "tracker:VpcId" },
        Break {
            rule: "removal-policy",
            old: "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Delete\n",
            new: "    UpdateReplacePolicy: Delete\n",
        },
        Break {
            rule: "removal-policy",
            old: "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Delete\n",
            new: "    DeletionPolicy: Retain\n",
        },
    ],
};

#[test]
fn the_place_of_a_finding_has_keys_with_dots() {
    let text = "
# stack: key
Resources:
  Handle:
    Type: AWS::CloudFormation::WaitConditionHandle
    Metadata:
      a.b[0]: !Ref Missing
      c.d: !ImportValue own
Outputs:
  Handle: {Value: !Ref Handle, Export: {Name: own}}
";
    let paths: Vec<_> = found(text).into_iter().map(|finding| finding.place.path.last().cloned()).collect();
    assert_eq!(paths, [Some("c.d".to_owned()), Some("a.b[0]".to_owned())]);
}
