"""`destroy` between a tool and an AWS that does not always answer, or says no, and killed at each of its steps."""

from destruction import down, gone, up
from faults import Killer, done_again, recorded, without
from parts import BUCKET, heading
from proxy import RESET, THROTTLED, UNAVAILABLE, Proxy, once

COMMAND = ["destroy", "--yes", "sandbox"]
# What changes something.
STEPS = {
    *("cloudformation:DeleteStack", "cloudformation:UpdateTerminationProtection"),
    *("ecr:BatchDeleteImage", "s3:DeleteObjectVersion"),
}
# What is done without, and is told: whether a role is there, what holds something, how much is lost, and what else stays.
DISPENSABLE = [
    *("cloudformation:GetResource", "cloudformation:ListStacks", "ec2:DescribeNetworkInterfaces", "logs:DescribeLogGroups"),
    *("servicediscovery:ListInstances", "ssm:GetParameter"),
]


def unavailable_while_destroying(place):
    with Proxy(place.emulator.port) as proxy:
        for text, rule in {
            "destroyed while unavailable once at every call": once(UNAVAILABLE),
            "destroyed while it is too much at once, once at every call": once(THROTTLED),
            "destroyed while a connection breaks before every call": once(RESET),
            "destroyed while every answer is lost once": once(RESET, "done"),
        }.items():
            heading(text)
            before = up(place)
            done_again(place.tool, proxy, COMMAND, rule, 15)
            gone(place, before)


def denied_while_destroying(place):
    """Each run gets as far as it can, and the next goes on from there."""
    wrong = {}
    with Proxy(place.emulator.port) as proxy:
        heading("destroyed with no right to one thing after the other")
        before = up(place)
        actions = recorded(place.tool, proxy, COMMAND)
        gone(place, before)
        before = up(place)
        for action in actions:
            if action not in DISPENSABLE:
                wrong[action], _ = without(place.tool, proxy, COMMAND, action, DISPENSABLE)
        down(place, before)
        for action in DISPENSABLE:
            before = up(place)
            wrong[action], errors = without(place.tool, proxy, COMMAND, action, DISPENSABLE)
            wrong[action] = wrong[action] or (action not in errors and f"it is not told: {errors}")
            gone(place, before)
        assert set(wrong) > STEPS, wrong
        assert not any(wrong.values()), "\n".join(f"{action}: {what}" for action, what in wrong.items() if what)


def killed_while_destroying(place):
    """At each step once, before it is passed on, before its answer is told, and after it. Each run begins from what is there."""
    with Proxy(place.emulator.port) as proxy:
        for stage in ("asked", "done", "told"):
            heading(f"killed at each step of a deletion, when it was {stage}")
            before = up(place)
            place.emulator.beside(f"_emulator/fill?bucket={BUCKET}&keys=100&versions=30", "POST")
            killed = []
            while not killed or killed[-1]:
                known = {call.key() for call in killed}
                killer = Killer(lambda call, known=known: call.action in STEPS and call.key() not in known, stage)
                killed.append(killer.run(place.tool, proxy, COMMAND))
            assert {call.action for call in killed if call} == STEPS, killed
            gone(place, before)


CHECKS = [unavailable_while_destroying, denied_while_destroying, killed_while_destroying]
