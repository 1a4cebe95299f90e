use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("network.yaml"),
    breaks: &[
        Break { rule: "endpoint-name", old: "PrivateDnsEnabled: true", new: "PrivateDnsEnabled: false" },
        Break { rule: "endpoint-name", old: "      PrivateDnsEnabled: true\n", new: "" },
        Break {
            rule: "endpoint-ingress",
            old: "SecurityGroupIds: [!GetAtt EndpointSecurityGroup.GroupId]",
            new: CLOSED_GROUP,
        },
        Break {
            rule: "endpoint-zone",
            old: "SubnetIds: [!Ref PublicSubnet1, !Ref PublicSubnet2]",
            new: "SubnetIds: [!Ref PublicSubnet1]",
        },
        Break {
            rule: "endpoint-tables",
            old: "[!Ref IsolatedRouteTable, !Ref PublicRouteTable]",
            new: "[!Ref IsolatedRouteTable]",
        },
        Break { rule: "layer-bucket", old: "-starport-layer-bucket/*", new: "-releases/*" },
        Break { rule: "layer-bucket", old: "Action: s3:GetObject", new: "Action: s3:PutObject" },
    ],
};

const CLOSED_GROUP: &str = "SecurityGroupIds: [!Ref ClosedSecurityGroup]
  ClosedSecurityGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Another one
      VpcId: !Ref Vpc
      SecurityGroupEgress:
        - IpProtocol: '-1'
          CidrIp: 127.0.0.1/32";
