//! ARNs in the stack's own partition, region and account.
//!
//! ```
//! use synth::aws::arn;
//!
//! let cluster = arn::regional("ecs", "cluster/tracker");
//! assert_eq!(
//!     cluster.node().as_function().unwrap().argument().as_str(),
//!     Some("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:cluster/tracker"),
//! );
//! let roles = arn::global("iam", "role/app/*");
//! # let _ = roles;
//! ```
//!
//! [AWS documentation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)

use crate::template::{IntoValue, Value, pseudo, sub};

/// The ARN of a resource of `service` in this region and account.
pub fn regional(service: &'static str, resource: impl IntoValue<String>) -> Value<String> {
    let resource = Value::new(resource);
    sub!["arn:", pseudo::PARTITION, ":", service, ":", pseudo::REGION, ":", pseudo::ACCOUNT_ID, ":", resource]
}

/// The ARN of a resource of `service` in this account, where the service has no regions: `iam`.
pub fn global(service: &'static str, resource: impl IntoValue<String>) -> Value<String> {
    sub!["arn:", pseudo::PARTITION, ":", service, "::", pseudo::ACCOUNT_ID, ":", Value::new(resource)]
}

/// The ARN of a resource of `service` in this region that belongs to no account: `apigateway`.
pub fn ownerless(service: &'static str, resource: impl IntoValue<String>) -> Value<String> {
    sub!["arn:", pseudo::PARTITION, ":", service, ":", pseudo::REGION, "::", Value::new(resource)]
}
