//! The network of this application.

use synth::validate::{Report, Rule, Set, View};

use crate::zone;

pub(super) const RULES: [Rule; 3] = [
    Rule::new(
        "supported-zone",
        "Subnets are in zones of one region, in which API Gateway has VPC links",
        supported_zone,
    ),
    Rule::new("subnet-routes", "Every subnet has one route table", subnet_routes),
    Rule::new("separate-group-rule", "Rules between security groups are resources of their own", separate_rule),
];

fn supported_zone(set: &Set<'_>, report: &mut Report<'_>) {
    let zones: Vec<View<'_>> = set.all("AWS::EC2::Subnet").map(|subnet| subnet.key("AvailabilityZoneId")).collect();
    let region = zone::regions().find(|region| {
        let supported = zone::supported(region).unwrap_or_default();
        zones.first().and_then(View::text).is_some_and(|zone| supported.contains(&zone))
    });
    let supported = region.and_then(zone::supported).unwrap_or_default();
    for zone in zones.iter().filter(|zone| !zone.text().is_some_and(|zone| supported.contains(&zone))) {
        report
            .add(zone, "API Gateway has no VPC links in this zone, or other subnets are in another region")
            .help("README.md says which zones an environment may have");
    }
}

fn subnet_routes(set: &Set<'_>, report: &mut Report<'_>) {
    let associations: Vec<_> = set.all("AWS::EC2::SubnetRouteTableAssociation").collect();
    for subnet in set.all("AWS::EC2::Subnet") {
        let own = associations.iter().filter(|association| association.key("SubnetId").is(&subnet.reference()));
        if own.count() != 1 {
            report
                .add(&subnet, "the subnet takes its routes from the VPC's main table, or from two")
                .help("associate it with one route table");
        }
    }
}

/// Groups that name each other in rules inside them are a circle.
fn separate_rule(set: &Set<'_>, report: &mut Report<'_>) {
    for group in set.all("AWS::EC2::SecurityGroup") {
        let rules = ["SecurityGroupIngress", "SecurityGroupEgress"].map(|list| group.key(list).items()).concat();
        for rule in rules {
            let peers = [rule.key("SourceSecurityGroupId"), rule.key("DestinationSecurityGroupId")];
            for peer in peers.iter().filter(|peer| peer.exists()) {
                report
                    .add(peer, "a rule inside a security group names another, and the other cannot name this one")
                    .help("use `connection_to`, which makes two resources");
            }
        }
    }
}
