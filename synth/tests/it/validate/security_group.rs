use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("security_group.yaml"),
    breaks: &[
        Break {
            rule: "inline-egress",
            old: "      SecurityGroupEgress:\n        - IpProtocol: -1\n          CidrIp: 127.0.0.1/32\n",
            new: "",
        },
        Break {
            rule: "open-egress",
            old: "IpProtocol: -1\n          CidrIp: 127.0.0.1/32",
            new: "IpProtocol: -1\n          CidrIp: 0.0.0.0/0",
        },
        Break {
            rule: "open-egress",
            old: "IpProtocol: -1\n          CidrIp: 127.0.0.1/32",
            new: "IpProtocol: -1\n          CidrIpv6: '::/0'",
        },
        Break {
            rule: "template-structure",
            old: "          CidrIp: 127.0.0.1/32\n          Description: Nothing",
            new: CIRCLE,
        },
        Break { rule: "single-peer", old: "          CidrIp: 10.0.0.0/16\n", new: "" },
        Break {
            rule: "single-peer",
            old: "DestinationSecurityGroupId: !GetAtt ServiceSecurityGroup.GroupId",
            new: "DestinationSecurityGroupId: !GetAtt ServiceSecurityGroup.GroupId\n      CidrIp: 10.0.0.0/16",
        },
        Break { rule: "one-sided-access", old: "ToPort: 8999", new: "ToPort: 8079" },
        Break { rule: "one-sided-access", old: "IpProtocol: 6", new: "IpProtocol: 17" },
        Break {
            rule: "one-sided-access",
            old: "DestinationSecurityGroupId: !GetAtt ServiceSecurityGroup.GroupId",
            new: "CidrIp: 127.0.0.1/32",
        },
        Break { rule: "undescribed-ingress", old: "          Description: The service asks the database\n", new: "" },
        Break { rule: "group-description", old: "Description: The registry, logs", new: "Description: AWS's logs" },
        Break { rule: "group-description", old: "The VPC link of API Gateway\n", new: "The VPC's link\n" },
        Break {
            rule: "open-ingress",
            old: "SourceSecurityGroupId: !ImportValue\n            Fn::Sub: ${AppName}:ServiceSecurityGroupId\n",
            new: "CidrIp: 0.0.0.0/0\n",
        },
        Break { rule: "open-ingress", old: "Scheme: internet-facing", new: "Scheme: internal" },
    ],
};

const CIRCLE: &str = "          DestinationSecurityGroupId: !Ref VpcLinkSecurityGroup
          Description: Itself
      SecurityGroupIngress:
        - IpProtocol: '-1'
          SourceSecurityGroupId: !Ref VpcLinkSecurityGroup
          Description: Itself";
