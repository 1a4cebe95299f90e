//! Where the system can run.
//!
//! API Gateway's VPC links are not offered in every zone, and creating one elsewhere fails. Zone ids mean the same
//! place in every account; zone names do not.
//!
//! [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html)

/// The zones with VPC links, by region. A region is offered here if its zones are known, and the pipelines' connection to
/// GitHub can be made there: not in ap-east-1.
const VPC_LINK_ZONES: [(&str, &[&str]); 16] = [
    ("us-east-1", &["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"]),
    ("us-east-2", &["use2-az1", "use2-az2", "use2-az3"]),
    ("us-west-1", &["usw1-az1", "usw1-az3"]),
    ("us-west-2", &["usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"]),
    ("ap-northeast-1", &["apne1-az1", "apne1-az2", "apne1-az4"]),
    ("ap-south-1", &["aps1-az1", "aps1-az2", "aps1-az3"]),
    ("ap-northeast-2", &["apne2-az1", "apne2-az2", "apne2-az3"]),
    ("ap-southeast-1", &["apse1-az1", "apse1-az2", "apse1-az3"]),
    ("ap-southeast-2", &["apse2-az1", "apse2-az2", "apse2-az3"]),
    ("ca-central-1", &["cac1-az1", "cac1-az2"]),
    ("eu-central-1", &["euc1-az1", "euc1-az2", "euc1-az3"]),
    ("eu-north-1", &["eun1-az1", "eun1-az2", "eun1-az3"]),
    ("eu-west-1", &["euw1-az1", "euw1-az2", "euw1-az3"]),
    ("eu-west-2", &["euw2-az1", "euw2-az2", "euw2-az3"]),
    ("eu-west-3", &["euw3-az1", "euw3-az3"]),
    ("sa-east-1", &["sae1-az1", "sae1-az2", "sae1-az3"]),
];

/// The zones of a region in which the system can run; none if the region is not known.
pub(crate) fn supported(region: &str) -> Option<&'static [&'static str]> {
    VPC_LINK_ZONES.iter().find(|(name, _)| *name == region).map(|(_, zones)| *zones)
}

/// The regions in which the system can run.
pub(crate) fn regions() -> impl Iterator<Item = &'static str> {
    VPC_LINK_ZONES.iter().map(|(name, _)| *name)
}
