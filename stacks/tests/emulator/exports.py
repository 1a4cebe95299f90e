"""An export has one stack, and stays as it is while another stack uses it. What DeleteStack says to that is in `deletions.py`."""

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks

ABSENT = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
refused = {}


def users(name):
    standing = [(own, stack) for own, stack in cloudformation._stacks.items() if stack["StackStatus"] not in ABSENT]
    return sorted(own for own, stack in standing if name in handlers._imported_export_names(stack, own))


def resolve_outputs(*arguments, resolve=stacks._resolve_stack_outputs):
    outputs, exports = resolve(*arguments)
    stack_id = arguments[-1]
    for name, export in exports.items():
        there = cloudformation._exports.get(name)
        if there and there["StackId"] != stack_id:
            raise ValueError(f"Export with name {name} is already exported by stack {there['StackId'].split('/')[1]}.")
        if there and there["Value"] != export["Value"] and (by := users(name)):
            raise ValueError(f"Export {name} cannot be updated as it is in use by {', '.join(by)}")
    for name in [name for name, there in cloudformation._exports.items() if there["StackId"] == stack_id]:
        if name in exports:
            continue
        if by := users(name):
            raise ValueError(f"Export {name} cannot be deleted as it is in use by {', '.join(by)}")
        del cloudformation._exports[name]
    return outputs, exports


def add_event(stack_id, stack_name, logical_id, kind, status, reason="", *rest, add=stacks._add_event, **named):
    """AWS tells of a refused export with the rollback; the emulator fails before it, and gives no reason then."""
    if kind == "AWS::CloudFormation::Stack" and status.endswith("_FAILED") and reason.startswith("Export "):
        refused[stack_id] = reason
        return None
    if status.endswith("ROLLBACK_IN_PROGRESS") and kind == "AWS::CloudFormation::Stack":
        reason = refused.pop(stack_id, reason)
    return add(stack_id, stack_name, logical_id, kind, status, reason, *rest, **named)


stacks._resolve_stack_outputs = resolve_outputs
stacks._add_event = add_event
