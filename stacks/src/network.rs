//! The network: one VPC with a public subnet a zone, the security groups, and the endpoints.
//!
//! There is no NAT gateway. Tasks have public addresses, and their security group lets nobody in but the VPC link and
//! the authorizer.

use synth::aws::ec2::{self, security_group::Egress, vpc_endpoint::VpcEndpointType};
use synth::aws::iam::{PolicyDocument, Principal, Statement};
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::bootstrap;
use crate::environment::{self, AuthorizerMode, Environment};
use crate::naming::{self, Names, stack_name};

/// The port that the service listens on.
pub(crate) const SERVICE_PORT: u16 = 8080;

/// What other stacks use of this one.
pub(crate) struct Exports {
    pub(crate) vpc_id: Value<String>,
    /// One for each zone. They are exported apart, since an export that is used cannot change when a zone is added.
    pub(crate) public_subnet_ids: Vec<Value<String>>,
    pub(crate) service_group: Value<String>,
    pub(crate) link_group: Value<String>,
    /// Only where the authorizer asks the service.
    pub(crate) authorizer_group: Option<Value<String>>,
    pub(crate) storage: Storage,
}

/// What the network has for the data.
pub(crate) enum Storage {
    /// Nothing: it is on the task's own disk.
    OwnDisk,
    /// The group of the file system.
    FileSystem { group: Value<String> },
    /// The group of the database, and the ids of its subnets.
    Postgres { group: Value<String>, subnet_ids: Vec<Value<String>> },
}

/// The network of an environment. `interlock` is what the pipeline exports that makes the other stacks.
pub(crate) fn stack(
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    interlock: Option<&Value<String>>,
) -> (Stack, Exports) {
    let (mut stack, names) =
        naming::stack(environment, stack_name::NETWORK, "The network: subnets, security groups, endpoints");
    let mut network = Network::new(&mut stack, &names, bootstrap, interlock);
    for (index, zone) in environment.zones.iter().enumerate() {
        network.public_subnet(index, zone);
    }
    network.layer_endpoint();
    let service = network.service_group();
    let link = network.closed_group("VpcLink", "The VPC link of API Gateway");
    network.allow(&link, &service, SERVICE_PORT, "Requests from API Gateway");
    let storage = match environment.storage() {
        environment::Storage::Ephemeral => Storage::OwnDisk,
        environment::Storage::Efs => network.file_system(&service),
        environment::Storage::Postgres => network.database(&service),
    };
    let authorizer = environment.authorizer;
    let authorizer_group = authorizer.introspects().then(|| network.authorizer_group(&service, authorizer));
    let exports = Exports {
        vpc_id: network.stack.export("VpcId", network.vpc.reference()),
        public_subnet_ids: export_subnets(network.stack, "PublicSubnetId", &network.public_subnets),
        service_group: network.export_group(&service),
        link_group: network.export_group(&link),
        authorizer_group,
        storage,
    };
    (stack, exports)
}

/// A security group and the word for it in the names of its rules.
struct Group {
    name: &'static str,
    handle: Handle<ec2::SecurityGroup>,
}

/// The network in the making.
struct Network<'s> {
    stack: &'s mut Stack,
    names: &'s Names,
    vpc: Handle<ec2::Vpc>,
    public_routes: Handle<ec2::RouteTable>,
    zones: Vec<Value<String>>,
    public_subnets: Vec<Handle<ec2::Subnet>>,
}

impl<'s> Network<'s> {
    fn new(
        stack: &'s mut Stack,
        names: &'s Names,
        bootstrap: &bootstrap::Exports,
        interlock: Option<&Value<String>>,
    ) -> Self {
        // CloudFormation does not delete a stack while another imports from it. The role that deletes this stack, which is the
        // last to go, and the pipeline that made it stay as long.
        let tags = map! {
            "Name" => names.prefixed(""),
            "created-by" => interlock,
            "deployed-with" => &bootstrap.deployment_role_arn,
        };
        let vpc =
            ec2::Vpc::new().cidr_block("10.0.0.0/16").enable_dns_support(true).enable_dns_hostnames(true).tags(tags);
        let vpc = stack.add("Vpc", vpc);

        let gateway = stack.add("InternetGateway", ec2::InternetGateway::new().tags(names.tag("")));
        let attachment = ec2::VpcGatewayAttachment::new(&vpc).internet_gateway_id(&gateway);
        let attachment = stack.add("GatewayAttachment", attachment);

        let routes = stack.add("PublicRouteTable", ec2::RouteTable::new(&vpc).tags(names.tag("-public")));
        let default = ec2::Route::new(&routes).destination_cidr_block("0.0.0.0/0").gateway_id(&gateway);
        let default = stack.add("PublicDefaultRoute", default);
        // A route through a gateway that is not attached yet is refused, and no reference says so.
        stack.resource(&default).depends_on(&attachment);

        Self { stack, names, vpc, public_routes: routes, zones: Vec::new(), public_subnets: Vec::new() }
    }

    #[track_caller]
    fn public_subnet(&mut self, index: usize, zone: &str) {
        let number = index + 1;
        let id = Parameter::string()
            .description("The id of an availability zone, such as use1-az1: ids mean the same zone in every account")
            .pattern("^[a-z]+[0-9]-az[0-9]$")
            .default(zone.to_owned());
        let zone = self.stack.parameter(format!("AzId{number}"), id);
        // Tasks ask for their public address themselves. Nothing else in the subnet gets one by accident.
        let subnet = self.subnet("Public", number, &zone, 32 * index).map_public_ip_on_launch(false);
        let subnet = self.stack.add(format!("PublicSubnet{number}"), subnet);
        let routes = ec2::SubnetRouteTableAssociation::new(&self.public_routes, &subnet);
        self.stack.add(format!("PublicSubnet{number}RouteTableAssociation"), routes);
        self.zones.push(zone);
        self.public_subnets.push(subnet);
    }

    fn subnet(&self, kind: &str, number: usize, zone: &Value<String>, third_byte: usize) -> ec2::Subnet {
        let name = sub![self.names.prefixed("-"), kind.to_lowercase(), "-", number.to_string()];
        ec2::Subnet::new(&self.vpc)
            .cidr_block(format!("10.0.{third_byte}.0/19"))
            .availability_zone_id(zone)
            .tags([("Name", name)])
    }

    /// Images' layers come from S3, and this way to it is free. All requests to S3 from the subnets take it.
    fn layer_endpoint(&mut self) {
        let layers = sub!["arn:", pseudo::PARTITION, ":s3:::prod-", pseudo::REGION, "-starport-layer-bucket/*"];
        let policy =
            PolicyDocument::new([Statement::allow(["s3:GetObject"]).principal(Principal::anyone()).on([layers])]);
        let endpoint = ec2::VpcEndpoint::new(&self.vpc)
            .vpc_endpoint_type(VpcEndpointType::GATEWAY)
            .service_name(sub!["com.amazonaws.", pseudo::REGION, ".s3"])
            .route_table_ids([&self.public_routes])
            .tags(self.names.tag("-s3"))
            .policy_document(policy);
        self.stack.add("S3GatewayEndpoint", endpoint);
    }

    #[track_caller]
    fn group(&mut self, name: &'static str, description: &'static str, egress: Egress) -> Group {
        let group = ec2::SecurityGroup::new(description)
            .vpc_id(&self.vpc)
            .security_group_egress([egress])
            .tags([("Name", sub![self.names.prefixed("-"), name.to_lowercase()])]);
        Group { name, handle: self.stack.add(format!("{name}SecurityGroup"), group) }
    }

    /// The tasks' own group. They have public addresses, and reach AWS's services with them.
    #[track_caller]
    fn service_group(&mut self) -> Group {
        let everywhere = Egress::new("tcp")
            .from_port(443)
            .to_port(443)
            .cidr_ip("0.0.0.0/0")
            .description("The registry, logs, secrets and other services of AWS");
        self.group("Service", "The tasks of the service", everywhere)
    }

    /// A group that reaches nothing but what its rules name.
    #[track_caller]
    fn closed_group(&mut self, name: &'static str, description: &'static str) -> Group {
        self.group(name, description, Egress::to_nowhere())
    }

    #[track_caller]
    fn allow(&mut self, from: &Group, to: &Group, port: u16, description: &'static str) {
        let (egress, ingress) = from.handle.connection_to(&to.handle, port, description);
        self.stack.add(format!("{}IngressFrom{}", to.name, from.name), ingress);
        self.stack.add(format!("{}EgressTo{}", from.name, to.name), egress);
    }

    fn export_group(&mut self, group: &Group) -> Value<String> {
        self.stack.export(format!("{}SecurityGroupId", group.name), group.handle.group_id())
    }

    fn authorizer_group(&mut self, service: &Group, mode: AuthorizerMode) -> Value<String> {
        let authorizer = self.closed_group("Authorizer", "The function of the authorizer");
        self.allow(&authorizer, service, SERVICE_PORT, "The authorizer asks the service about a token");
        if mode == AuthorizerMode::IntrospectApi {
            self.discovery_endpoint(&authorizer);
        }
        self.export_group(&authorizer)
    }

    /// The way from the authorizer to Cloud Map's API, since a function in a public subnet has no public address.
    fn discovery_endpoint(&mut self, authorizer: &Group) {
        let group = self.closed_group("Endpoint", "The endpoint of Cloud Map");
        self.allow(authorizer, &group, 443, "The authorizer looks up the service");
        let discover = Statement::allow(["servicediscovery:DiscoverInstances"])
            .principal(Principal::anyone())
            .on_everything()
            .condition("StringEquals", "aws:PrincipalAccount", pseudo::ACCOUNT_ID);
        let endpoint = ec2::VpcEndpoint::new(&self.vpc)
            .vpc_endpoint_type(VpcEndpointType::INTERFACE)
            .service_name(sub!["com.amazonaws.", pseudo::REGION, ".data-servicediscovery"])
            .private_dns_enabled(true)
            .subnet_ids(&self.public_subnets)
            .security_group_ids([&group.handle])
            .tags(self.names.tag("-discovery"))
            .policy_document(PolicyDocument::new([discover]));
        self.stack.add("DiscoveryEndpoint", endpoint);
    }

    fn file_system(&mut self, service: &Group) -> Storage {
        let group = self.closed_group("FileSystem", "The file system");
        self.allow(service, &group, 2049, "The service mounts the file system");
        Storage::FileSystem { group: self.export_group(&group) }
    }

    /// Subnets that nothing outside the VPC can reach, and the group of the database in them.
    fn database(&mut self, service: &Group) -> Storage {
        let group = self.closed_group("Database", "The database");
        self.allow(service, &group, 5432, "The service uses the database");
        let routes = ec2::RouteTable::new(&self.vpc).tags(self.names.tag("-isolated"));
        let routes = self.stack.add("IsolatedRouteTable", routes);
        let mut subnets = Vec::new();
        for (index, zone) in self.zones.clone().iter().enumerate() {
            let number = index + 1;
            let subnet = self.subnet("Isolated", number, zone, 128 + 32 * index);
            let subnet = self.stack.add(format!("IsolatedSubnet{number}"), subnet);
            let association = ec2::SubnetRouteTableAssociation::new(&routes, &subnet);
            self.stack.add(format!("IsolatedSubnet{number}RouteTableAssociation"), association);
            subnets.push(subnet);
        }
        Storage::Postgres {
            group: self.export_group(&group),
            subnet_ids: export_subnets(self.stack, "IsolatedSubnetId", &subnets),
        }
    }
}

fn export_subnets(stack: &mut Stack, name: &str, subnets: &[Handle<ec2::Subnet>]) -> Vec<Value<String>> {
    let numbered = subnets.iter().zip(1..);
    numbered.map(|(subnet, number)| stack.export(format!("{name}{number}"), subnet.reference())).collect()
}
