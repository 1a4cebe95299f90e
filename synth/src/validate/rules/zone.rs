//! Zones: which ones subnets are in, and whether those will do.

use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 3] = [
    Rule::new("subnet-zone", "A subnet names its zone, and means the same one in every account", subnet_zone),
    Rule::new("distinct-zones", "Subnets that stand in for each other are in different zones", distinct_zones),
    Rule::new("vpc-link-zone", "A VPC link's subnets are in zones where VPC links are offered", vpc_link_zone),
];

/// What holds subnets that stand in for each other, the property, and what goes wrong where two share a zone.
const GROUPS_OF_SUBNETS: [(&str, &str, &str); 3] = [
    ("AWS::ApiGatewayV2::VpcLink", "SubnetIds", "when it fails, so does the VPC link"),
    ("AWS::EC2::VPCEndpoint", "SubnetIds", "EC2 gives an endpoint one address in a zone, and refuses the second"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets", "a load balancer takes one subnet of a zone"),
];

/// Zones in which API Gateway has no VPC links.
///
/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html)
const ZONES_WITHOUT_VPC_LINKS: [&str; 6] = ["use1-az3", "usw1-az2", "ape1-az1", "apne1-az3", "cac1-az4", "euw3-az2"];

fn subnet_zone(set: &Set<'_>, report: &mut Report<'_>) {
    for subnet in set.all("AWS::EC2::Subnet").filter(|subnet| !subnet.key("AvailabilityZoneId").exists()) {
        let zone = subnet.key("AvailabilityZone");
        let message = if !zone.exists() {
            "EC2 chooses a zone for the subnet, perhaps one in which other services are not offered"
        } else if asks_for_zones(&zone) {
            "`Fn::GetAZs` gives each account other zones, perhaps some in which other services are not offered"
        } else {
            continue;
        };
        report.add(&zone, message).help("set `AvailabilityZoneId`, from a parameter for instance");
    }
}

fn asks_for_zones(zone: &View<'_>) -> bool {
    zone.all_texts().iter().any(|text| text.place().path.iter().any(|step| step == "Fn::GetAZs"))
}

fn distinct_zones(set: &Set<'_>, report: &mut Report<'_>) {
    for (kind, property, consequence) in GROUPS_OF_SUBNETS {
        for holder in set.all(kind) {
            let mut subnets = set.targets(&holder.key(property));
            subnets.retain(|subnet| !subnet.is_conditional());
            if let Some((first, second)) = sharing_a_zone(&subnets) {
                let shared = format!("`{}` and `{}` are in one zone", first.id, second.id);
                report
                    .add(&holder.key(property), format!("{shared}: {consequence}"))
                    .help("give each subnet a zone of its own");
            }
        }
    }
    database_zones(set, report);
    mount_target_zones(set, report);
}

/// RDS takes several subnets of a zone, but not only of one.
fn database_zones(set: &Set<'_>, report: &mut Report<'_>) {
    for group in set.all("AWS::RDS::DBSubnetGroup") {
        let list = group.key("SubnetIds");
        let subnets = set.known_targets(&list).unwrap_or_default();
        let zones: Vec<_> = subnets.iter().map(|subnet| zone(subnet).filter(|_| !subnet.is_conditional())).collect();
        if zones.first().is_some_and(Option::is_some) && zones.iter().all(|zone| *zone == zones[0]) {
            report.add(&list, "RDS refuses subnets that are all in one zone").help("add a subnet in another zone");
        }
    }
}

fn mount_target_zones(set: &Set<'_>, report: &mut Report<'_>) {
    let zone = |target: &Resource<'_>| set.target(&target.key("SubnetId")).and_then(|subnet| zone(&subnet));
    // Conditions may exclude each other.
    let targets: Vec<_> = set.all("AWS::EFS::MountTarget").filter(|target| !target.is_conditional()).collect();
    for (index, target) in targets.iter().enumerate() {
        let system = target.key("FileSystemId").text();
        let mut others = targets[..index].iter().filter(|other| other.key("FileSystemId").text() == system);
        if zone(target).is_some() && others.any(|other| zone(other) == zone(target)) {
            report
                .add(&target.key("SubnetId"), "EFS refuses a second mount target in one zone")
                .help("keep one mount target a zone: it serves all subnets of the zone");
        }
    }
}

/// Two subnets that are certainly in one zone.
fn sharing_a_zone<'a, 's>(subnets: &'a [Resource<'s>]) -> Option<(&'a Resource<'s>, &'a Resource<'s>)> {
    let mut pairs =
        subnets.iter().enumerate().flat_map(|(index, one)| subnets[..index].iter().map(move |two| (two, one)));
    pairs.find(|(one, two)| zone(one).is_some() && zone(one) == zone(two))
}

/// The zone of a subnet, as far as it can be compared.
fn zone<'s>(subnet: &Resource<'s>) -> Option<&'s str> {
    subnet.key("AvailabilityZoneId").text().or(subnet.key("AvailabilityZone").text())
}

fn vpc_link_zone(set: &Set<'_>, report: &mut Report<'_>) {
    for link in set.all("AWS::ApiGatewayV2::VpcLink") {
        let subnets = link.key("SubnetIds");
        for subnet in set.targets(&subnets) {
            if let Some(zone) = zone(&subnet).filter(|zone| ZONES_WITHOUT_VPC_LINKS.contains(zone)) {
                let message = format!("creation fails: `{}` is in {zone}, where there are no VPC links", subnet.id);
                report.add(&subnets, message).help("choose another zone for the subnet");
            }
        }
    }
}
