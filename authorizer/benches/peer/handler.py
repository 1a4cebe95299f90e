"""An authorizer in Python that works like the reference system's: Cloud Map's API for each request, then the service."""

import os
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

CLIENT = boto3.client(
    "servicediscovery",
    endpoint_url=os.environ["ENDPOINT_URL"],
    config=Config(inject_host_prefix=False),
)


def handler(event, _context):
    token = event["headers"]["authorization"]
    instances = CLIENT.discover_instances(
        NamespaceName=os.environ["DISCOVERY_NAMESPACE"], ServiceName=os.environ["DISCOVERY_SERVICE"]
    )["Instances"]
    attributes = instances[0]["Attributes"]
    address = f"http://{attributes['AWS_INSTANCE_IPV4']}:{attributes['AWS_INSTANCE_PORT']}/auth/check_token"
    request = urllib.request.Request(address, headers={"Authorization": token})
    try:
        with urllib.request.urlopen(request, timeout=3) as response:
            return {"isAuthorized": response.status == 200}
    except urllib.error.HTTPError:
        return {"isAuthorized": False}
