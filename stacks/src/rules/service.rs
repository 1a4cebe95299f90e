//! The service's task: who it runs as, how many of it, and how it is found.

use synth::validate::{Report, Rule, Set, View};

use super::{containers, variable};
use crate::app_service::{JOURNAL_MODE, PROGRAM, USER};

pub(super) const RULES: [Rule; 9] = [
    Rule::new(
        "task-count",
        "No second task can be asked for with SQLite, and none is missed with PostgreSQL",
        task_count,
    ),
    Rule::new("journal-mode", "SQLite on a network file system keeps no write-ahead log", journal_mode),
    Rule::new("listen-address", "The service listens on the port that requests are sent to", listen_address),
    Rule::new("registered-service", "The service registers in Cloud Map, where API Gateway looks for it", registered),
    Rule::new(
        "health-command",
        "The health check runs the service's own program: the image has no shell",
        health_command,
    ),
    Rule::new("container-user", "Containers run as the user that the image and the file system know", container_user),
    Rule::new("secret-variable", "Secrets are never plain variables, and come by ARN", secret_variable),
    Rule::new("image-parameter", "The image is a parameter, so that a release changes nothing else", image_parameter),
    Rule::new("service-log", "Containers write to the log group that a stack declares", service_log),
];

fn task_count(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all("AWS::ECS::Service") {
        let Some(task) = set.target(&service.key("TaskDefinition")) else { continue };
        let containers = task.key("ContainerDefinitions").items();
        let url =
            containers.iter().find_map(|container| variable(container, "DATABASE_URL")?.text()).unwrap_or_default();
        let most = service.stack.view("Parameters").get("DesiredCount.MaxValue");
        let deployment = service.key("DeploymentConfiguration");
        let (least, room) = (deployment.key("MinimumHealthyPercent"), deployment.key("MaximumPercent"));
        if url.starts_with("sqlite:") {
            if most.number() != Some(1) {
                report
                    .add(&most, "whoever deploys may ask for two tasks, and each writes as if it were alone")
                    .help("set MaxValue of the parameter DesiredCount to 1");
            }
        } else if least.number().is_none_or(|percent| percent < 50)
            || room.number().is_none_or(|percent| percent <= 100)
        {
            report
                .add(&deployment, "a release stops tasks before others take their place")
                .help("set MinimumHealthyPercent to 50 or more, and MaximumPercent over 100");
        }
    }
}

fn journal_mode(set: &Set<'_>, report: &mut Report<'_>) {
    for (task, container) in containers(set) {
        let shared = task.key("Volumes").items().iter().any(|volume| volume.key("EFSVolumeConfiguration").exists());
        let Some(url) = variable(&container, "DATABASE_URL").filter(|_| shared) else { continue };
        if url.text().is_some_and(|text| text.starts_with("sqlite:") && !text.contains(JOURNAL_MODE)) {
            report
                .add(&url, "a write-ahead log needs memory that a network file system does not share: the file breaks")
                .help(format!("end the URL with ?{JOURNAL_MODE}"));
        }
    }
}

fn listen_address(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let Some(address) = variable(&container, "LISTEN_ADDRESS") else { continue };
        let port = address.text().and_then(|address| address.rsplit_once(':')?.1.parse::<i64>().ok());
        let ports = container.key("PortMappings").items();
        if !ports.iter().any(|mapping| mapping.key("ContainerPort").number() == port) {
            report
                .add(&address, "requests are sent to another port than the service listens on")
                .help("use the port of PortMappings");
        }
    }
}

fn registered(set: &Set<'_>, report: &mut Report<'_>) {
    for service in set.all("AWS::ECS::Service") {
        let registries = service.key("ServiceRegistries");
        if registries.items().len() != 1 {
            report
                .add(&registries, "API Gateway finds no task, and answers every request with 503")
                .help("register the service in Cloud Map, once");
        }
    }
}

fn health_command(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let command = container.get("HealthCheck.Command");
        if command.texts() != ["CMD", PROGRAM, "healthcheck"] {
            report
                .add(&command, "the check can never pass, and ECS stops every task")
                .help(format!("run `CMD {PROGRAM} healthcheck`"));
        }
    }
}

fn container_user(set: &Set<'_>, report: &mut Report<'_>) {
    let wanted = format!("{USER}:{USER}");
    for user in containers(set).map(|(_, container)| container.key("User")).filter(|user| !user.is(&wanted)) {
        report
            .add(&user, "the container runs as a user that may not write to its data, or as root")
            .help(format!("set User to `{wanted}`"));
    }
    for owner in set.all("AWS::EFS::AccessPoint").map(|point| point.get("PosixUser.Uid")).filter(|uid| !uid.is(USER)) {
        report
            .add(&owner, "files belong to another user than the container runs as")
            .help(format!("set Uid to `{USER}`"));
    }
}

/// The words that a secret's name has.
const SECRET: [&str; 5] = ["KEY", "PASSWORD", "SECRET", "SEED", "TOKEN"];

fn secret_variable(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let names = container.key("Environment").items().into_iter().map(|variable| variable.key("Name"));
        for name in names.filter(|name| name.text().is_some_and(|name| SECRET.iter().any(|word| name.contains(word)))) {
            report
                .add(&name, "whoever may see the task definition reads the secret")
                .help("give it in `Secrets`, by ARN");
        }
        let sources = container.key("Secrets").items().into_iter().map(|secret| secret.key("ValueFrom"));
        for source in sources.filter(|source| !is_arn(set, source)) {
            report
                .add(&source, "a name is looked up in the task's own region and account only")
                .help("give the ARN of the secret or of the parameter");
        }
    }
}

fn is_arn(set: &Set<'_>, source: &View<'_>) -> bool {
    let secret = set.target(source).is_some_and(|secret| secret.kind == "AWS::SecretsManager::Secret");
    secret || source.text().is_some_and(|text| text.starts_with("arn:"))
}

fn image_parameter(set: &Set<'_>, report: &mut Report<'_>) {
    for image in containers(set).map(|(_, container)| container.key("Image")) {
        if image.text().is_none_or(|text| set.parameter(text).is_none()) {
            report
                .add(&image, "a release has to change the template")
                .help("refer to a parameter without a default, which the pipeline sets");
        }
    }
}

fn service_log(set: &Set<'_>, report: &mut Report<'_>) {
    for group in containers(set).map(|(_, container)| container.get("LogConfiguration.Options.awslogs-group")) {
        if set.target(&group).is_none_or(|group| group.kind != "AWS::Logs::LogGroup") {
            report
                .add(&group, "nothing keeps the log for a stated time, and nothing deletes it")
                .help("import the log group of `app-platform`");
        }
    }
}
