"""Network interfaces that AWS takes back some time after what used them is gone. Until then they hold what they are in."""

import time
import uuid

from ministack.services import ec2

from resources import only_empty

KINDS = {"AWS::Lambda::Function": "lambda", "AWS::ApiGatewayV2::VpcLink": "api_gateway_managed"}
FILTERS = {"vpc-id": "VpcId", "subnet-id": "SubnetId", "interface-type": "InterfaceType", "status": "Status"}


def stay(kind, properties, seconds):
    """Leaves some for so long, from when they are first looked at: no check depends on how fast others are."""
    network = properties.get("VpcConfig", properties)
    for subnet in network.get("SubnetIds", []):
        name, groups = f"eni-{uuid.uuid4().hex[:17]}", network.get("SecurityGroupIds", [])
        ec2._network_interfaces[name] = {
            "NetworkInterfaceId": name,
            "SubnetId": subnet,
            "VpcId": ec2._subnets[subnet]["VpcId"],
            "Description": f"of what was an {kind}",
            "OwnerId": "000000000000",
            "Status": "available",
            "PrivateIpAddress": "10.0.0.200",
            "InterfaceType": KINDS[kind],
            "MacAddress": "02:00:00:00:00:01",
            "Groups": [{"GroupId": group, "GroupName": group} for group in groups],
            "_seconds": seconds,
        }


def there():
    """The interfaces that are there by now."""
    now = time.monotonic()
    for name, own in list(ec2._network_interfaces.items()):
        if now > own.setdefault("_end", now + own.get("_seconds", float("inf"))):
            del ec2._network_interfaces[name]
    return list(ec2._network_interfaces.values())


def filters(params):
    """By name; the emulator leaves them out of account."""
    found, number = {}, 1
    while name := ec2._p(params, f"Filter.{number}.Name"):
        prefix = f"Filter.{number}.Value."
        found[name] = {value[0] for key, value in params.items() if key.startswith(prefix)}
        number += 1
    return found


def describe(params):
    ids = ec2._parse_member_list(params, "NetworkInterfaceId")
    found = [own for own in there() if not ids or own["NetworkInterfaceId"] in ids]
    for name, values in filters(params).items():
        found = [own for own in found if own[FILTERS[name]] in values]
    items = "".join(map(ec2._eni_fields_xml, found))
    return ec2._xml(200, "DescribeNetworkInterfacesResponse", f"<networkInterfaceSet>{items}</networkInterfaceSet>")


def refusal(words):
    """What AWS says to the deletion of what an interface is in."""

    def places(own):
        return own["VpcId"], own["SubnetId"], *(group["GroupId"] for group in own["Groups"])

    def reason(physical_id, _):
        held = any(physical_id in places(own) for own in there())
        return f"{words.format(physical_id)} (Service: Ec2, Status Code: 400)" if held else None

    return reason


ec2._ACTION_MAP["DescribeNetworkInterfaces"] = describe
only_empty("AWS::EC2::VPC", refusal("The vpc '{}' has dependencies and cannot be deleted."))
only_empty("AWS::EC2::Subnet", refusal("The subnet '{}' has dependencies and cannot be deleted."))
only_empty("AWS::EC2::SecurityGroup", refusal("resource {} has a dependent object"))
