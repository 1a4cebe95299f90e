//! Rules of security groups.
//!
//! ```
//! use synth::aws::ec2::{SecurityGroup, security_group::Egress};
//! use synth::prelude::*;
//!
//! let mut stack = Stack::new("network");
//! let closed = |description: &'static str| SecurityGroup::new(description).security_group_egress([Egress::to_nowhere()]);
//! let link = stack.add("LinkGroup", closed("The VPC link"));
//! let service = stack.add("ServiceGroup", closed("The tasks"));
//!
//! let (egress, ingress) = link.connection_to(&service, 8080, "Requests from API Gateway");
//! stack.add("LinkToService", egress);
//! stack.add("ServiceFromLink", ingress);
//! ```

use super::generated::ec2::security_group::Egress;
use super::generated::ec2::{SecurityGroup, SecurityGroupEgress, SecurityGroupIngress};
use super::typed::Handle;

impl Handle<SecurityGroup> {
    /// What lets TCP through on `port` to another group: out of this one, and into that one. The two rules are resources of
    /// their own, since groups that name each other in rules inside them are a circle.
    pub fn connection_to(
        &self,
        other: &Self,
        port: u16,
        description: &'static str,
    ) -> (SecurityGroupEgress, SecurityGroupIngress) {
        let egress = SecurityGroupEgress::new(self, "tcp")
            .destination_security_group_id(other)
            .from_port(port)
            .to_port(port)
            .description(description);
        let ingress = SecurityGroupIngress::new("tcp")
            .group_id(other)
            .source_security_group_id(self)
            .from_port(port)
            .to_port(port)
            .description(description);
        (egress, ingress)
    }
}

impl Egress {
    /// The egress of a group that reaches nothing. To a group without egress of its own AWS adds a rule that lets everything
    /// out; this one takes its place.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html)
    pub fn to_nowhere() -> Self {
        let description = "Nothing: in the place of the rule that allows all";
        Self::new("-1").cidr_ip("127.0.0.1/32").description(description)
    }
}
