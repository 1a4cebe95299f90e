//! What finds tasks: Cloud Map, and the integrations of API Gateway that ask it.

use super::access_logs::is_of_aws;
use super::gateway::payload_version;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 7] = [
    Rule::new("private-integration", "Every integration with a VPC link is one that such a link can carry", carried),
    Rule::new(
        "integration-target",
        "Every integration with a VPC link leads to a listener or a Cloud Map service",
        target,
    ),
    Rule::new("discovery-record", "API Gateway finds tasks by one SRV record", record),
    Rule::new("discovery-ttl", "The addresses of tasks are kept for 1 to 60 seconds", ttl),
    Rule::new("discovery-routing", "Cloud Map answers with all healthy tasks", routing),
    Rule::new("discovery-health", "ECS tells Cloud Map which tasks are healthy", health),
    Rule::new("vpc-dns", "A VPC in which private names are used resolves them", vpc_dns),
];

pub(super) const CLOUD_MAP_SERVICE: &str = "AWS::ServiceDiscovery::Service";

/// Only HTTP APIs have integrations with VPC links of this kind
/// ([AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html)).
fn carried(set: &Set<'_>, report: &mut Report<'_>) {
    for integration in private_integrations(set) {
        let (kind, version) = (integration.key("IntegrationType"), integration.key("PayloadFormatVersion"));
        let kind = (kind.literal().map(str::to_owned), kind, "HTTP_PROXY");
        let version = (payload_version(&version), version, "1.0");
        for (given, value, allowed) in [kind, version] {
            if given.is_some_and(|given| given != allowed) {
                report
                    .add(&value, format!("through a VPC link API Gateway supports only `{allowed}`, and refuses this"))
                    .help(format!("set it to {allowed}"));
            }
        }
        for property in ["ConnectionId", "IntegrationMethod", "IntegrationType", "PayloadFormatVersion"] {
            let value = integration.key(property);
            if !value.exists() {
                report
                    .add(&value, format!("API Gateway refuses an integration with a VPC link that has no `{property}`"))
                    .help(format!("set {property}"));
            }
        }
    }
}

fn target(set: &Set<'_>, report: &mut Report<'_>) {
    for integration in private_integrations(set) {
        let uri = integration.key("IntegrationUri");
        if is_no_private_target(set, &uri) {
            report
                .add(&uri, "a VPC link leads only to the ARN of a Cloud Map service or of a listener, so API Gateway refuses this")
                .help("for a Cloud Map service give its attribute Arn, for a load balancer its listener");
        }
    }
}

fn is_no_private_target(set: &Set<'_>, uri: &View<'_>) -> bool {
    let Some(target) = set.target(uri) else { return uri.text().is_some_and(|uri| uri.starts_with("http")) };
    match target.kind {
        CLOUD_MAP_SERVICE => !uri.is(&target.attribute_reference("Arn")),
        "AWS::ElasticLoadBalancingV2::Listener" => false,
        _ => is_of_aws(&target),
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html)
fn record(set: &Set<'_>, report: &mut Report<'_>) {
    for service in registries(set).filter(|service| is_asked_by_an_api(set, service)) {
        let records = service.get("DnsConfig.DnsRecords");
        let kinds: Option<Vec<&str>> = records.items().iter().map(|record| record.key("Type").literal()).collect();
        if records.is_known() && kinds.is_some_and(|kinds| kinds != ["SRV"]) {
            report
                .add(&records, "API Gateway needs the ports of tasks, and only an SRV record makes ECS register them: requests get 503")
                .help("give one record of type SRV");
        }
    }
}

fn ttl(set: &Set<'_>, report: &mut Report<'_>) {
    for record in registries(set).flat_map(|service| service.get("DnsConfig.DnsRecords").items()) {
        let ttl = record.key("TTL");
        let consequence = match ttl.number() {
            Some(..1) => "each request looks the name up again, and Route 53 bills each query",
            Some(61..) => "clients keep calling the addresses of tasks that were replaced long ago",
            _ => continue,
        };
        report.add(&ttl, consequence).help("choose 1 to 60 seconds");
    }
}

fn routing(set: &Set<'_>, report: &mut Report<'_>) {
    for service in registries(set) {
        let policy = service.get("DnsConfig.RoutingPolicy");
        if policy.is("WEIGHTED") {
            report
                .add(&policy, "each answer names one task only, so a client whose task is gone has no other to try")
                .help("set RoutingPolicy to MULTIVALUE");
        }
    }
}

fn health(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all(CLOUD_MAP_SERVICE) {
        let (by_route_53, by_ecs) = (service.key("HealthCheckConfig"), service.key("HealthCheckCustomConfig"));
        if by_route_53.is_known() && (by_ecs.is_known() || is_private(set, &service)) {
            report
                .add(&by_route_53, "Cloud Map refuses a check by Route 53 here: it cannot reach private addresses, nor stand beside a custom one")
                .help("keep HealthCheckCustomConfig alone");
        } else if !set.has_loops() && !by_route_53.exists() && !by_ecs.exists() && is_registry(set, &service) {
            report
                .add(&by_ecs, "ECS cannot tell Cloud Map which tasks are unhealthy, so they keep getting requests")
                .help("set HealthCheckCustomConfig");
        }
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html)
fn vpc_dns(set: &Set<'_>, report: &mut Report<'_>) {
    for vpc in set.all("AWS::EC2::VPC").filter(|vpc| has_private_names(set, vpc)) {
        // Without a value the first is on and the second is off.
        let (support, hostnames) = (vpc.key("EnableDnsSupport"), vpc.key("EnableDnsHostnames"));
        for (setting, is_off) in [(&support, support.flag() == Some(false)), (&hostnames, hostnames.is_off())] {
            if is_off {
                report
                    .add(setting, "private names do not resolve in this VPC, though a namespace, a zone or an endpoint gives them")
                    .help("set EnableDnsSupport and EnableDnsHostnames to true");
            }
        }
    }
}

fn has_private_names(set: &Set<'_>, vpc: &Resource<'_>) -> bool {
    set.resources().any(|resource| match resource.kind {
        "AWS::ServiceDiscovery::PrivateDnsNamespace" => vpc.is_target_of(&resource.key("Vpc")),
        "AWS::EC2::VPCEndpoint" => {
            resource.key("PrivateDnsEnabled").flag() == Some(true) && vpc.is_target_of(&resource.key("VpcId"))
        }
        "AWS::Route53::HostedZone" => {
            resource.key("VPCs").items().iter().any(|item| vpc.is_target_of(&item.key("VPCId")))
        }
        _ => false,
    })
}

/// Only of HTTP APIs: a WebSocket API has links of another kind.
fn private_integrations<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Resource<'s>> {
    let integrations = set.all("AWS::ApiGatewayV2::Integration");
    integrations.filter(move |integration| {
        let api = set.target(&integration.key("ApiId"));
        integration.key("ConnectionType").is("VPC_LINK") && api.is_some_and(|api| api.key("ProtocolType").is("HTTP"))
    })
}

/// The Cloud Map services in which ECS registers tasks.
fn registries<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Resource<'s>> {
    set.all(CLOUD_MAP_SERVICE).filter(move |service| is_registry(set, service))
}

fn is_registry(set: &Set<'_>, service: &Resource<'_>) -> bool {
    let mut registries = set.all("AWS::ECS::Service").flat_map(|tasks| tasks.key("ServiceRegistries").items());
    registries.any(|registry| service.is_target_of(&registry.key("RegistryArn")))
}

fn is_asked_by_an_api(set: &Set<'_>, service: &Resource<'_>) -> bool {
    private_integrations(set).any(|integration| service.is_target_of(&integration.key("IntegrationUri")))
}

fn is_private(set: &Set<'_>, service: &Resource<'_>) -> bool {
    let namespaces = [service.key("NamespaceId"), service.get("DnsConfig.NamespaceId")];
    let mut namespaces = namespaces.iter().filter_map(|id| set.target(id));
    namespaces.any(|namespace| namespace.kind == "AWS::ServiceDiscovery::PrivateDnsNamespace")
}
