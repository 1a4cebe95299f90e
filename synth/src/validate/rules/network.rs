//! The ways out of subnets, and the tasks that depend on them.

use std::collections::{HashMap, HashSet};

use crate::validate::routes::{Exit, associations, exit};
use crate::validate::traffic::may_leave;
use crate::validate::{Report, Resource, Rule, Set, Stack, View};

pub(super) const RULES: [Rule; 6] = [
    Rule::new("gateway-order", "A route to an internet gateway waits until the gateway is attached", gateway_order),
    Rule::new("subnet-association", "A subnet has at most one route table", subnet_association),
    Rule::new("public-subnet-route", "A subnet with public addresses has a route to the internet", public_subnet_route),
    Rule::new("database-subnet-route", "A database's subnets have no route to the internet", database_subnet_route),
    Rule::new("task-address", "Tasks have a public address where their subnet's way out asks for one", task_address),
    Rule::new("task-egress", "Tasks can reach AWS through their security groups", task_egress),
];

fn gateway_order(set: &Set<'_>, report: &mut Report<'_>) {
    let mut orders: HashMap<&str, Order<'_>> = HashMap::new();
    for route in set.all("AWS::EC2::Route") {
        if let Some(gateway) = set.target(&route.key("GatewayId"))
            && let Some(attachment) = attachment(&route, &gateway)
            && !orders
                .entry(route.stack.name)
                .or_insert_with(|| Order::of(route.stack))
                .is_after(route.id, attachment.id)
        {
            report
                .add(
                    &route.attribute("DependsOn"),
                    "EC2 refuses the route while the internet gateway is not attached to the VPC",
                )
                .help(format!("let the route depend on `{}`", attachment.id));
        }
    }
}

/// What attaches an internet gateway, if the stack of the route does.
fn attachment<'s>(route: &Resource<'s>, gateway: &Resource<'_>) -> Option<Resource<'s>> {
    let mut attachments = route.stack.resources().filter(|other| other.kind == "AWS::EC2::VPCGatewayAttachment");
    attachments.find(|other| other.key("InternetGatewayId").text().is_some_and(|id| gateway.is_named_by(id)))
}

/// What each resource of a stack directly waits for, by `DependsOn` or a reference.
struct Order<'s>(HashMap<&'s str, HashSet<&'s str>>);

impl<'s> Order<'s> {
    fn of(stack: &'s Stack<'_>) -> Self {
        let waits = stack.resources().map(|resource| {
            let texts = resource.all_texts();
            let referred = texts.iter().filter_map(View::text).flat_map(|text| named_in(text, stack.name));
            (resource.id, resource.attribute("DependsOn").texts().into_iter().chain(referred).collect())
        });
        Self(waits.collect())
    }

    /// Whether CloudFormation creates one resource after the other.
    fn is_after(&self, id: &str, other: &str) -> bool {
        let mut passed = HashSet::from([id]);
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if id == other {
                return true;
            }
            open.extend(self.0.get(id).into_iter().flatten().filter(|wanted| passed.insert(wanted)));
        }
        false
    }
}

/// The resources of a stack that a text names: `${stack/Resource}` or `${stack/Resource.Attribute}`, anywhere in it.
fn named_in<'s>(text: &'s str, stack: &str) -> impl Iterator<Item = &'s str> {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')?.0.rsplit_once('/'));
    names.filter(move |(own, _)| *own == stack).filter_map(|(_, id)| id.split('.').next())
}

fn subnet_association(set: &Set<'_>, report: &mut Report<'_>) {
    for subnet in set.all("AWS::EC2::Subnet") {
        let associations = associations(set, &subnet);
        for second in associations.iter().filter(|association| !association.is_conditional()).skip(1) {
            report
                .add(&second.key("SubnetId"), format!("EC2 refuses a second route table for `{}`", subnet.id))
                .help("put the routes into one table");
        }
    }
}

fn public_subnet_route(set: &Set<'_>, report: &mut Report<'_>) {
    for subnet in set.all("AWS::EC2::Subnet") {
        let public = subnet.key("MapPublicIpOnLaunch");
        if public.flag() == Some(true) && matches!(exit(set, &subnet), Exit::Nowhere | Exit::Elsewhere) {
            report
                .add(&public, "the subnet gives out public addresses, which are paid for and lead nowhere")
                .help("associate a route table that has a route for 0.0.0.0/0 to an internet gateway");
        }
    }
}

fn database_subnet_route(set: &Set<'_>, report: &mut Report<'_>) {
    for group in set.all("AWS::RDS::DBSubnetGroup").filter(|group| !has_public_database(set, group)) {
        let open = set.targets(&group.key("SubnetIds")).into_iter().find(|subnet| exit(set, subnet) == Exit::Internet);
        if let Some(subnet) = open {
            report
                .add(
                    &group.key("SubnetIds"),
                    format!("`{}` has a route to the internet, and one setting of a database opens it", subnet.id),
                )
                .help("use subnets whose route table has no route to an internet gateway");
        }
    }
}

/// Whether a database in these subnets is open on purpose.
fn has_public_database(set: &Set<'_>, group: &Resource<'_>) -> bool {
    let mut databases = set.all("AWS::RDS::DBInstance");
    databases.any(|database| {
        let inside = database.key("DBSubnetGroupName").text().is_some_and(|name| group.is_named_by(name));
        inside && !database.key("PubliclyAccessible").is_off()
    })
}

fn task_address(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all("AWS::ECS::Service").filter(is_on_fargate) {
        let network = service.get("NetworkConfiguration.AwsvpcConfiguration");
        let address = network.key("AssignPublicIp");
        let exits: Vec<Exit> = set.targets(&network.key("Subnets")).iter().map(|subnet| exit(set, subnet)).collect();
        let closed = exits.iter().any(|exit| matches!(exit, Exit::Nowhere | Exit::Elsewhere));
        if address.is("ENABLED") && closed {
            report
                .add(
                    &address,
                    "the tasks' public addresses are paid for, and their subnets have no route to an internet gateway",
                )
                .help("set DISABLED, or use subnets with a route to an internet gateway");
        } else if is_disabled(&address) && exits.contains(&Exit::Internet) && !has_registry_endpoint(set) {
            report
                .add(&address, "an internet gateway serves public addresses only, so the tasks cannot pull their image")
                .help("set ENABLED, or use subnets with a route to a NAT gateway");
        }
    }
}

fn is_disabled(address: &View<'_>) -> bool {
    !address.exists() || address.is("DISABLED")
}

fn is_on_fargate(service: &Resource<'_>) -> bool {
    let providers = service.key("CapacityProviderStrategy").items();
    let is_fargate = |value: &View<'_>| value.text().is_some_and(|text| text.starts_with("FARGATE"));
    is_fargate(&service.key("LaunchType")) || providers.iter().any(|each| is_fargate(&each.key("CapacityProvider")))
}

/// Whether images can come from ECR without the internet.
fn has_registry_endpoint(set: &Set<'_>) -> bool {
    let mut endpoints = set.all("AWS::EC2::VPCEndpoint");
    endpoints.any(|endpoint| endpoint.key("ServiceName").text().is_some_and(|name| name.ends_with(".ecr.dkr")))
}

fn task_egress(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all("AWS::ECS::Service").filter(is_on_fargate) {
        let list = service.get("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups");
        let groups = set.known_targets(&list);
        if groups.is_some_and(|groups| !groups.iter().any(|group| may_leave(set, group, 443))) {
            report
                .add(
                    &list,
                    "nothing may leave on port 443: the tasks cannot pull their image, read secrets or write logs",
                )
                .help("add an egress rule for tcp 443 to one of the security groups");
        }
    }
}
