//! The stack that the typed layer was designed for, as it is written and what becomes of it.

use synth::aws::ec2::{self, network_acl_entry::RuleAction, security_group::Ingress};
use synth::aws::ecs::{
    self, service,
    task_definition::{ContainerDefinition, KeyValuePair, LogConfiguration, NetworkMode, PortMapping},
};
use synth::aws::iam::{self, PolicyDocument, Statement};
use synth::aws::typed::Handle;
use synth::aws::{lambda, logs, s3};
use synth::prelude::*;
use synth::template::Condition;

struct Inputs {
    environment: Value<String>,
    tag: Value<String>,
    is_production: Condition,
}

#[test]
fn the_designs_example_becomes_this_template() {
    let mut stack = Stack::new("shop");
    let environment = stack.parameter("Env", Parameter::string());
    let tag = stack.parameter("ImageTag", Parameter::string().default("latest"));
    let is_production = stack.condition("IsProd", equals(&environment, "prod"));
    let inputs = Inputs { environment, tag, is_production };
    let (vpc, subnets) = network(&mut stack);
    let task = task(&mut stack, &inputs);
    service(&mut stack, &inputs, &vpc, &subnets, &task);
    let mut app = App::new("shop");
    app.add(stack);
    let stacks = app.synthesize().unwrap();
    let written = serde_json::to_value(stacks[0].template.clone().into_node()).unwrap();
    assert_eq!(written, serde_json::from_str::<serde_json::Value>(include_str!("design.json")).unwrap());
}

fn network(stack: &mut Stack) -> (Handle<ec2::Vpc>, Vec<Handle<ec2::Subnet>>) {
    let vpc = stack.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16").tags([("app", "shop")]));
    let subnets = (0..2).map(|index| {
        let subnet = ec2::Subnet::new(&vpc).cidr_block(format!("10.0.{index}.0/24"));
        stack.add(format!("Subnet{index}"), subnet.availability_zone(select(index, get_azs())))
    });
    let subnets = subnets.collect();
    stack.add(
        "Deny",
        ec2::NetworkAclEntry::new(ec2::NetworkAclEntryRequired {
            network_acl_id: vpc.default_network_acl(),
            protocol: -1,
            rule_action: RuleAction::DENY,
            rule_number: 100,
        })
        .cidr_block("192.0.2.0/24"),
    );
    (vpc, subnets)
}

fn task(stack: &mut Stack, inputs: &Inputs) -> Handle<ecs::TaskDefinition> {
    let is_production = &inputs.is_production;
    let name = if_(is_production, sub![pseudo::STACK_NAME, "-assets"], NO_VALUE);
    let bucket = stack.add("Assets", s3::Bucket::new().bucket_name(name));
    let policy = PolicyDocument::new([Statement::allow(["s3:GetObject"]).on([join("", list![bucket.arn(), "/*"])])]);
    let role = iam::Role::new(PolicyDocument::assumed_by("ecs-tasks.amazonaws.com"));
    let role = stack.add("TaskRole", role.policies([iam::role::Policy::new("assets", policy)]));
    stack.add(
        "Hook",
        lambda::Function::new(lambda::function::Code::new().zip_file("…"), &role)
            .description(None::<&str>)
            .architectures([lambda::function::Architecture::ARM64]),
    );
    let log = stack.add("Logs", logs::LogGroup::new().retention_in_days(if_(is_production, 365, 7)));
    let options = [("awslogs-group", log.reference())];
    let container = ContainerDefinition::new("app", join(":", list!["example/shop", &inputs.tag]))
        .port_mappings([PortMapping::new().container_port(8080)])
        .environment([KeyValuePair::new().name("ENV").value(&inputs.environment)])
        .log_configuration(LogConfiguration::new("awslogs").options(options));
    let task = ecs::TaskDefinition::new().family("shop").cpu("256").memory("512").task_role_arn(&role);
    stack.add("Task", task.network_mode(NetworkMode::AWSVPC).container_definitions([container]))
}

fn service(
    stack: &mut Stack,
    inputs: &Inputs,
    vpc: &Handle<ec2::Vpc>,
    subnets: &Vec<Handle<ec2::Subnet>>,
    task: &Handle<ecs::TaskDefinition>,
) {
    let ingress = Ingress::new("tcp").from_port(443).to_port(443).cidr_ip("0.0.0.0/0");
    let web = stack.add("WebSg", ec2::SecurityGroup::new("web").vpc_id(vpc).security_group_ingress([ingress]));
    let cluster = stack.add("Cluster", ecs::Cluster::new());
    let network = service::AwsVpcConfiguration::new().subnets(subnets).security_groups(list![
        &web,
        "sg-0123",
        vpc.default_security_group()
    ]);
    let service = ecs::Service::new()
        .cluster(&cluster)
        .task_definition(task)
        .launch_type(service::LaunchType::FARGATE)
        .desired_count(if_(&inputs.is_production, 2, 1))
        .network_configuration(service::NetworkConfiguration::new().awsvpc_configuration(network))
        .property("NewerProperty", json!({"On": true}));
    stack.add("Service", service);
}
