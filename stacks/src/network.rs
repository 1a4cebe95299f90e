//! The network: one VPC with a public subnet a zone, the security groups, and the endpoints.
//!
//! There is no NAT gateway. Tasks have public addresses, and their security group lets nobody in but the VPC link and
//! the authorizer.

use synth::aws::ec2::security_group::Egress;
use synth::aws::ec2::{self, vpc_endpoint::VpcEndpointType};
use synth::aws::iam::{PolicyDocument, Principal, Statement};
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::environment::{AuthorizerMode, Environment, Storage};
use crate::naming::{self, Names};

/// The port that the service listens on.
const SERVICE_PORT: i64 = 8080;

/// The network of an environment.
pub(crate) fn stack(environment: &Environment) -> Stack {
    let (mut stack, names) = naming::stack(environment, "network", "The network: subnets, security groups, endpoints");
    let mut network = Network::new(&mut stack, &names, environment.pipelines);
    for (index, zone) in environment.zones.iter().enumerate() {
        network.public_subnet(index, zone);
    }
    network.layer_endpoint();
    let groups = Groups::new(&mut network);
    match environment.storage() {
        Storage::Ephemeral => {}
        Storage::Efs => network.file_system_group(&groups),
        Storage::Postgres => network.database(&groups),
    }
    if environment.authorizer.introspects() {
        network.authorizer_group(&groups, environment.authorizer);
    }
    network.exports(&groups);
    stack
}

/// A security group and the word for it in the names of its rules.
struct Group {
    name: &'static str,
    handle: Handle<ec2::SecurityGroup>,
}

/// The groups that every environment has.
struct Groups {
    service: Group,
    link: Group,
}

impl Groups {
    fn new(network: &mut Network<'_>) -> Self {
        let everywhere = Egress::new("tcp")
            .from_port(443)
            .to_port(443)
            .cidr_ip("0.0.0.0/0")
            .description("The registry, logs, secrets and other services of AWS");
        let service = network.group("Service", "The tasks of the service", everywhere);
        let link = network.closed_group("VpcLink", "The VPC link of API Gateway");
        network.allow(&link, &service, SERVICE_PORT, "Requests from API Gateway");
        Self { service, link }
    }
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
    fn new(stack: &'s mut Stack, names: &'s Names, pipelines: bool) -> Self {
        // Without the import nothing keeps the pipeline, which made this stack, from being deleted before it.
        let creator = pipelines.then(|| import_value(names.prefixed(":create:Interlock")));
        let vpc = ec2::Vpc::new()
            .cidr_block("10.0.0.0/16")
            .enable_dns_support(true)
            .enable_dns_hostnames(true)
            .tags(map! { "Name" => names.prefixed(""), "created-by" => creator });
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

    /// A group that reaches nothing but what its rules name. Without a rule of its own AWS would let it reach everything.
    #[track_caller]
    fn closed_group(&mut self, name: &'static str, description: &'static str) -> Group {
        let nowhere =
            Egress::new("-1").cidr_ip("127.0.0.1/32").description("Nothing: takes the place of AWS's allow-all rule");
        self.group(name, description, nowhere)
    }

    /// Both sides of a connection. The rules are resources of their own, since groups that name each other are a circle.
    #[track_caller]
    fn allow(&mut self, from: &Group, to: &Group, port: i64, description: &'static str) {
        let ingress = ec2::SecurityGroupIngress::new("tcp")
            .group_id(&to.handle)
            .source_security_group_id(&from.handle)
            .from_port(port)
            .to_port(port)
            .description(description);
        let egress = ec2::SecurityGroupEgress::new(&from.handle, "tcp")
            .destination_security_group_id(&to.handle)
            .from_port(port)
            .to_port(port)
            .description(description);
        self.stack.add(format!("{}IngressFrom{}", to.name, from.name), ingress);
        self.stack.add(format!("{}EgressTo{}", from.name, to.name), egress);
    }

    fn authorizer_group(&mut self, groups: &Groups, mode: AuthorizerMode) {
        let authorizer = self.closed_group("Authorizer", "The function of the authorizer");
        self.allow(&authorizer, &groups.service, SERVICE_PORT, "The authorizer asks the service about a token");
        if mode == AuthorizerMode::IntrospectApi {
            self.discovery_endpoint(&authorizer);
        }
        self.stack.export("AuthorizerSecurityGroupId", authorizer.handle.group_id());
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

    fn file_system_group(&mut self, groups: &Groups) {
        let group = self.closed_group("FileSystem", "The file system");
        self.allow(&groups.service, &group, 2049, "The service mounts the file system");
        self.stack.export("FileSystemSecurityGroupId", group.handle.group_id());
    }

    /// Subnets that nothing outside the VPC can reach, and the group of the database in them.
    fn database(&mut self, groups: &Groups) {
        let group = self.closed_group("Database", "The database");
        self.allow(&groups.service, &group, 5432, "The service uses the database");
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
        self.stack.export("DatabaseSecurityGroupId", group.handle.group_id());
        self.stack.export("IsolatedSubnetIds", ids(&subnets));
    }

    fn exports(&mut self, groups: &Groups) {
        self.stack.export("VpcId", self.vpc.reference());
        self.stack.export("PublicSubnetIds", ids(&self.public_subnets));
        self.stack.export("ServiceSecurityGroupId", groups.service.handle.group_id());
        self.stack.export("VpcLinkSecurityGroupId", groups.link.handle.group_id());
    }
}

/// The ids of subnets with commas between them, as exports carry a list.
fn ids(subnets: &[Handle<ec2::Subnet>]) -> Value<String> {
    join(",", subnets.iter().map(Handle::reference).collect::<Value<List<String>>>())
}
