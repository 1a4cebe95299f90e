"""What there is at an endpoint of AWS: `standing.py ENDPOINT`, for the Python that has the AWS CLI, whose library it uses."""

import json
import sys

import botocore.session
import jmespath

LISTS = [
    ("apigatewayv2", "get_apis", "Items[].ApiId"),
    ("cloudformation", "describe_stacks", "Stacks[].StackName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName"),
    ("codebuild", "list_projects", "projects"),
    ("ec2", "describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces[].NetworkInterfaceId"),
    ("ec2", "describe_route_tables", "RouteTables[].RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups[].GroupId"),
    ("ec2", "describe_subnets", "Subnets[].SubnetId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints[].VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs[].VpcId"),
    ("ecr", "describe_repositories", "repositories[].repositoryName"),
    ("ecs", "list_clusters", "clusterArns"),
    ("ecs", "list_task_definitions", "taskDefinitionArns", {"status": "ACTIVE"}),
    ("efs", "describe_file_systems", "FileSystems[].FileSystemId"),
    ("events", "list_rules", "Rules[].Name"),
    ("iam", "list_roles", "Roles[].RoleName"),
    ("lambda", "list_functions", "Functions[].FunctionName"),
    ("logs", "describe_log_groups", "logGroups[].logGroupName"),
    ("rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier"),
    ("rds", "describe_db_parameter_groups", "DBParameterGroups[].DBParameterGroupName"),
    ("rds", "describe_db_snapshots", "DBSnapshots[].DBSnapshotIdentifier"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups[].DBSubnetGroupName"),
    ("s3", "list_buckets", "Buckets[].Name"),
    ("secretsmanager", "list_secrets", "SecretList[].Name"),
    ("servicediscovery", "list_namespaces", "Namespaces[].Name"),
    ("servicediscovery", "list_services", "Services[].Name"),
    ("ssm", "describe_parameters", "Parameters[].Name"),
]


def main():
    session, clients, found = botocore.session.get_session(), {}, []
    for service, operation, path, *arguments in LISTS:
        client = clients.get(service) or session.create_client(service, "us-east-1", endpoint_url=sys.argv[1])
        clients[service] = client
        pages = client.get_paginator(operation) if client.can_paginate(operation) else None
        pages = pages.paginate(**dict(*arguments)) if pages else [getattr(client, operation)(**dict(*arguments))]
        names = [name for page in pages for name in jmespath.search(path, page) or []]
        found += [f"{service} {operation} {name}" for name in names]
    json.dump(found, sys.stdout)


main()
