"""Whom AWS lets delete a stack or take an update back, and what becomes of resources for which that fails."""

import contextvars

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, helpers, stacks

import change_sets
import exports

ACTIONS = cloudformation._ACTION_HANDLERS
# Whether what is done takes back an update.
REVERTING = contextvars.ContextVar("reverting", default=False)


def in_a_role(act, refusal):
    """With the role that is given, which is then remembered, or the stack's own; `refusal` says what else is in the way."""

    def handle(params):
        stack, role = handlers._resolve_stack(helpers._p(params, "StackName")), helpers._p(params, "RoleARN")
        if not stack or stack["StackStatus"] == "DELETE_COMPLETE":
            return act(params)
        if message := refusal(stack, params) or change_sets.lost(role or stack.get("_role")):
            return helpers._error("ValidationError", message)
        answer = act(params)
        if role and answer[0] == 200:
            stack["_role"] = role
        return answer

    return handle


def undeletable(stack, params):
    if stack.get("EnableTerminationProtection"):
        return f"Stack [{helpers._p(params, 'StackName')}] cannot be deleted while TerminationProtection is enabled"
    for output in stack.get("Outputs", []):
        if by := exports.users(output.get("ExportName")):
            return f"Export {output['ExportName']} cannot be deleted as it is in use by {', '.join(by)}"
    retained = set(helpers._extract_string_members(params, "RetainResources"))
    if retained and stack["StackStatus"] != "DELETE_FAILED":
        only = "Specify RetainResources only when the stack is in the DELETE_FAILED state."
        return f"Invalid operation on stack [{stack['StackId']}]. {only}"
    if retained - set(stack["_resources"]):
        valid = "The specified resources to retain must be in a valid state."
        return f"{valid} Do not specify resources that are in the DELETE_COMPLETE state."
    return None


def uncontinuable(stack, _):
    status = stack["StackStatus"]
    words = f"Stack:{stack['StackId']} is in {status} state and can not continue to update rollback."
    return None if status == "UPDATE_ROLLBACK_FAILED" else words


async def revert_update(*arguments, revert=stacks._revert_update):
    """What cannot be taken back is UPDATE_FAILED, and so it is shown."""
    scope = REVERTING.set(True)
    try:
        await revert(*arguments)
    except Exception as error:
        arguments[-1].update(ResourceStatus="UPDATE_FAILED", ResourceStatusReason=str(error))
        raise
    finally:
        REVERTING.reset(scope)


async def roll_back(stack_name, stack_id, stack, *rest, roll_back=stacks._roll_back_operation, **named):
    """What the taking back of a creation leaves is still the stack's. The emulator forgets it."""
    await roll_back(stack_name, stack_id, stack, *rest, **named)
    if stack["StackStatus"] == "ROLLBACK_FAILED":
        for name, record in stack["_rollback_failed"].items():
            stack["_resources"][name] = {**record, "LogicalResourceId": name, "ResourceStatus": "DELETE_FAILED"}


async def continue_rollback(stack_name, stack_id, skipped, go_on=stacks._continue_update_rollback_async):
    """What is skipped counts as taken back."""
    for name in skipped:
        cloudformation._stacks[stack_name]["_resources"].get(name, {})["ResourceStatus"] = "UPDATE_COMPLETE"
    await go_on(stack_name, stack_id, skipped)


def what_was(stack):
    """What a stack had that was deleted, as its events tell."""
    events = cloudformation._stack_events.get(stack["StackId"], [])
    return {event["LogicalResourceId"]: event for event in events if event["ResourceType"] != "AWS::CloudFormation::Stack"}


def list_stack_resources(params, listed=ACTIONS["ListStackResources"]):
    """With the reason of each resource that failed, and with what is gone."""
    stack = handlers._resolve_stack(helpers._p(params, "StackName")) or {}
    if stack.get("StackStatus") == "DELETE_COMPLETE":
        stack["_resources"] = what_was(stack)
    status, headers, body = listed(params)
    for name, record in stack.get("_resources", {}).items():
        own = f"<LogicalResourceId>{helpers._esc(name)}</LogicalResourceId>".encode()
        body = body.replace(own, own + handlers._resource_status_reason_xml(record).encode())
    return status, headers, body


stacks._revert_update = revert_update
stacks._roll_back_operation = handlers._roll_back_operation = roll_back
handlers._continue_update_rollback_async = continue_rollback
ACTIONS["DeleteStack"] = in_a_role(ACTIONS["DeleteStack"], undeletable)
ACTIONS["ContinueUpdateRollback"] = in_a_role(ACTIONS["ContinueUpdateRollback"], uncontinuable)
ACTIONS["ListStackResources"] = list_stack_resources
