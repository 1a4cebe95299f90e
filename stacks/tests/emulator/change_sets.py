"""Which change sets the service makes, of which stack, and in whose role it executes them."""

import re

from ministack.services import cloudformation, iam
from ministack.services.cloudformation import changesets, handlers, helpers

ACTIONS = cloudformation._ACTION_HANDLERS
UPDATABLE = [f"{state}_COMPLETE" for state in ("CREATE", "UPDATE", "UPDATE_ROLLBACK", "IMPORT", "IMPORT_ROLLBACK")]


def create_change_set(params, create=ACTIONS["CreateChangeSet"]):
    """The role must be there; CloudFormation remembers it once the change set is executed."""
    role, token = helpers._p(params, "RoleARN"), helpers._p(params, "ClientToken")
    if message := lost(role):
        return helpers._error("ValidationError", message)
    name, stack = helpers._p(params, "ChangeSetName"), handlers._resolve_stack(helpers._p(params, "StackName"))
    if stack:
        _, there = changesets._find_change_set(name, stack["StackName"])
        if there and token and there.get("_token") == token:
            return there["_answer"]
        if message := refusal(stack, name, helpers._p(params, "ChangeSetType", "UPDATE") == "CREATE"):
            return helpers._error("ValidationError", message)
    answer = in_the_same_stack(stack, create(params)) if stack else create(params)
    found = re.search(rb"<Id>(.*?)</Id>", answer[2])
    if found:
        more = {"_role": role, "_token": token, "_answer": answer}
        cloudformation._change_sets[found[1].decode()].update(more)
    return answer


def lost(role):
    """What AWS says of a role that is not there, or that CloudFormation may not assume."""
    there = next((known for known in iam._roles.values() if known["Arn"] == role), None)
    if not role or (there and "cloudformation.amazonaws.com" in str(there["AssumeRolePolicyDocument"])):
        return None
    return f"Role {role} is invalid or cannot be assumed"


def refusal(stack, name, creates):
    """What AWS says to the making of a change set, by the stack's state."""
    status = stack["StackStatus"]
    if creates and status not in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
        return f"Stack [{stack['StackName']}] already exists and cannot be created again with the changeSet [{name}]."
    if not creates and status not in (*UPDATABLE, "DELETE_COMPLETE"):
        return f"Stack:{stack['StackId']} is in {status} state and can not be updated."
    return None


def in_the_same_stack(stack, answer):
    """A second change set to make a stack is one of the same stack. The emulator makes another, in its place."""
    if stack["StackStatus"] != "REVIEW_IN_PROGRESS":
        return answer
    made = cloudformation._stacks.get(stack["StackName"])
    cloudformation._stacks[stack["StackName"]] = stack
    if made is None or made is stack:
        return answer
    cloudformation._stack_events.pop(made["StackId"], None)
    stack["Tags"] = made["Tags"]
    for change_set in cloudformation._change_sets.values():
        if change_set["StackId"] == made["StackId"]:
            change_set["StackId"] = stack["StackId"]
    return (*answer[:2], answer[2].replace(made["StackId"].encode(), stack["StackId"].encode()))


def execute_change_set(params, execute=ACTIONS["ExecuteChangeSet"]):
    _, change_set = changesets._find_change_set(helpers._p(params, "ChangeSetName"), helpers._p(params, "StackName"))
    answer = execute(params)
    role = change_set and change_set.get("_role")
    if role and answer[0] == 200:
        cloudformation._stacks[change_set["StackName"]]["_role"] = role
    return answer


def describe_stacks(params, describe=ACTIONS["DescribeStacks"]):
    status, headers, body = describe(params)
    for stack in cloudformation._stacks.values():
        end = f"{stack['StackId']}</StackId>".encode()
        body = body.replace(end, end + f"<RoleARN>{stack['_role']}</RoleARN>".encode()) if "_role" in stack else body
        for key, value in stack.get("_resolved_params", {}).items():
            body = by_its_name(body, key, value) if "SsmName" in value else body
    return status, headers, body


def by_its_name(body, key, value):
    """A parameter of Systems Manager is shown by its name and its value. The emulator shows the value alone."""
    shown = f"<ParameterKey>{key}</ParameterKey>", f"<ParameterValue>{helpers._esc(value['Value'])}</ParameterValue>"
    name = f"<ParameterValue>{value['SsmName']}</ParameterValue>"
    return body.replace("".join(shown).encode(), f"{shown[0]}{name}<ResolvedValue>{helpers._esc(value['Value'])}</ResolvedValue>".encode())


def create_stack(params, create=ACTIONS["CreateStack"]):
    role = helpers._p(params, "RoleARN")
    if message := lost(role):
        return helpers._error("ValidationError", message)
    answer = create(params)
    if role and answer[0] == 200:
        cloudformation._stacks[helpers._p(params, "StackName")]["_role"] = role
    return answer


def update_stack(params, update=ACTIONS["UpdateStack"]):
    stack = handlers._resolve_stack(helpers._p(params, "StackName"))
    message = stack and refusal(stack, None, creates=False)
    return helpers._error("ValidationError", message) if message else update(params)


def list_change_sets(params, listed=ACTIONS["ListChangeSets"]):
    """Of a stack by its name or its ARN. The emulator knows the name alone."""
    stack = handlers._resolve_stack(helpers._p(params, "StackName"))
    return listed({**params, "StackName": [stack["StackName"]]} if stack else params)


ACTIONS.update(CreateChangeSet=create_change_set, ExecuteChangeSet=execute_change_set)
ACTIONS.update(CreateStack=create_stack, UpdateStack=update_stack)
ACTIONS.update(DescribeStacks=describe_stacks, ListChangeSets=list_change_sets)
