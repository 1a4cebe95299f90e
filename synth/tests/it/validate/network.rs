use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("network.yaml"),
    breaks: &[
        Break { rule: "gateway-order", old: "    DependsOn: GatewayAttachment\n", new: "" },
        Break {
            rule: "gateway-order",
            old: "DependsOn: GatewayAttachment",
            new: "DependsOn: [InternetGateway, PublicSubnet1RouteTableAssociation]",
        },
        Break {
            rule: "subnet-association",
            old: "SubnetId: !Ref IsolatedSubnet2",
            new: "SubnetId: !Ref IsolatedSubnet1",
        },
        Break {
            rule: "public-subnet-route",
            old: "AvailabilityZoneId: use1-az4",
            new: "AvailabilityZoneId: use1-az4\n      MapPublicIpOnLaunch: true",
        },
        Break {
            rule: "database-subnet-route",
            old: "RouteTableId: !Ref IsolatedRouteTable\n      SubnetId: !Ref IsolatedSubnet2",
            new: "RouteTableId: !Ref PublicRouteTable\n      SubnetId: !Ref IsolatedSubnet2",
        },
        Break { rule: "task-address", old: "AssignPublicIp: ENABLED", new: "AssignPublicIp: DISABLED" },
        Break { rule: "task-address", old: "          AssignPublicIp: ENABLED\n", new: "" },
        Break { rule: "task-address", old: "GatewayId: !Ref InternetGateway\n  PublicSubnet1:", new: THROUGH_NAT },
        Break {
            rule: "task-address",
            old: "RouteTableId: !Ref PublicRouteTable\n      SubnetId: !Ref PublicSubnet2",
            new: "RouteTableId: !Ref IsolatedRouteTable\n      SubnetId: !Ref PublicSubnet2",
        },
        Break {
            rule: "task-egress",
            old: "FromPort: 443\n          ToPort: 443\n          CidrIp: 0.0.0.0/0",
            new: "FromPort: 80\n          ToPort: 80\n          CidrIp: 0.0.0.0/0",
        },
        Break {
            rule: "task-egress",
            old: "ToPort: 443\n          CidrIp: 0.0.0.0/0",
            new: "ToPort: 443\n          CidrIp: 127.0.0.1/32",
        },
    ],
};

const THROUGH_NAT: &str = "NatGatewayId: !Ref NatGateway
  NatAddress:
    Type: AWS::EC2::EIP
  NatGateway:
    Type: AWS::EC2::NatGateway
    Properties:
      AllocationId: !GetAtt NatAddress.AllocationId
      SubnetId: !Ref PublicSubnet2
  PublicSubnet1:";
