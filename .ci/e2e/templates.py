"""Makes the stacks that `synth` has written: `templates.py ENDPOINT FOLDER`, for the Python that has the AWS CLI, by its library.

The order, the parameters and the protection are those of the manifest. Parameters without a value get one that is made up.
"""

import json
import pathlib
import sys
import time

import botocore.session

ARCHIVE = f"lambda/authorizer/{'0' * 64}.zip"
MADE_UP = {"CodeKey": ARCHIVE, "ImageUri": f"000000000000.dkr.ecr.us-east-1.amazonaws.com/made-up@sha256:{'0' * 64}"}


def main():
    folder, session = pathlib.Path(sys.argv[2]), botocore.session.get_session()
    cloudformation, s3 = (session.create_client(name, "us-east-1", endpoint_url=sys.argv[1]) for name in ("cloudformation", "s3"))
    outputs = {}
    for stack in json.loads((folder / "manifest.json").read_text())["stacks"]:
        # A person makes the pipelines; what they deploy has a role.
        deployed = "CfnExecRoleArn" in outputs and not stack["name"].startswith("pipeline-")
        role = {"RoleARN": outputs["CfnExecRoleArn"]} if deployed else {}
        cloudformation.create_stack(**request(stack, folder), **role)
        made = ended(cloudformation, stack["stackName"])
        assert made["StackStatus"] == "CREATE_COMPLETE", reasons(cloudformation, made)
        outputs |= {output["OutputKey"]: output["OutputValue"] for output in made.get("Outputs", [])}
        if stack["name"] == "bootstrap":
            s3.put_object(Bucket=outputs["ArtifactBucketName"], Key=ARCHIVE, Body=b"made up")


def request(stack, folder):
    values = {own["name"]: own["value"] or MADE_UP[own["name"]] for own in stack["parameters"]}
    return {
        "StackName": stack["stackName"],
        "TemplateBody": (folder / stack["template"]).read_text(),
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "EnableTerminationProtection": stack["terminationProtection"],
    }


def ended(cloudformation, name):
    while True:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(0.05)


def reasons(cloudformation, stack):
    events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    failed = [own for own in events if "FAILED" in own["ResourceStatus"]]
    return stack["StackName"], [(own["LogicalResourceId"], own.get("ResourceStatusReason")) for own in failed]


main()
