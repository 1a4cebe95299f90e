//! How traffic reaches the tasks of ECS: registries, container ports, and the security groups before them.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::discovery::CLOUD_MAP_SERVICE;
use super::security_group::{self, SECURITY_GROUP, may_be_extended, users};
use crate::validate::traffic::{Direction, Permission, of_group, permissions};
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 6] = [
    Rule::new("service-registry", "Every ECS service registers in one Cloud Map service, by its ARN", registry),
    Rule::new("registry-port", "Every registry has either a container and its port, or a port", registry_port),
    Rule::new("traffic-container", "The container and port that get traffic are in the task definition", container),
    Rule::new("fargate-network", "Every task definition for Fargate has the network mode awsvpc", fargate_network),
    Rule::new("traffic-ingress", "The security groups of tasks let in the port that gets traffic", ingress),
    Rule::new("ingress-port", "Rules towards the security group of tasks name ports of containers only", ingress_port),
];

const ECS_SERVICE: &str = "AWS::ECS::Service";
const TASK_DEFINITION: &str = "AWS::ECS::TaskDefinition";

fn registry(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all(ECS_SERVICE) {
        let registries = service.key("ServiceRegistries").items();
        if let Some(second) = registries.iter().filter(|registry| registry.is_known()).nth(1) {
            report
                .add(second, "ECS registers the tasks of a service in one registry only, and refuses a second")
                .help("keep one entry of ServiceRegistries");
        }
        for arn in registries.iter().map(|registry| registry.key("RegistryArn")) {
            let service = set.target(&arn).filter(|target| target.kind == CLOUD_MAP_SERVICE);
            if service.is_some_and(|service| !arn.is(&service.attribute_reference("Arn"))) {
                report
                    .add(&arn, "this is not the ARN of the Cloud Map service, so ECS finds no registry")
                    .help("refer to its attribute Arn");
            }
        }
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRegistry.html)
fn registry_port(set: &Set<'_>, report: &mut Report<'_>) {
    for registry in set.all(ECS_SERVICE).flat_map(|service| service.key("ServiceRegistries").items()) {
        let [name, container_port, port] = ["ContainerName", "ContainerPort", "Port"].map(|key| registry.key(key));
        let problem = if port.is_known() && (name.is_known() || container_port.is_known()) {
            Some((&port, "ECS refuses `Port` beside `ContainerName` and `ContainerPort`"))
        } else if name.exists() && !container_port.exists() {
            Some((&container_port, "ECS refuses `ContainerName` without `ContainerPort`"))
        } else if container_port.exists() && !name.exists() {
            Some((&name, "ECS refuses `ContainerPort` without `ContainerName`"))
        } else if !name.exists() && !port.exists() && has_srv_record(set, &registry) {
            Some((&container_port, "an SRV record names a port, and ECS refuses a registry that gives none"))
        } else {
            None
        };
        if let Some((value, problem)) = problem {
            report.add(value, problem).help("set ContainerName and ContainerPort, and no Port");
        }
    }
}

fn has_srv_record(set: &Set<'_>, registry: &View<'_>) -> bool {
    let records = set.target(&registry.key("RegistryArn")).map(|service| service.get("DnsConfig.DnsRecords").items());
    records.unwrap_or_default().iter().any(|record| record.key("Type").is("SRV"))
}

fn container(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all(ECS_SERVICE) {
        let Some(containers) = containers(set, &service) else { continue };
        for receiver in receivers(&service) {
            let name = receiver.key("ContainerName");
            let named: Vec<&View<'_>> = containers
                .iter()
                .filter(|container| name.literal().is_none_or(|name| container.key("Name").is(name)))
                .collect();
            let port = receiver_port(&receiver);
            if named.is_empty() && name.literal().is_some() {
                report
                    .add(&name, "the task definition has no container of this name, so ECS refuses the service")
                    .help("name a container of the task definition");
            } else if port.number().is_some_and(|port| !named.iter().any(|container| may_listen(container, port))) {
                report
                    .add(&port, "no port mapping of the container has this port, so traffic has nowhere to go")
                    .help("give a ContainerPort of the container's PortMappings");
            }
        }
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html)
fn fargate_network(set: &Set<'_>, report: &mut Report<'_>) {
    for task in set.all(TASK_DEFINITION) {
        let mode = task.key("NetworkMode");
        let is_other = !mode.exists() || mode.literal().is_some_and(|mode| mode != "awsvpc");
        if is_other && task.key("RequiresCompatibilities").texts().contains(&"FARGATE") {
            report
                .add(
                    &mode,
                    "Fargate gives each task a network interface of its own, and refuses any other network mode",
                )
                .help("set NetworkMode to awsvpc");
        }
    }
}

fn ingress(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all(ECS_SERVICE) {
        let Some(groups) = groups(set, &service) else { continue };
        if groups.iter().any(|group| may_be_extended(set, group)) {
            continue;
        }
        let rules: Vec<_> = groups.iter().flat_map(|group| of_group(set, group, Direction::In)).collect();
        for port in receivers(&service).iter().map(receiver_port) {
            if port.number().is_some_and(|port| !rules.iter().any(|rule| may_pass(rule, port))) {
                report
                    .add(&port, "no security group of the tasks lets this port in, so every request times out")
                    .help("add an ingress rule for the port to a security group of the tasks");
            }
        }
    }
}

/// Whether a rule lets a port pass, or may. Load balancers pass on UDP as well.
fn may_pass(rule: &Permission<'_>, port: i64) -> bool {
    ["tcp", "udp"].iter().any(|protocol| rule.may_pass(protocol, &(port..=port)))
}

fn ingress_port(set: &Set<'_>, report: &mut Report<'_>) {
    let egress = permissions(set, Direction::Out);
    for group in groups_of_tasks(set) {
        let Some(ports) = ports_behind(set, &group) else { continue };
        let towards =
            egress.iter().filter(|rule| security_group::peer(set, rule).is_some_and(|peer| peer.is_same(&group)));
        for rule in of_group(set, &group, Direction::In).iter().chain(towards) {
            let opened = rule.ports().filter(|_| rule.protocol() == Some("tcp"));
            let Some(message) = opened.and_then(|opened| problem(&opened, &ports)) else { continue };
            report.add(&rule.view.key("FromPort"), message).help("name the ContainerPort of a container");
        }
    }
}

/// What is wrong with a rule that opens ports, of which containers listen on some.
fn problem(opened: &RangeInclusive<i64>, ports: &BTreeSet<i64>) -> Option<&'static str> {
    if !ports.iter().any(|port| opened.contains(port)) {
        Some("no container behind the security group listens on this port, so connections are refused")
    } else if opened.clone().any(|port| !ports.contains(&port)) {
        Some("the range has ports on which no container behind the security group listens")
    } else {
        None
    }
}

/// The containers of a service's tasks, where they are known.
fn containers<'s>(set: &'s Set<'_>, service: &Resource<'_>) -> Option<Vec<View<'s>>> {
    let task = set.target(&service.key("TaskDefinition")).filter(|task| task.kind == TASK_DEFINITION)?;
    let containers = task.key("ContainerDefinitions");
    let are_known =
        containers.is_known() && containers.items().iter().all(|container| container.key("Name").literal().is_some());
    are_known.then(|| containers.items())
}

/// What sends traffic to a service's tasks.
fn receivers<'s>(service: &Resource<'s>) -> Vec<View<'s>> {
    ["ServiceRegistries", "LoadBalancers"].into_iter().flat_map(|key| service.key(key).items()).collect()
}

fn receiver_port<'s>(receiver: &View<'s>) -> View<'s> {
    let port = receiver.key("Port");
    if port.exists() { port } else { receiver.key("ContainerPort") }
}

/// The ports that a container maps, where all of them are known.
fn mapped_ports(container: &View<'_>) -> Option<BTreeSet<i64>> {
    let mappings = container.key("PortMappings");
    if mappings.is_unknown() {
        return None;
    }
    mappings.items().iter().map(|mapping| mapping.key("ContainerPort").number()).collect()
}

fn may_listen(container: &View<'_>, port: i64) -> bool {
    mapped_ports(container).is_none_or(|ports| ports.contains(&port))
}

/// The security groups of a service's tasks, if all of them are in the set.
fn groups<'s>(set: &'s Set<'_>, service: &Resource<'_>) -> Option<Vec<Resource<'s>>> {
    security_group::known(set, &service.get("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"))
}

/// The security groups that tasks are in, each once.
fn groups_of_tasks<'s>(set: &'s Set<'_>) -> Vec<Resource<'s>> {
    let mut all: Vec<Resource<'s>> = Vec::new();
    for service in set.all(ECS_SERVICE) {
        let groups = service.get("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups");
        for group in set.targets(&groups).into_iter().filter(|group| group.kind == SECURITY_GROUP) {
            if !all.iter().any(|own| own.is_same(&group)) {
                all.push(group);
            }
        }
    }
    all
}

/// The ports on which tasks in a security group listen; none if they are not known, or if other things may be in it.
fn ports_behind(set: &Set<'_>, group: &Resource<'_>) -> Option<BTreeSet<i64>> {
    let mut ports = BTreeSet::new();
    for user in users(set, group) {
        if user.kind != ECS_SERVICE || user.key("ServiceConnectConfiguration").exists() {
            return None;
        }
        // A port that no container maps is found where the service names it.
        ports.extend(receivers(&user).iter().filter_map(|receiver| receiver_port(receiver).number()));
        for container in containers(set, &user)? {
            ports.append(&mut mapped_ports(&container)?);
        }
    }
    Some(ports).filter(|ports| !ports.is_empty() && !may_be_extended(set, group))
}
