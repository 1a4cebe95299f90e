//! Deployments of services: whether they move, and end.

use crate::validate::sqlite;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 5] = [
    Rule::new("deployment-room", "A deployment may stop an old task or start a new one", deployment_room),
    Rule::new("zone-rebalancing", "Moving tasks between zones has room for one more", zone_rebalancing),
    Rule::new("database-writers", "A database in a file has one task that writes", database_writers),
    Rule::new("circuit-breaker", "A deployment that fails ends, and goes back", circuit_breaker),
    Rule::new("scaled-count", "The number of tasks is set by scaling or by the template", scaled_count),
];

/// ECS's own limits of healthy tasks, in percent.
const DEFAULT_LIMITS: (i64, i64) = (100, 200);

fn deployment_room(set: &Set<'_>, report: &mut Report<'_>) {
    for service in rolling_services(set) {
        let limits = service.key("DeploymentConfiguration");
        let Some((least, most)) = limits_of(&service) else { continue };
        // With a number of tasks that only AWS knows, what is certain is certain for 100.
        let count = i128::from(service.key("DesiredCount").number().unwrap_or(100).max(1));
        let (kept, started) = ((count * i128::from(least) + 99) / 100, count * i128::from(most) / 100);
        if kept >= count && started <= count {
            let message = "a deployment hangs: no task may stop, and no other may start beside them";
            report.add(&limits, message).help("lower MinimumHealthyPercent, or raise MaximumPercent");
        }
    }
}

/// The least and the most tasks during a deployment, in percent; none if only AWS knows one.
fn limits_of(service: &Resource<'_>) -> Option<(i64, i64)> {
    let limits = service.key("DeploymentConfiguration");
    let limit = |key, default| {
        let value = limits.key(key);
        if value.exists() { value.number() } else { Some(default) }
    };
    let pair = (limit("MinimumHealthyPercent", DEFAULT_LIMITS.0)?, limit("MaximumPercent", DEFAULT_LIMITS.1)?);
    (!limits.is_unknown()).then_some(pair)
}

fn zone_rebalancing(set: &Set<'_>, report: &mut Report<'_>) {
    for service in rolling_services(set) {
        let rebalancing = service.key("AvailabilityZoneRebalancing");
        let enabled = !rebalancing.exists() || rebalancing.is("ENABLED");
        if enabled && limits_of(&service).is_some_and(|(_, most)| most <= 100) {
            report
                .add(
                    &rebalancing,
                    "ECS moves tasks between zones unless told otherwise, and MaximumPercent leaves no room for it",
                )
                .help("set AvailabilityZoneRebalancing to DISABLED, or raise MaximumPercent");
        }
    }
}

/// Two tasks have two files, or spoil one that they share.
fn database_writers(set: &Set<'_>, report: &mut Report<'_>) {
    for service in rolling_services(set).filter(|service| has_database_file(set, service)) {
        let count = service.key("DesiredCount");
        let scaled = scaling(set, &service).map(|target| target.key("MaxCapacity"));
        let value = if limits_of(&service).is_some_and(|(_, most)| most > 100) {
            service.get("DeploymentConfiguration.MaximumPercent")
        } else if count.number().is_some_and(|count| count > 1) {
            count
        } else if let Some(most) = scaled.filter(|most| most.number().is_some_and(|most| most > 1)) {
            most
        } else {
            continue;
        };
        report
            .add(
                &value,
                "several tasks run at once, and each writes to an SQLite file: they lose or spoil each other's data",
            )
            .help("allow one task with MaximumPercent 100 and MinimumHealthyPercent 0, or use a database server");
    }
}

fn has_database_file(set: &Set<'_>, service: &Resource<'_>) -> bool {
    let task = set.target(&service.key("TaskDefinition"));
    let containers = task.map(|task| task.key("ContainerDefinitions").items()).unwrap_or_default();
    containers.iter().any(|container| !sqlite::databases(container).is_empty())
}

fn circuit_breaker(set: &Set<'_>, report: &mut Report<'_>) {
    for service in rolling_services(set) {
        let breaker = service.get("DeploymentConfiguration.DeploymentCircuitBreaker");
        let (enable, rollback) = (breaker.key("Enable"), breaker.key("Rollback"));
        if service.key("DeploymentConfiguration").is_unknown() || breaker.is_unknown() {
            continue;
        }
        if enable.is_off() {
            report
                .add(
                    &enable,
                    "when new tasks fail, CloudFormation waits for hours while ECS starts them again and again",
                )
                .help("set Enable and Rollback to true");
        } else if rollback.is_off() {
            report
                .add(&rollback, "when new tasks fail, the service stays with them until somebody acts")
                .help("set Rollback to true");
        }
    }
}

fn scaled_count(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all("AWS::ECS::Service") {
        let count = service.key("DesiredCount");
        if count.exists() && scaling(set, &service).is_some() {
            report
                .add(&count, "each update of the stack sets the number of tasks back, whatever the load is")
                .help("leave DesiredCount out: scaling keeps it between MinCapacity and MaxCapacity");
        }
    }
}

/// What scales a service. Its name is the last part of the id, as in `service/cluster/name`.
fn scaling<'s>(set: &'s Set<'_>, service: &Resource<'_>) -> Option<Resource<'s>> {
    let name = service.key("ServiceName").text();
    let reference = service.attribute_reference("Name");
    set.all("AWS::ApplicationAutoScaling::ScalableTarget").find(|target| {
        let id = target.key("ResourceId").text().unwrap_or_default();
        let by_name = name.is_some_and(|name| id.ends_with(&format!("/{name}")));
        id.starts_with("service/") && (by_name || id.ends_with(&reference))
    })
}

/// The services that ECS itself deploys, by replacing tasks.
fn rolling_services<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Resource<'s>> {
    let is_default = |value: &View<'_>, default| !value.exists() || value.is(default);
    set.all("AWS::ECS::Service").filter(move |service| {
        is_default(&service.get("DeploymentController.Type"), "ECS")
            && is_default(&service.get("DeploymentConfiguration.Strategy"), "ROLLING")
            && is_default(&service.key("SchedulingStrategy"), "REPLICA")
    })
}
