//! How long a change of a stack may take, by what CloudFormation usually takes for each type.

use std::collections::HashSet;
use std::time::Duration;

use super::consequences::Consequence;
use crate::cloud::Action;
use crate::graph;
use crate::template::{Template, verify};

/// What most types take, in seconds.
const USUAL: u64 = 5;

/// Types that take longer, in seconds: rough figures of practice, for which AWS gives none.
const SLOW: [(&str, u64); 16] = [
    ("AWS::ApiGatewayV2::VpcLink", 90),
    ("AWS::CertificateManager::Certificate", 180),
    ("AWS::CloudFormation::Stack", 120),
    ("AWS::CloudFront::Distribution", 240),
    ("AWS::EC2::NatGateway", 120),
    ("AWS::EC2::VPCEndpoint", 120),
    ("AWS::ECS::Service", 120),
    ("AWS::EFS::MountTarget", 90),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", 150),
    ("AWS::IAM::InstanceProfile", 120),
    ("AWS::IAM::Role", 20),
    ("AWS::Lambda::Function", 15),
    ("AWS::OpenSearchService::Domain", 900),
    ("AWS::RDS::DBCluster", 300),
    ("AWS::RDS::DBInstance", 480),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", 60),
];

/// The longest chain of changed resources that wait for each other.
pub(super) fn duration(template: &Template, changes: &[Consequence]) -> Duration {
    let touched: HashSet<&str> = changes.iter().map(|own| &*own.change.id).collect();
    let kinds: Vec<(&str, &str)> = template.resources().map(|(id, resource)| (id, resource.kind())).collect();
    let edges = verify::edges(template);
    let mut ends = vec![0; kinds.len()];
    for position in graph::order(&edges).unwrap_or_default() {
        let (id, kind) = kinds[position];
        let begin = edges[position].iter().map(|needed| ends[*needed]).max().unwrap_or(0);
        ends[position] = begin + if touched.contains(id) { seconds(kind) } else { 0 };
    }
    // What is removed is not in the template any more, and goes last.
    let removed = changes.iter().filter(|own| own.change.action == Action::Remove);
    let removed = removed.map(|own| seconds(&own.change.kind)).max().unwrap_or(0);
    Duration::from_secs(ends.into_iter().max().unwrap_or(0) + removed)
}

fn seconds(kind: &str) -> u64 {
    SLOW.iter().find(|(slow, _)| *slow == kind).map_or(USUAL, |(_, seconds)| *seconds)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::cloud::{Change, Replacement};
    use crate::template::read;

    const TEMPLATE: &str = "Resources:
  Service: {Type: AWS::ECS::Service, Properties: {Role: !GetAtt Role.Arn}}
  Role: {Type: AWS::IAM::Role}
  Queue: {Type: AWS::SQS::Queue, DependsOn: Service}
  Link: {Type: AWS::ApiGatewayV2::VpcLink}";

    fn seconds(ids: &[(&str, Action)]) -> u64 {
        let change = |(id, action): &(&str, Action)| {
            let kind = "AWS::RDS::DBInstance".to_owned();
            let (replacement, properties) = (Replacement::No, Vec::new());
            Change { id: (*id).to_owned(), kind, action: *action, replacement, policy: None, properties }
        };
        let template = Template::from_node(read::document(TEMPLATE, "test").unwrap().into_node()).unwrap();
        duration(&template, &Consequence::of_all(ids.iter().map(change).collect())).as_secs()
    }

    #[test]
    fn the_longest_chain_counts() {
        use Action::{Add, Modify, Remove};
        assert_eq!(seconds(&[("Service", Add), ("Role", Add), ("Queue", Add), ("Link", Add)]), 20 + 120 + 5);
        assert_eq!(seconds(&[("Queue", Modify), ("Link", Modify)]), 90);
        // What waits for something that does not change does not wait.
        assert_eq!(seconds(&[("Queue", Modify)]), 5);
        assert_eq!(seconds(&[("Queue", Modify), ("Database", Remove)]), 5 + 480);
    }
}
