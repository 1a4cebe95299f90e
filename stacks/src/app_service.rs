//! The service: its task, and how many of it run.

use synth::aws::applicationautoscaling::scalable_target::{self, ScalableDimension};
use synth::aws::applicationautoscaling::scaling_policy::{
    PolicyType, PredefinedMetricSpecification, PredefinedMetricType, TargetTrackingScalingPolicyConfiguration,
};
use synth::aws::applicationautoscaling::{ScalableTarget, ScalableTargetRequired, ScalingPolicy};
use synth::aws::ecs;
use synth::aws::ecs::service::{
    AssignPublicIp, AvailabilityZoneRebalancing, AwsVpcConfiguration, DeploymentCircuitBreaker,
    DeploymentConfiguration, LaunchType, NetworkConfiguration, PropagateTags, ServiceRegistry,
};
use synth::aws::ecs::task_definition::{
    AuthorizationConfig, ContainerDefinition, CpuArchitecture, EfsVolumeConfiguration, HealthCheck, Iam,
    KernelCapabilities, KeyValuePair, LinuxParameters, LogConfiguration, MountPoint, NetworkMode,
    OperatingSystemFamily, PortMapping, Protocol, RequiresCompatibility, RuntimePlatform, Secret, TransitEncryption,
    Volume,
};
use synth::aws::fargate::FargateSize;
use synth::aws::typed::Handle;
use synth::construct::{Asset, AssetSource, Program};
use synth::prelude::*;

use crate::app_data;
use crate::app_platform::{self, Secrets};
use crate::bootstrap;
use crate::environment::{Architecture, Environment};
use crate::naming::{self, Names, stack_name};
use crate::network::{self, SERVICE_PORT};
use crate::route::CLIENT_ADDRESS;

/// The user and the group that the service runs as. The image and the file system's access point know them too.
pub(crate) const USER: &str = "10001";

/// The database on the server, and its owner.
pub(crate) const DATABASE: &str = "service";

/// What `package` calls the image.
pub(crate) const ASSET: &str = "service";

/// The parameter that says where the image is.
const IMAGE: &str = "ImageUri";

/// The service's program in the image.
pub(crate) const PROGRAM: &str = "/app/service";

/// The container's name in the task.
const CONTAINER: &str = "api";

/// How SQLite must write on a network file system.
pub(crate) const JOURNAL_MODE: &str = "journal_mode=delete";

/// Where the database is in a task that has it as a file.
const DATA: &str = "/data";

/// The service of an environment.
pub(crate) fn stack(
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    network: &network::Exports,
    platform: &app_platform::Exports,
    data: &app_data::Exports,
) -> Stack {
    let (mut stack, names) =
        naming::stack(environment, stack_name::SERVICE, "The service: its task, and how many of it run");
    let image = AssetSource::Image {
        program: Program::of("service", environment.architecture.into()),
        containerfile: "service/Containerfile".into(),
    };
    stack.asset(Asset::new(ASSET, IMAGE, image), &bootstrap.repository_uri);
    let container = container(&mut stack, &names, platform, data);
    let task = task(&mut stack, &names, environment.architecture, platform).container_definitions([container]);
    let task = stack.add("TaskDefinition", task.volumes(volume(data)));
    let service = service(&names, network, platform, &task);
    let service = match data {
        app_data::Exports::Postgres { .. } => scaled(&mut stack, service, platform),
        app_data::Exports::OwnDisk | app_data::Exports::FileSystem { .. } => single(&mut stack, service),
    };
    stack.export("ServiceName", service.name());
    stack
}

fn task(
    stack: &mut Stack,
    names: &Names,
    architecture: Architecture,
    platform: &app_platform::Exports,
) -> ecs::TaskDefinition {
    let size = size(stack);
    let architecture = match architecture {
        Architecture::Arm64 => CpuArchitecture::ARM64,
        Architecture::X86_64 => CpuArchitecture::X86_64,
    };
    let runs_on =
        RuntimePlatform::new().cpu_architecture(architecture).operating_system_family(OperatingSystemFamily::LINUX);
    ecs::TaskDefinition::new()
        .family(names.prefixed("-service"))
        .requires_compatibilities([RequiresCompatibility::FARGATE])
        .network_mode(NetworkMode::AWSVPC)
        .runtime_platform(runs_on)
        .cpu(size.0)
        .memory(size.1)
        .task_role_arn(&platform.task_role.arn)
        .execution_role_arn(&platform.execution_role.arn)
}

/// The most processor units that a task may have: two processors. A service that needs more runs more tasks.
const MOST_CPU: u32 = 2048;

/// The task's processor and memory: parameters whose values CloudFormation accepts only where Fargate has such a task.
fn size(stack: &mut Stack) -> (Value<String>, Value<String>) {
    let default = FargateSize::SMALLEST;
    let cpus = || FargateSize::cpus().filter(|cpu| *cpu <= MOST_CPU);
    let cpu = Parameter::string()
        .description("Processor units of a task: 1024 are one processor")
        .allowed_values(cpus().map(|cpu| cpu.to_string()))
        .default(default.cpu_text());
    let memory = Parameter::string().description("Memory of a task, in MiB").default(default.memory_text());
    let (cpu, memory) = (stack.parameter("TaskCpu", cpu), stack.parameter("TaskMemory", memory));
    for units in cpus() {
        let offered = FargateSize::all().filter(|size| size.cpu == units).map(FargateSize::memory_text);
        let is_offered = json!({"Fn::Contains": [offered.collect::<Vec<_>>(), &memory]});
        let assertion = json!({"Assert": is_offered, "AssertDescription": "Fargate has no task with this memory"});
        let is_chosen = json!({"Fn::Equals": [&cpu, units.to_string()]});
        stack.rule(format!("MemoryFor{units}"), json!({"RuleCondition": is_chosen, "Assertions": [assertion]}));
    }
    (cpu, memory)
}

fn container(
    stack: &mut Stack,
    names: &Names,
    platform: &app_platform::Exports,
    data: &app_data::Exports,
) -> ContainerDefinition {
    let image = Parameter::string()
        .description("The image, by its digest: a tag may come to mean another image")
        .pattern("^[a-z0-9.-]+/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$");
    let image = stack.parameter(IMAGE, image);
    let level = Parameter::string()
        .description("What the service logs")
        .allowed_values(["error", "warn", "info", "debug", "trace"])
        .default("info");
    let level = stack.parameter("RuntimeLogLevel", level);
    let health = HealthCheck::new()
        // The image has no shell.
        .command(["CMD", PROGRAM, "healthcheck"])
        .interval(10)
        .timeout(3)
        .retries(3)
        .start_period(15);
    ContainerDefinition::new(CONTAINER, image)
        .essential(true)
        .user(format!("{USER}:{USER}"))
        .readonly_root_filesystem(true)
        .linux_parameters(LinuxParameters::new().capabilities(KernelCapabilities::new().drop(["ALL"])))
        // 25 seconds for running requests, and what a last write may wait for its lock.
        .stop_timeout(35)
        .port_mappings([PortMapping::new().container_port(SERVICE_PORT).protocol(Protocol::TCP)])
        .environment(variables(level, data))
        .secrets(secrets(names, platform, data))
        .mount_points(mount_point(data))
        .health_check(health)
        .log_configuration(log(platform))
}

fn variables(level: Value<String>, data: &app_data::Exports) -> Vec<KeyValuePair> {
    let database = match data {
        app_data::Exports::OwnDisk => Value::new(format!("sqlite://{DATA}/service.db")),
        // The default, a write-ahead log, needs memory that a network file system does not share.
        app_data::Exports::FileSystem { .. } => Value::new(format!("sqlite://{DATA}/service.db?{JOURNAL_MODE}")),
        app_data::Exports::Postgres { host, .. } => {
            sub!["postgres://", DATABASE, "@", host, ":5432/", DATABASE, "?sslmode=verify-full"]
        }
    };
    let address = Value::new(format!("0.0.0.0:{SERVICE_PORT}"));
    [
        ("LISTEN_ADDRESS", address),
        ("LOG_LEVEL", level),
        ("DATABASE_URL", database),
        ("CLIENT_ADDRESS_HEADER", Value::new(CLIENT_ADDRESS)),
    ]
    .map(|(name, value)| KeyValuePair::new().name(name).value(value))
    .into()
}

fn secrets(names: &Names, platform: &app_platform::Exports, data: &app_data::Exports) -> Vec<Secret> {
    let Secrets { signing_key, admin_password } =
        platform.secrets.clone().unwrap_or_else(|| Secrets::in_systems_manager(names));
    let mut secrets = vec![Secret::new("SIGNING_KEY", signing_key), Secret::new("ADMIN_PASSWORD", admin_password)];
    if let app_data::Exports::Postgres { password, .. } = data {
        secrets.push(Secret::new("DATABASE_PASSWORD", password));
    }
    secrets
}

fn volume(data: &app_data::Exports) -> Option<[Volume; 1]> {
    let volume = Volume::new().name("data");
    match data {
        app_data::Exports::OwnDisk => Some([volume]),
        app_data::Exports::FileSystem { id, access_point } => {
            let access = AuthorizationConfig::new().access_point_id(access_point).iam(Iam::ENABLED);
            let files = EfsVolumeConfiguration::new(id)
                .transit_encryption(TransitEncryption::ENABLED)
                .authorization_config(access);
            Some([volume.efs_volume_configuration(files)])
        }
        app_data::Exports::Postgres { .. } => None,
    }
}

fn mount_point(data: &app_data::Exports) -> Option<[MountPoint; 1]> {
    let mounted = !matches!(data, app_data::Exports::Postgres { .. });
    mounted.then(|| [MountPoint::new().source_volume("data").container_path(DATA).read_only(false)])
}

/// Without blocking: a task whose log is slow goes on, and loses lines at worst.
fn log(platform: &app_platform::Exports) -> LogConfiguration {
    LogConfiguration::new("awslogs").options(map! {
        "awslogs-group" => &platform.log_group,
        "awslogs-region" => pseudo::REGION,
        "awslogs-stream-prefix" => CONTAINER,
        "mode" => "non-blocking",
        "max-buffer-size" => "4m",
    })
}

fn service(
    names: &Names,
    network: &network::Exports,
    platform: &app_platform::Exports,
    task: &Handle<ecs::TaskDefinition>,
) -> ecs::Service {
    // Without a public address, and with no NAT gateway, a task could not pull its image.
    let addresses = AwsVpcConfiguration::new()
        .assign_public_ip(AssignPublicIp::ENABLED)
        .subnets(&network.public_subnet_ids)
        .security_groups([&network.service_group]);
    let registry = ServiceRegistry::new()
        .registry_arn(&platform.discovery_service_arn)
        .container_name(CONTAINER)
        .container_port(SERVICE_PORT);
    ecs::Service::new()
        .service_name(names.prefixed("-service"))
        .cluster(&platform.cluster_name)
        .task_definition(task)
        .launch_type(LaunchType::FARGATE)
        .platform_version("LATEST")
        .network_configuration(NetworkConfiguration::new().awsvpc_configuration(addresses))
        .service_registries([registry])
        .enable_execute_command(false)
        .enable_ecs_managed_tags(true)
        .propagate_tags(PropagateTags::SERVICE)
}

/// How a release takes the place of the one before. One that does not start is taken back.
fn deployment(least_percent: i64, most_percent: i64) -> DeploymentConfiguration {
    DeploymentConfiguration::new()
        .minimum_healthy_percent(least_percent)
        .maximum_percent(most_percent)
        .deployment_circuit_breaker(DeploymentCircuitBreaker::new(true, true))
}

/// SQLite has one writer: the old task stops before the new one starts, and there is never a second one.
#[track_caller]
fn single(stack: &mut Stack, service: ecs::Service) -> Handle<ecs::Service> {
    let count = Parameter::integer().description("Whether the task runs: 1, or 0 to stop it").range(0, 1).default(1);
    let count = stack.parameter("DesiredCount", count);
    let service = service
        .desired_count(count)
        .deployment_configuration(deployment(0, 100))
        // It would start the new task before the old one stops, and is on where nothing is said.
        .availability_zone_rebalancing(AvailabilityZoneRebalancing::DISABLED);
    stack.add("Service", service)
}

/// Autoscaling keeps the number of tasks. The service says none, or every update would set it back.
#[track_caller]
fn scaled(stack: &mut Stack, service: ecs::Service, platform: &app_platform::Exports) -> Handle<ecs::Service> {
    let least = Parameter::integer().description("The smallest number of tasks").range(1, 100).default(2);
    let most = Parameter::integer().description("The largest number of tasks").range(1, 100).default(6);
    let (least, most) = (stack.parameter("MinTasks", least), stack.parameter("MaxTasks", most));
    let service = service
        .deployment_configuration(deployment(100, 200))
        .availability_zone_rebalancing(AvailabilityZoneRebalancing::ENABLED);
    let service = stack.add("Service", service);
    let target = ScalableTarget::new(ScalableTargetRequired {
        max_capacity: most,
        min_capacity: least,
        resource_id: sub!["service/", &platform.cluster_name, "/", service.name()],
        scalable_dimension: ScalableDimension::ECS_SERVICE_DESIRED_COUNT,
        service_namespace: scalable_target::ServiceNamespace::ECS,
    });
    let target = stack.add("ScalableTarget", target);
    let metric = PredefinedMetricSpecification::new(PredefinedMetricType::ECS_SERVICE_AVERAGE_CPU_UTILIZATION);
    let tracking = TargetTrackingScalingPolicyConfiguration::new(60).predefined_metric_specification(metric);
    let policy = ScalingPolicy::new("cpu", PolicyType::TARGET_TRACKING_SCALING)
        .scaling_target_id(&target)
        .target_tracking_scaling_policy_configuration(tracking);
    stack.add("CpuScaling", policy);
    service
}
