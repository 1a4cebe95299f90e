"""`deploy` between a tool and an AWS that does not always answer, or says no."""

import os
import subprocess
import tempfile

from deployment import STACKS, change_sets, described, done, keys, nothing_to_do, other_origin, states, status
from parts import heading
from proxy import DENIED, EXPIRED, RESET, THROTTLED, UNAVAILABLE, Proxy, Slow, always, once, since

COMMAND = ["deploy", "--direct", "--yes"]
# What changes something. Images go elsewhere.
STEPS = {
    *("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet", "cloudformation:DeleteChangeSet"),
    *("cloudformation:DeleteStack", "cloudformation:UpdateTerminationProtection", "s3:PutObject", "ssm:PutParameter"),
}
# What a deployment can do without: to look before it writes, to clean up, to tell which rights are new.
DISPENSABLE = {"s3:GetObject", "cloudformation:DeleteChangeSet", "cloudformation:GetTemplate"}
# A slow machine is asked more often how far it is.
LAYERS, MOST_CALLS, MOST_MEMORY = 200, 30, 100 * 1024


def unavailable_once(place):
    with Proxy(place.emulator.port) as proxy:
        heading("unavailable once at every call")
        from_nothing_with(place, proxy, once(UNAVAILABLE))
        heading("too much at once, once at every call")
        from_nothing_with(place, proxy, once(THROTTLED))


def reset_once(place):
    with Proxy(place.emulator.port) as proxy:
        heading("a connection that breaks before every call")
        from_nothing_with(place, proxy, once(RESET))
        heading("every answer is lost once")
        from_nothing_with(place, proxy, once(RESET, "done"))


def from_nothing_with(place, proxy, rule):
    emptied(place)
    done_again(place.tool, proxy, COMMAND, rule, 30)
    made_once(place.emulator)
    ended_well(place)


def done_again(tool, proxy, command, rule, at_least):
    """What a command says that comes to a good end though it has to ask again, so many times or more."""
    code, errors = ran(tool, proxy, command, rule)
    repeated = len(proxy.calls) - len({call.key() for call in proxy.calls})
    assert code == 0, errors
    assert repeated >= at_least, proxy.calls
    print(f"{len(proxy.calls)} calls, {repeated} of them again")
    return errors


def slow(place):
    with Proxy(place.emulator.port) as proxy:
        heading("every answer takes its time")
        emptied(place)
        code, errors = ran(place.tool, proxy, COMMAND, always(Slow(0.2)))
        assert code == 0, errors
        made_once(place.emulator)
        ended_well(place)


def expired_midway(place):
    with Proxy(place.emulator.port) as proxy:
        heading("credentials expire in the middle")
        emptied(place)
        rule = since(EXPIRED, "cloudformation:ExecuteChangeSet", "app-platform")
        code, errors = ran(place.tool, proxy, COMMAND, rule)
        assert code == 1, (code, errors)
        assert "your credentials have expired" in errors and "run the command again" in errors, errors
        print(errors[errors.index("error: ") :], end="")
        found = states(place.emulator)
        assert {"bootstrap", "network"} <= set(found), found
        assert set(found.values()) <= {"CREATE_COMPLETE", "REVIEW_IN_PROGRESS"}, found
        code, errors = ran(place.tool, proxy, COMMAND)
        assert code == 0, errors
        made_once(place.emulator)
        ended_well(place)


def denied_at_each(place):
    """Each run gets as far as it can, and the next goes on from there."""
    tool, wrong = place.tool, {}
    with Proxy(place.emulator.port) as proxy:
        heading("no right to one thing after the other")
        emptied(place)
        from_nothing = recorded(tool, proxy, COMMAND)
        with other_origin(tool):
            change = [action for action in recorded(tool, proxy, COMMAND) if action not in from_nothing]
        # Without it the tool goes on: that comes last.
        from_nothing.sort(key=lambda action: action == "s3:GetObject")
        emptied(place)
        for action in from_nothing:
            wrong[action] = denied(place, proxy, action)
        for action in change:
            done(tool)
            with other_origin(tool):
                wrong[action] = denied(place, proxy, action)
        assert not any(wrong.values()), "\n".join(f"{action}: {what}" for action, what in wrong.items() if what)
        ended_well(place)


def recorded(tool, proxy, command):
    """What a command asks for, in the order of the first time."""
    code, errors = ran(tool, proxy, command)
    assert code == 0, errors
    return list(dict.fromkeys(call.action for call in proxy.calls))


def denied(place, proxy, action):
    """What is wrong with a deployment without this right; nothing where it says which right is missing, and leaves nothing."""
    wrong, errors = without(place.tool, proxy, COMMAND, action, DISPENSABLE)
    left = change_sets(place.emulator)
    return wrong or (left and f"change sets are left: {left}, {errors}")


def without(tool, proxy, command, action, dispensable):
    """What is wrong with how a command ends that has no right to this, and what it says."""
    code, errors = ran(tool, proxy, command, always(DENIED, action))
    print(f"{action}: {code}")
    wrong = None
    if not proxy.count()[action]:
        wrong = f"it was not asked for: {proxy.count()}"
    elif code == 0 and action not in dispensable:
        wrong = f"it was done without: {errors}"
    elif code != 0 and (code != 1 or f"the right is `{action}`" not in errors):
        wrong = f"{code}, {errors}"
    return wrong, errors


def killed_at_each_step(place):
    """The first two runs are killed at their first step, the next two, which begin from what is there, at their second."""
    with Proxy(place.emulator.port) as proxy:
        heading("killed at each step")
        emptied(place)
        killed = []
        while not killed or killed[-1]:
            passed, stage = len(killed) // 2, ("done", "told")[len(killed) % 2]
            killer = Killer(lambda call: call.action in STEPS, stage, passed)
            killed.append(killer.run(place.tool, proxy, COMMAND))
        assert len(killed) > 20, killed
        ended_well(place)


class Killer:
    """The end of a process at one of its steps, after so many others: before it is passed on, before its answer, or after it."""

    def __init__(self, is_step, stage, passed=0):
        self.is_step, self.stage, self.left, self.at = is_step, stage, passed + 1, None

    def __call__(self, call):
        if call.stage != self.stage or not self.is_step(call):
            return None
        self.left -= 1
        if self.left == 0:
            self.at = call
            self.process.kill()
        return RESET if self.left <= 0 else None

    def run(self, tool, proxy, command):
        """The step at which the command was killed; nothing where it came to its end."""
        proxy.begin(self)
        with proxy.lock:
            self.process = tool.start(*command, **proxy.variables)
        _, errors = self.process.communicate()
        assert self.at or self.process.returncode == 0, errors
        if self.at:
            print(f"{self.at.action} {self.at.about} {self.at.stage}")
        return self.at


def two_hundred(place):
    heading("two hundred stacks")
    with Proxy(place.emulator.port) as proxy, tempfile.TemporaryDirectory() as folder:
        code, errors, memory = layers(place.tool, proxy, folder)
        assert code == 0, errors
        found = states(place.emulator)
        assert len(found) == LAYERS and set(found.values()) == {"CREATE_COMPLETE"}, found
        print_calls(proxy, memory)
        made = [proxy.count()[f"cloudformation:{action}"] for action in ("CreateChangeSet", "ExecuteChangeSet")]
        assert made == [LAYERS] * 2 and len(proxy.calls) <= MOST_CALLS * LAYERS, proxy.count()
        assert memory < MOST_MEMORY, memory
        code, errors, memory = layers(place.tool, proxy, folder)
        assert code == 0 and "nothing to do" in errors, errors
        print(f"again: {len(proxy.calls)} calls, {memory / 1024:.0f} MiB")


def layers(tool, proxy, folder):
    programs = [tool.stacks.parent / "examples/layers", tool.stacks.parent / "layers"]
    program = next(path for path in programs if path.exists())
    return measured(tool, proxy, [program, "deploy", "--yes"], folder, AWS_REGION="us-east-1")


def measured(tool, proxy, command, folder, **variables):
    """How a program ends, what it says, and how much memory it took, in KiB."""
    proxy.begin()
    environment = {**tool.environment, **proxy.variables, **variables}
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        _, ended, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(ended)
        said.seek(0)
        return process.returncode, said.read(), used.ru_maxrss


def print_calls(proxy, memory):
    for action, count in sorted(proxy.count().items()):
        print(f"{action}: {count}")
    print(f"{len(proxy.calls)} calls, {memory / 1024:.0f} MiB")


CHECKS = [unavailable_once, reset_once, slow, expired_midway, denied_at_each, killed_at_each_step, two_hundred]


def emptied(place, with_keys=True):
    place.emulator.beside("_ministack/reset", "POST")
    if with_keys:
        keys(place.tool)


def ran(tool, proxy, command, rule=None):
    proxy.begin(rule)
    code, _, errors = tool.run(*command, **proxy.variables)
    return code, errors


def made_once(emulator):
    """Nothing was begun twice."""
    for stack in STACKS:
        listed = emulator.aws("cloudformation", "describe-stack-events", "--stack-name", f"tracker-sandbox-{stack}")
        own = [event for event in listed["StackEvents"] if event["PhysicalResourceId"] == event["StackId"]]
        begun = [event["ResourceStatus"] for event in own if event["ResourceStatus"].endswith("_IN_PROGRESS")]
        assert begun.count("CREATE_IN_PROGRESS") == 1 and "UPDATE_IN_PROGRESS" not in begun, (stack, begun)


def ended_well(place):
    done(place.tool)
    nothing_to_do(place.tool)
    assert change_sets(place.emulator) == [], change_sets(place.emulator)
    found = states(place.emulator)
    assert set(found) == set(STACKS) and set(found.values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, found
    assert {row["stack"]: row["status"] for row in status(place.tool)} == found, found
    assert described(place.emulator, "bootstrap")["EnableTerminationProtection"]
