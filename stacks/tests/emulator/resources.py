"""Resource types that the emulator lacks, and what it lets pass with others."""

import json
import uuid

from ministack.services import cloudcontrol, ecs, efs, iam, rds, s3
from ministack.services.cloudformation import provisioners

import images

HANDLERS = provisioners._RESOURCE_HANDLERS
EC2 = provisioners._ec2
# What there is of types that the emulator lacks altogether: properties by name.
OPAQUE = {}


def security_group_rule(direction):
    rules, peer = {
        "ingress": ("IpPermissions", "SourceSecurityGroupId"),
        "egress": ("IpPermissionsEgress", "DestinationSecurityGroupId"),
    }[direction]

    def create(logical_id, properties, stack):
        EC2._security_groups[properties["GroupId"]][rules].append({
            "IpProtocol": properties["IpProtocol"],
            "FromPort": properties.get("FromPort"),
            "ToPort": properties.get("ToPort"),
            "IpRanges": [{"CidrIp": properties["CidrIp"]}] if "CidrIp" in properties else [],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [{"GroupId": properties[peer]}] if peer in properties else [],
        })
        return "sgr-" + uuid.uuid4().hex[:17], {}

    def delete(physical_id, properties):
        group = EC2._security_groups.get(properties.get("GroupId"))
        if group:
            group[rules] = [r for r in group[rules] if r.get("FromPort") != properties.get("FromPort")]

    return {"create": create, "delete": delete}


def opaque(kind, physical_id, attributes=lambda physical_id, properties: {}):
    """A type of which nothing is known but what there is."""

    def create(logical_id, properties, stack):
        made = physical_id(properties)
        OPAQUE[made] = {**properties, "Type": kind}
        return made, attributes(made, properties)

    HANDLERS[kind] = {"create": create, "delete": lambda physical_id, properties: OPAQUE.pop(physical_id, None)}


def connection_arn(_):
    return f"arn:aws:codeconnections:us-east-1:000000000000:connection/{uuid.uuid4()}"


HANDLERS["AWS::EC2::SecurityGroupIngress"] = security_group_rule("ingress")
HANDLERS["AWS::EC2::SecurityGroupEgress"] = security_group_rule("egress")
opaque(
    "AWS::ApplicationAutoScaling::ScalableTarget",
    lambda properties: f"{properties['ResourceId']}|{properties['ScalableDimension']}|ecs",
    lambda name, _: {"Id": name},
)
opaque("AWS::ApplicationAutoScaling::ScalingPolicy", lambda properties: f"{properties['PolicyName']}|{uuid.uuid4()}")
opaque("AWS::IAM::RolePolicy", lambda properties: f"{properties['PolicyName']}|{properties['RoleName']}")
opaque("AWS::ApiGatewayV2::VpcLink", lambda _: "vl-" + uuid.uuid4().hex[:8])
opaque("AWS::CodeConnections::Connection", connection_arn, lambda arn, _: {"ConnectionArn": arn, "ConnectionStatus": "PENDING"})
opaque("AWS::CodePipeline::Pipeline", lambda properties: properties["Name"], lambda name, _: {"Version": "1"})

create_vpc = HANDLERS["AWS::EC2::VPC"]["create"]


def vpc_with_cidr(logical_id, properties, stack, *rest, **named):
    made = create_vpc(logical_id, properties, stack, *rest, **named)
    made[1]["CidrBlock"] = properties["CidrBlock"]
    return made


HANDLERS["AWS::EC2::VPC"] = {**HANDLERS["AWS::EC2::VPC"], "create": vpc_with_cidr}

create_ecs_service, update_ecs_service = (HANDLERS["AWS::ECS::Service"][verb] for verb in ("create", "update"))


def with_number(properties):
    """A Ref to a Number parameter arrives as text; the emulator calculates with it."""
    return {**properties, "DesiredCount": int(properties["DesiredCount"])} if "DesiredCount" in properties else properties


def with_registries(made, properties):
    """The emulator forgets where a service registers."""
    registries = provisioners._pascal_to_camel(properties.get("ServiceRegistries") or [])
    for service in ecs._services.values():
        if service["serviceArn"] == made[0]:
            service["serviceRegistries"] = registries
    return made


def ecs_service(logical_id, properties, stack, *rest, **named):
    return with_registries(create_ecs_service(logical_id, with_number(properties), stack, *rest, **named), properties)


def changed_ecs_service(physical_id, before, properties, stack, *rest, **named):
    arguments = (with_number(before), with_number(properties), stack)
    return with_registries(update_ecs_service(physical_id, *arguments, *rest, **named), properties)


HANDLERS["AWS::ECS::Service"] = {**HANDLERS["AWS::ECS::Service"], "create": ecs_service, "update": changed_ecs_service}


def only_empty(kind, reason):
    """Has the deletion fail of what has something in it, or is held otherwise."""
    delete = HANDLERS[kind]["delete"]

    def delete_empty(physical_id, properties, *rest, **named):
        if message := reason(physical_id, properties):
            raise RuntimeError(f'Resource handler returned message: "{message}"')
        return delete(physical_id, properties, *rest, **named)

    HANDLERS[kind] = {**HANDLERS[kind], "delete": delete_empty}


def in_bucket(name, _):
    bucket = s3._buckets.get(name)
    if bucket and (bucket["objects"] or s3._bucket_has_versions(name)):
        return "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)"
    return None


def in_repository(name, properties):
    if not images.REGISTRY or str(properties.get("EmptyOnDelete")).lower() == "true":
        return None
    place = f"The repository with name '{name}' in registry with id '000000000000'"
    return f"{place} cannot be deleted because it still contains images (Service: Ecr, Status Code: 400)" if images.digests(name) else None


def protected(name, _):
    """The template says so, or somebody has since."""
    is_protected = rds._instances.get(name, {}).get("DeletionProtection")
    return "Cannot delete protected DB Instance, please disable deletion protection and try again." if is_protected else None


only_empty("AWS::RDS::DBInstance", protected)
only_empty("AWS::S3::Bucket", in_bucket)
only_empty("AWS::ECR::Repository", in_repository)


def role(name):
    known = iam._roles.get(name)
    trust = known and json.loads(known["AssumeRolePolicyDocument"])
    return known and {"RoleName": name, "Arn": known["Arn"], "AssumeRolePolicyDocument": trust}


def file_system(name):
    return {"FileSystemId": name} if name in efs._file_systems else None


KNOWN = {"AWS::IAM::Role": role, "AWS::EFS::FileSystem": file_system}


def described(data):
    """What there is of a few types, whoever made it. Of the others it says nothing."""
    kind, name = data["TypeName"], data["Identifier"]
    if kind not in KNOWN:
        return cloudcontrol.error_response_json("UnsupportedActionException", f"Resource type {kind} does not support READ action", 400)
    if not (properties := KNOWN[kind](name)):
        missing = f"Resource of type '{kind}' with identifier '{name}' was not found."
        return cloudcontrol.error_response_json("ResourceNotFoundException", missing, 400)
    description = {"Identifier": name, "Properties": json.dumps(properties)}
    return cloudcontrol.json_response({"TypeName": kind, "ResourceDescription": description})


cloudcontrol._get_resource = described
