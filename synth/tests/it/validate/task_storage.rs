use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("container.yaml"),
    breaks: &[
        Break { rule: "efs-transit", old: "            TransitEncryption: ENABLED\n", new: "" },
        Break { rule: "efs-transit", old: "TransitEncryption: ENABLED", new: "TransitEncryption: DISABLED" },
        Break { rule: "efs-identity", old: "              IAM: ENABLED\n", new: "" },
        Break {
            rule: "efs-access-point",
            old: "              AccessPointId: !ImportValue platform:AccessPointId\n",
            new: "",
        },
        Break { rule: "access-point-owner", old: "OwnerUid: 10001", new: "OwnerUid: 1000" },
    ],
};
