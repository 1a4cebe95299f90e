//! Endpoints: the ways from a VPC to services of AWS that need no internet.

use super::security_group::{self, SECURITY_GROUP, may_be_extended};
use crate::validate::grants::may_allow;
use crate::validate::routes::{self, ROUTE_TABLE};
use crate::validate::traffic::{Direction, of_group};
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 5] = [
    Rule::new("endpoint-name", "An interface endpoint serves the name that clients ask for", endpoint_name),
    Rule::new("endpoint-ingress", "An interface endpoint can be reached on port 443", endpoint_ingress),
    Rule::new("endpoint-zone", "An interface endpoint is in the zones of the functions that use it", endpoint_zone),
    Rule::new("endpoint-tables", "The S3 endpoint serves the subnets of all tasks", endpoint_tables),
    Rule::new("layer-bucket", "The S3 endpoint lets tasks pull the layers of their image", layer_bucket),
];

/// Services that have gateway endpoints as well, and are usually reached through those; and the one whose public APIs
/// cannot be reached from a VPC in which an endpoint has the usual name.
///
/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html)
const WITH_OTHER_WAY: [&str; 4] = ["s3", "s3express", "dynamodb", "execute-api"];

fn endpoint_name(set: &Set<'_>, report: &mut Report<'_>) {
    for endpoint in interface_endpoints(set).filter(|endpoint| needs_name(endpoint) && !has_used_name(set, endpoint)) {
        let private = endpoint.key("PrivateDnsEnabled");
        if private.is_off() {
            report
                .add(
                    &private,
                    "the service's usual name still means its public addresses, so nothing uses the endpoint",
                )
                .help("set PrivateDnsEnabled to true");
        }
    }
}

/// Whether it is for a service of AWS that clients can only use by its usual name.
fn needs_name(endpoint: &Resource<'_>) -> bool {
    let name = endpoint.key("ServiceName").text().unwrap_or_default();
    let is_of_aws = name.starts_with("com.amazonaws.") && !name.contains(".vpce-svc-");
    is_of_aws && service(endpoint).is_some_and(|service| !WITH_OTHER_WAY.contains(&service))
}

/// Whether something uses an endpoint's own names, for a hosted zone for instance.
fn has_used_name(set: &Set<'_>, endpoint: &Resource<'_>) -> bool {
    let names = endpoint.attribute_reference("DnsEntries");
    let uses = |text: &View<'_>| text.text().is_some_and(|text| text.contains(&names));
    set.stacks().iter().any(|stack| stack.root().all_texts().iter().any(uses))
}

/// The last part of `com.amazonaws.region.service`.
fn service<'s>(endpoint: &Resource<'s>) -> Option<&'s str> {
    endpoint.key("ServiceName").text()?.rsplit('.').next()
}

fn endpoint_ingress(set: &Set<'_>, report: &mut Report<'_>) {
    for endpoint in interface_endpoints(set) {
        let list = endpoint.key("SecurityGroupIds");
        let Some(groups) = security_group::known(set, &list) else { continue };
        if !groups.iter().any(|group| may_accept(set, group)) {
            report
                .add(&list, "nothing can reach the endpoint: none of its security groups lets anything in on port 443")
                .help("add an ingress rule for tcp 443");
        }
    }
}

/// Whether a group lets HTTPS in, or a template that is not in the set may let it in.
fn may_accept(set: &Set<'_>, group: &Resource<'_>) -> bool {
    let rules = of_group(set, group, Direction::In);
    may_be_extended(set, group) || rules.iter().any(|rule| rule.may_pass("tcp", &(443..=443)))
}

fn endpoint_zone(set: &Set<'_>, report: &mut Report<'_>) {
    for endpoint in interface_endpoints(set).filter(|endpoint| !endpoint.is_conditional()) {
        let list = endpoint.key("SubnetIds");
        let Some(zones) = zones(set, &list) else { continue };
        let functions = set.all("AWS::Lambda::Function").filter(|function| !function.is_conditional());
        for function in functions.filter(|function| may_call(set, function, &endpoint)) {
            let own = self::zones(set, &function.get("VpcConfig.SubnetIds")).unwrap_or_default();
            if let Some(missing) = own.iter().find(|zone| !zones.contains(zone)) {
                let message = format!("calls of `{}` in {missing} cross to another zone and fail with it", function.id);
                report.add(&list, message).help(format!("add a subnet in {missing}"));
            }
        }
    }
}

/// The ids of the zones of subnets; none if only AWS knows one of them.
fn zones<'s>(set: &'s Set<'_>, list: &View<'_>) -> Option<Vec<&'s str>> {
    let subnets = list.items().into_iter().map(|item| set.target(&item));
    subnets.map(|subnet| subnet?.key("AvailabilityZoneId").text().filter(|id| !id.contains("${"))).collect()
}

/// Whether a rule lets a function out to an endpoint's security group.
fn may_call(set: &Set<'_>, function: &Resource<'_>, endpoint: &Resource<'_>) -> bool {
    let groups = |list: View<'_>| set.targets(&list).into_iter().filter(|group| group.kind == SECURITY_GROUP);
    let targets: Vec<_> = groups(endpoint.key("SecurityGroupIds")).collect();
    let own: Vec<_> = groups(function.get("VpcConfig.SecurityGroupIds")).collect();
    let mut rules = own.iter().flat_map(|group| of_group(set, group, Direction::Out));
    rules.any(|rule| set.target(&rule.peer()).is_some_and(|peer| targets.iter().any(|group| group.is_same(&peer))))
}

fn endpoint_tables(set: &Set<'_>, report: &mut Report<'_>) {
    for endpoint in s3_endpoints(set) {
        let list = endpoint.key("RouteTableIds");
        let Some(served) = set.known_targets(&list).filter(|_| !has_other(set, &endpoint)) else { continue };
        let mut tables = task_tables(set).into_iter();
        let is_missing = |table: &Resource<'_>| {
            let is_near = table.key("VpcId").text() == endpoint.key("VpcId").text();
            is_near && !served.iter().any(|own| own.is_same(table))
        };
        if let Some(Resource { id, .. }) = tables.find(is_missing) {
            let message =
                format!("tasks behind `{id}` pull their image's layers past the endpoint, which costs or fails");
            report.add(&list, message).help(format!("add `{id}`"));
        }
    }
}

/// Whether another endpoint for S3 may serve what this one does not, or something that is no table here names tables.
fn has_other(set: &Set<'_>, endpoint: &Resource<'_>) -> bool {
    let served = set.targets(&endpoint.key("RouteTableIds"));
    let mut others = s3_endpoints(set).filter(|other| !other.is_same(endpoint));
    set.has_loops()
        || endpoint.is_conditional()
        || served.iter().any(|table| table.kind != ROUTE_TABLE)
        || others.any(|other| other.key("VpcId").text() == endpoint.key("VpcId").text())
}

fn layer_bucket(set: &Set<'_>, report: &mut Report<'_>) {
    let tables = task_tables(set);
    for endpoint in s3_endpoints(set).filter(|_| pulls_from_ecr(set)) {
        let served = set.targets(&endpoint.key("RouteTableIds"));
        let is_used = served.iter().any(|table| tables.iter().any(|other| other.is_same(table)));
        let policy = endpoint.key("PolicyDocument");
        let statements = policy.key("Statement").items();
        if is_used && !statements.is_empty() && !statements.iter().any(may_read_layers) {
            report
                .add(&policy, "the policy keeps tasks from their image's layers: all their S3 traffic takes this way")
                .help("allow s3:GetObject on arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*");
        }
    }
}

/// Whether a statement allows reading the bucket in which ECR keeps layers, or may.
///
/// [AWS documentation](https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway)
fn may_read_layers(statement: &View<'_>) -> bool {
    let resources = statement.key("Resource");
    let is_known = resources.exists() && !resources.is_unknown();
    let holds_layers = |text: &&str| text.contains("starport-layer-bucket") || *text == "*" || text.ends_with(":::*");
    may_allow(statement, "s3:GetObject") && (!is_known || resources.texts().iter().any(holds_layers))
}

/// The route tables of the subnets that tasks run in.
fn task_tables<'s>(set: &'s Set<'_>) -> Vec<Resource<'s>> {
    let services = set.all("AWS::ECS::Service").filter(|service| !service.is_conditional());
    let lists = services.map(|service| service.get("NetworkConfiguration.AwsvpcConfiguration.Subnets"));
    let subnets = lists.flat_map(|list| set.targets(&list)).filter(|target| target.kind == "AWS::EC2::Subnet");
    subnets.filter_map(|subnet| routes::table(set, &subnet)).collect()
}

fn pulls_from_ecr(set: &Set<'_>) -> bool {
    let containers = set.all("AWS::ECS::TaskDefinition").flat_map(|task| task.key("ContainerDefinitions").items());
    let mut images = containers.map(|container| container.key("Image"));
    set.all("AWS::ECR::Repository").next().is_some()
        || images.any(|image| image.text().is_some_and(|image| image.contains(".dkr.ecr.")))
}

fn interface_endpoints<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Resource<'s>> {
    set.all("AWS::EC2::VPCEndpoint").filter(|endpoint| endpoint.key("VpcEndpointType").is("Interface"))
}

fn s3_endpoints<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Resource<'s>> {
    set.all("AWS::EC2::VPCEndpoint").filter(|endpoint| {
        let kind = endpoint.key("VpcEndpointType");
        let is_gateway = !kind.exists() || kind.is("Gateway");
        is_gateway && service(endpoint) == Some("s3")
    })
}
