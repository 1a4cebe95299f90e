//! stub
use crate::aws::typed::*;
pub mod refs { use crate::aws::typed::*; references!{ /// vpc
 Ec2Vpc, } }
property_names!{vpc_id, cidr_block, tags, protocol, kind, zeta,rule,}
object!{
 /// Subnet
 Subnet { new(
  /// the vpc
  vpc_id: To<refs::Ec2Vpc> = "VpcId", )
 /// block
 cidr_block: String = "CidrBlock",
 /// tags
 tags: Tags = "Tags",
 /// kind
 kind: subnet::Kind = "Kind",
 }
}
resource!{ Subnet="AWS::EC2::Subnet", tags: List("Tags"), attributes: SubnetAttributes { /// id
 subnet_id: String = "SubnetId", } targets: [] }
object!{
 /// Vpc
 Vpc { new(NR{ /// d
 A protocol: i64 = "Protocol", /// d
 B rule: List<String> = "Rule",}) }
}
resource!{ Vpc="AWS::EC2::VPC", tags: None, attributes: VpcAttributes { } targets: [Ec2Vpc = Ref] }
/// m
pub mod subnet { use super::*; choices!{ /// kind
 Kind { A_B = "a-b", } } }
