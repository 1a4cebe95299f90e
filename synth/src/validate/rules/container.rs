//! Containers: what a task definition says about them.

use crate::aws::fargate::FargateSize;
use crate::validate::sqlite;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 8] = [
    Rule::new("fargate-size", "A task has a size that Fargate offers", fargate_size),
    Rule::new("image-architecture", "Images are built for the processors that they run on", image_architecture),
    Rule::new("image-digest", "An image is named in a way that a new one shows", image_digest),
    Rule::new("health-check", "A health check can pass, and waits for the start", health_check),
    Rule::new("root-user", "Containers do not run as root", root_user),
    Rule::new("database-path", "A database file is where the container may write", database_path),
    Rule::new("plain-secret", "No secret stands in a task definition", plain_secret),
    Rule::new("container-logs", "Containers on Fargate write logs, and make no log group themselves", container_logs),
];

/// The ends of names of environment variables that hold secrets.
const SECRET_WORDS: [&str; 6] = ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "SEED", "CREDENTIALS"];

/// What stands before `KEY` in the name of a secret: a cache has keys too.
const SECRET_KEYS: [&str; 6] = ["API", "SIGNING", "PRIVATE", "ACCESS", "ENCRYPTION", "SECRET"];

fn fargate_size(set: &Set<'_>, report: &mut Report<'_>) {
    for task in set.all("AWS::ECS::TaskDefinition") {
        let (cpu, memory) = (task.key("Cpu"), task.key("Memory"));
        if !task.key("RequiresCompatibilities").texts().contains(&"FARGATE") {
            continue;
        }
        if let Some(missing) = [&cpu, &memory].into_iter().find(|value| !value.exists()) {
            report
                .add(missing, "ECS refuses a task for Fargate that does not say its size")
                .help("set `Cpu` and `Memory`");
        } else if let (Some(units), Some(mebibytes)) = (cpu.number(), memory.number())
            && !is_offered(units, mebibytes)
        {
            report
                .add(
                    &memory,
                    format!("ECS refuses the task: Fargate offers no {mebibytes} MiB with {units} processor units"),
                )
                .help(offers(units));
        }
    }
}

fn is_offered(cpu: i64, memory: i64) -> bool {
    let size = u32::try_from(cpu).ok().zip(u32::try_from(memory).ok());
    size.is_some_and(|(cpu, memory)| FargateSize::new(cpu, memory).is_some())
}

/// The memory that goes with some processor units, or the processor units that there are.
fn offers(cpu: i64) -> String {
    let memories: Vec<u32> =
        FargateSize::all().filter(|size| i64::from(size.cpu) == cpu).map(|size| size.memory).collect();
    match (memories.first(), memories.last()) {
        (Some(least), Some(most)) => format!("{cpu} units go with {least} to {most} MiB, in certain steps"),
        _ => "choose 256, 512, 1024, 2048, 4096, 8192 or 16384 units".to_owned(),
    }
}

/// Only builds with Docker are compared: they make images for the processor that they run on.
fn image_architecture(set: &Set<'_>, report: &mut Report<'_>) {
    let builders = set.all("AWS::CodeBuild::Project").map(|project| project.key("Environment"));
    let builders = builders.filter(|environment| environment.key("PrivilegedMode").flag() == Some(true));
    let built: Vec<_> = builders.map(|environment| architecture(environment.key("Type").text())).collect();
    for (task, container) in containers(set) {
        let wanted = task.get("RuntimePlatform.CpuArchitecture");
        let name = if wanted.exists() { wanted.text() } else { Some("X86_64") };
        let Some(name) = name.filter(|name| matches!(*name, "ARM64" | "X86_64")) else { continue };
        let from_parameter = container.key("Image").text().is_some_and(|image| set.parameter(image).is_some());
        if from_parameter
            && !set.has_loops()
            && !built.is_empty()
            && built.iter().all(|built| built.is_some_and(|built| built != name))
        {
            report
                .add(
                    &wanted,
                    format!("no build makes images for {name}, so the container ends with `exec format error`"),
                )
                .help("let `CpuArchitecture` and the build project's `Environment.Type` agree");
        }
    }
}

/// The processors that a type of build environment has.
///
/// [AWS documentation](https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html)
fn architecture(environment: Option<&str>) -> Option<&'static str> {
    match environment? {
        "ARM_CONTAINER" => Some("ARM64"),
        "LINUX_CONTAINER" => Some("X86_64"),
        _ => None,
    }
}

fn image_digest(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let image = container.key("Image");
        let Some(text) = image.text() else { continue };
        if set.parameter(text).is_some_and(|parameter| takes_any_tag(&parameter)) {
            report
                .add(&image, "the parameter takes an image by tag: when the tag moves on, nothing is deployed")
                .help("let its `AllowedPattern` require `@sha256:` and a digest");
        } else if is_moving(text) {
            report
                .add(
                    &image,
                    format!("`{text}` moves on to other images without a deployment, and one service runs several"),
                )
                .help("name the image with `@sha256:` and its digest");
        }
    }
}

fn takes_any_tag(parameter: &View<'_>) -> bool {
    !parameter.key("AllowedPattern").text().is_some_and(|pattern| pattern.contains("sha256"))
}

/// Whether a name is one that is given to newer images. Where only AWS knows the end of it, this can't be told.
fn is_moving(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    !last.ends_with('}') && !last.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn health_check(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let check = container.key("HealthCheck");
        let command = check.key("Command");
        let Some(first) = command.items().first().and_then(View::text) else { continue };
        if !matches!(first, "CMD" | "CMD-SHELL" | "NONE") {
            report
                .add(&command, format!("the health check never passes: `{first}` does not say how to run it"))
                .help("begin with CMD and the program, or with CMD-SHELL and a line for the image's shell");
        } else if first != "NONE" && !check.key("StartPeriod").exists() {
            report
                .add(
                    &check.key("StartPeriod"),
                    "checks that fail while the program starts count, and ECS stops the task",
                )
                .help("set StartPeriod to the seconds that a slow start takes");
        }
    }
}

fn root_user(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let user = container.key("User");
        let name = user.text().and_then(|text| text.split(':').next());
        if matches!(name, Some("root" | "0")) || user.number() == Some(0) {
            report
                .add(&user, "who breaks into the program is root in the container")
                .help("name another user, by number if the image has no /etc/passwd");
        }
    }
}

fn database_path(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        let read_only = container.key("ReadonlyRootFilesystem").flag() == Some(true);
        let mounts = container.key("MountPoints");
        for (variable, path) in sqlite::databases(&container) {
            if read_only && !mounts.is_unknown() && !mounts.items().iter().any(|mount| may_hold(mount, path)) {
                report
                    .add(
                        &variable,
                        format!("the database cannot be opened: {path} is on the root file system, which is read-only"),
                    )
                    .help("mount a volume there");
            }
        }
    }
}

/// Whether a path may be on a mounted volume that can be written.
fn may_hold(mount: &View<'_>, path: &str) -> bool {
    let folder = mount.key("ContainerPath").text();
    let is_inside = folder.is_none_or(|folder| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/')) || folder.contains("${")
    });
    is_inside && mount.key("ReadOnly").flag() != Some(true)
}

fn plain_secret(set: &Set<'_>, report: &mut Report<'_>) {
    for (_, container) in containers(set) {
        for variable in container.key("Environment").items() {
            let name = variable.key("Name").text().unwrap_or_default().to_ascii_uppercase();
            let value = variable.key("Value");
            if is_secret(&name) && value.text().is_some_and(|text| !text.is_empty() && !is_mere_name(set, text)) {
                report
                    .add(&value, format!("whoever may describe tasks reads `{name}`, and every revision keeps it"))
                    .help("keep it in Secrets Manager or Parameter Store, and name it in `Secrets`");
            }
        }
    }
}

/// Whether a variable's name, in capitals, is that of a secret.
fn is_secret(name: &str) -> bool {
    let is_public = name.starts_with("PUBLIC_") || name.contains("_PUBLIC_");
    let name = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '_');
    let is_key = name.strip_suffix("KEY").is_some_and(|kind| {
        let kind = kind.trim_end_matches('_');
        SECRET_KEYS.iter().any(|word| kind.ends_with(word))
    });
    !is_public && (is_key || SECRET_WORDS.iter().any(|word| name.ends_with(word)))
}

/// Whether a text only says which secret it is, or which key.
fn is_mere_name(set: &Set<'_>, text: &str) -> bool {
    let reference = text.find('}').map_or(text, |end| &text[..=end]);
    let services = ["AWS::KMS::", "AWS::SSM::", "AWS::SecretsManager::"];
    let named = set.named(reference);
    text.starts_with("arn:") || named.is_some_and(|named| services.iter().any(|kind| named.kind.starts_with(kind)))
}

fn container_logs(set: &Set<'_>, report: &mut Report<'_>) {
    for (task, container) in containers(set) {
        let logs = container.key("LogConfiguration");
        let options = logs.key("Options");
        if !logs.exists() && is_for_fargate(&task) && !container.key("FirelensConfiguration").exists() {
            report
                .add(&logs, "what the container says is lost: Fargate keeps no output by itself")
                .help("set LogConfiguration, with the driver awslogs and an AWS::Logs::LogGroup");
        }
        if !logs.key("LogDriver").is("awslogs") || options.is_unknown() {
            continue;
        }
        let (group, create) = (options.key("awslogs-group"), options.key("awslogs-create-group"));
        if create.flag() == Some(true) {
            report
                .add(&create, "the task makes a log group that keeps its events for ever and outlives the stack")
                .help("declare an AWS::Logs::LogGroup, and refer to it in `awslogs-group`");
        } else if !group.exists() {
            report
                .add(&group, "ECS refuses the task: the driver awslogs needs a log group")
                .help("refer to an AWS::Logs::LogGroup");
        }
    }
}

/// On machines of one's own the output is with Docker.
fn is_for_fargate(task: &Resource<'_>) -> bool {
    task.key("RequiresCompatibilities").texts() == ["FARGATE"]
}

/// The containers of all task definitions.
fn containers<'s>(set: &'s Set<'_>) -> impl Iterator<Item = (Resource<'s>, View<'s>)> {
    set.all("AWS::ECS::TaskDefinition").flat_map(|task| {
        let containers = task.key("ContainerDefinitions").items();
        containers.into_iter().map(move |container| (task.clone(), container))
    })
}
