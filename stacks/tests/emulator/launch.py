#!/usr/bin/env python3
"""Start MiniStack on 127.0.0.1 with what this project's stacks need and it lacks.

    python3 -m venv V && V/bin/pip install -r .ci/emulator.txt   # exactly these versions: private names are patched
    AUTH=true V/bin/python launch.py PORT [CONTROL.json]

AUTH=true makes it check capabilities. REGISTRY=http://127.0.0.1:PORT is where images are pushed to. `curl -XPOST 127.0.0.1:PORT/_ministack/reset` empties it between tests.

Added: five resource types (SecurityGroupIngress, SecurityGroupEgress, VpcLink as an opaque id, CodeConnections
connection, CodePipeline pipeline), the CidrBlock attribute of a VPC, an ECS service's DesiredCount from a parameter,
RoleARN, which must be there and is remembered, and asynchronous operations, so that the *_IN_PROGRESS states can be seen.

CONTROL.json (read again before every step; a missing file means no faults):
    {"delay": 0.2,                                                     seconds before each operation starts
     "AWS::ECS::Service:create": {"fail": "reason", "after": 0}}       fail from the (after+1)th call on
"""
import asyncio
import json
import os
import re
import sys
import uuid

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.services import cloudformation, ecr, iam
from ministack.services.cloudformation import changesets, helpers, provisioners, stacks

PORT = sys.argv[1]
CONTROL = sys.argv[2] if len(sys.argv) > 2 else None
HANDLERS = provisioners._RESOURCE_HANDLERS
EC2 = provisioners._ec2


def control():
    try:
        with open(CONTROL) as file:
            return json.load(file)
    except (TypeError, OSError, ValueError):
        return {}


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


def opaque(physical_id, attributes=lambda physical_id, properties: {}):
    def create(logical_id, properties, stack):
        made = physical_id(properties)
        return made, attributes(made, properties)

    return {"create": create, "delete": lambda physical_id, properties: None}


def connection_arn(_):
    return f"arn:aws:codeconnections:us-east-1:000000000000:connection/{uuid.uuid4()}"


HANDLERS["AWS::EC2::SecurityGroupIngress"] = security_group_rule("ingress")
HANDLERS["AWS::EC2::SecurityGroupEgress"] = security_group_rule("egress")
HANDLERS["AWS::ApiGatewayV2::VpcLink"] = opaque(lambda _: "vl-" + uuid.uuid4().hex[:8])
HANDLERS["AWS::CodeConnections::Connection"] = opaque(
    connection_arn, lambda arn, _: {"ConnectionArn": arn, "ConnectionStatus": "PENDING"})
HANDLERS["AWS::CodePipeline::Pipeline"] = opaque(lambda p: p["Name"], lambda name, _: {"Version": "1"})

create_vpc = HANDLERS["AWS::EC2::VPC"]["create"]


def vpc_with_cidr(logical_id, properties, stack, *rest, **named):
    made = create_vpc(logical_id, properties, stack, *rest, **named)
    made[1]["CidrBlock"] = properties["CidrBlock"]
    return made


HANDLERS["AWS::EC2::VPC"] = {**HANDLERS["AWS::EC2::VPC"], "create": vpc_with_cidr}

create_ecs_service = HANDLERS["AWS::ECS::Service"]["create"]


def ecs_service_with_number(logical_id, properties, stack, *rest, **named):
    # A Ref to a Number parameter arrives as text; the emulator calculates with it.
    if "DesiredCount" in properties:
        properties = {**properties, "DesiredCount": int(properties["DesiredCount"])}
    return create_ecs_service(logical_id, properties, stack, *rest, **named)


HANDLERS["AWS::ECS::Service"] = {**HANDLERS["AWS::ECS::Service"], "create": ecs_service_with_number}

ACTIONS = cloudformation._ACTION_HANDLERS
change_set_roles = {}


def create_change_set(params, create=ACTIONS["CreateChangeSet"]):
    """The role must be there; CloudFormation remembers it once the change set is executed."""
    role = helpers._p(params, "RoleARN")
    if role and role not in {known["Arn"] for known in iam._roles.values()}:
        return helpers._error("ValidationError", f"Role {role} is invalid or cannot be assumed")
    answer = create(params)
    found = re.search(rb"<Id>(.*?)</Id>", answer[2])
    if role and found:
        change_set_roles[found[1].decode()] = role
    return answer


def execute_change_set(params, execute=ACTIONS["ExecuteChangeSet"]):
    _, change_set = changesets._find_change_set(helpers._p(params, "ChangeSetName"), helpers._p(params, "StackName"))
    answer = execute(params)
    role = change_set and change_set_roles.get(change_set["ChangeSetId"])
    if role and answer[0] == 200:
        cloudformation._stacks[change_set["StackName"]]["_role"] = role
    return answer


def describe_stacks(params, describe=ACTIONS["DescribeStacks"]):
    status, headers, body = describe(params)
    for stack in cloudformation._stacks.values():
        end = f"{stack['StackId']}</StackId>".encode()
        body = body.replace(end, end + f"<RoleARN>{stack['_role']}</RoleARN>".encode()) if "_role" in stack else body
    return status, headers, body


ACTIONS.update(CreateChangeSet=create_change_set, ExecuteChangeSet=execute_change_set, DescribeStacks=describe_stacks)

if "REGISTRY" in os.environ:
    authorize = ecr._get_authorization_token

    def authorize_for_registry(data):
        status, headers, body = authorize(data)
        token = json.loads(body)
        token["authorizationData"][0]["proxyEndpoint"] = os.environ["REGISTRY"]
        return status, headers, json.dumps(token).encode()

    ecr._get_authorization_token = authorize_for_registry

calls = {}


def faulty(step, handler):
    def handle(*rest, **named):
        fault = control().get(step, {})
        calls[step] = calls.get(step, 0) + 1
        if fault.get("fail") and calls[step] > fault.get("after", 0):
            raise RuntimeError(fault["fail"])
        return handler(*rest, **named)

    return handle


for kind, verbs in list(HANDLERS.items()):
    HANDLERS[kind] = {v: faulty(f"{kind}:{v}", h) if callable(h) else h for v, h in verbs.items()}

run_operation = stacks.run_reentrant


async def delayed(*rest, **named):
    await asyncio.sleep(control().get("delay", 0))
    return await run_operation(*rest, **named)


stacks.run_reentrant = delayed
stacks._runs_on_worker_thread = lambda _: True

config = Config()
config.bind = [f"127.0.0.1:{PORT}"]
asyncio.run(serve(app.app, config))
