use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("storage.yaml"),
    breaks: &[
        Break {
            rule: "bucket-encryption",
            old: "      BucketEncryption:\n        ServerSideEncryptionConfiguration:\n          - ServerSideEncryptionByDefault:\n              SSEAlgorithm: AES256\n",
            new: "",
        },
        Break { rule: "bucket-public-access", old: "        IgnorePublicAcls: true\n", new: "" },
        Break { rule: "bucket-public-access", old: "RestrictPublicBuckets: true", new: "RestrictPublicBuckets: false" },
        Break {
            rule: "bucket-versioning",
            old: "Status: Enabled\n      Lifecycle",
            new: "Status: Suspended\n      Lifecycle",
        },
        Break {
            rule: "bucket-tls",
            old: "Bucket: !Ref ArtifactBucket\n      Policy",
            new: "Bucket: other\n      Policy",
        },
        Break { rule: "bucket-tls", old: "              - !GetAtt ArtifactBucket.Arn\n", new: "" },
        Break { rule: "bucket-tls", old: "              - !Sub \"${ArtifactBucket.Arn}/*\"\n", new: "" },
        Break { rule: "bucket-tls", old: "aws:SecureTransport: \"false\"", new: "aws:SecureTransport: \"true\"" },
        Break { rule: "bucket-tls", old: "Action: s3:*", new: "Action: s3:PutObject" },
        Break { rule: "function-code-expiry", old: "Prefix: !Ref AppName", new: "Prefix: lambda/" },
        Break { rule: "function-code-expiry", old: "            Prefix: !Ref AppName\n", new: "" },
        Break { rule: "mutable-image-tag", old: "ImageTagMutability: IMMUTABLE", new: "ImageTagMutability: MUTABLE" },
        Break { rule: "mutable-image-tag", old: "      ImageTagMutability: IMMUTABLE\n", new: "" },
        Break { rule: "image-scan", old: "ScanOnPush: true", new: "ScanOnPush: false" },
    ],
};
