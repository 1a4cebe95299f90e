use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("network.yaml"),
    breaks: &[
        Break {
            rule: "subnet-zone",
            old: "AvailabilityZoneId: !Ref AzId1",
            new: "AvailabilityZone: !Select [0, !GetAZs '']\n      Tags: [{Key: zone, Value: !Ref AzId1}]",
        },
        Break {
            rule: "subnet-zone",
            old: "AvailabilityZoneId: !Ref AzId1",
            new: "Tags: [{Key: zone, Value: !Ref AzId1}]",
        },
        Break { rule: "distinct-zones", old: "Default: use1-az2", new: "Default: use1-az1" },
        Break { rule: "distinct-zones", old: "AvailabilityZoneId: use1-az5", new: "AvailabilityZoneId: use1-az4" },
        Break {
            rule: "distinct-zones",
            old: "SubnetId: !ImportValue network:IsolatedSubnet2Id",
            new: "SubnetId: !ImportValue network:IsolatedSubnet1Id",
        },
        Break { rule: "distinct-zones", old: "        - !ImportValue network:IsolatedSubnet2Id\n", new: "" },
        Break { rule: "vpc-link-zone", old: "Default: use1-az2", new: "Default: use1-az3" },
    ],
};
