//! How long a deletion may take, by what AWS lets go of slowly.

use std::time::Duration;

use crate::cloud::Resource;
use crate::template::Template;

/// What most stacks take.
const USUAL: Duration = Duration::from_mins(1);

/// Types that take longer, in minutes: rough figures of practice, for which AWS gives none. The network interfaces of a function
/// in a VPC stay for up to 45.
const SLOW: [(&str, u64); 9] = [
    ("AWS::ApiGatewayV2::VpcLink", 5),
    ("AWS::CloudFront::Distribution", 10),
    ("AWS::EC2::NatGateway", 3),
    ("AWS::EC2::VPCEndpoint", 5),
    ("AWS::ECS::Service", 5),
    ("AWS::EFS::MountTarget", 3),
    ("AWS::Lambda::Function", 45),
    ("AWS::RDS::DBInstance", 15),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", 2),
];

/// What the slowest of these resources takes. The template says which functions are in a VPC.
pub(super) fn duration(resources: &[Resource], template: Option<&Template>) -> Duration {
    let in_vpc = |resource: &Resource| {
        let function = template.and_then(|template| template.resources().find(|(id, _)| *id == resource.id));
        function.is_some_and(|(_, view)| view.properties().any(|(name, _)| name == "VpcConfig"))
    };
    let slow = resources.iter().filter(|resource| resource.kind != "AWS::Lambda::Function" || in_vpc(resource));
    let minutes = slow.filter_map(|resource| SLOW.iter().find(|(kind, _)| *kind == resource.kind));
    minutes.map(|(_, minutes)| Duration::from_mins(*minutes)).max().unwrap_or(USUAL)
}
