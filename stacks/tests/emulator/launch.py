#!/usr/bin/env python3
"""Start MiniStack on 127.0.0.1 with what this project's stacks need and it lacks.

    python3 -m venv V && V/bin/pip install -r .ci/emulator.txt   # exactly these versions: private names are patched
    AUTH=true V/bin/python launch.py PORT [CONTROL.json]

AUTH=true makes it check capabilities. REGISTRY=http://127.0.0.1:PORT is where images are pushed to. `curl -XPOST 127.0.0.1:PORT/_ministack/reset` empties it between tests.

Added: resource types that it lacks (rules of security groups, VPC links, autoscaling, policies of roles, connections, pipelines,
which CodePipeline stops), the CidrBlock attribute of a VPC, an ECS service's DesiredCount from a parameter and its registries,
RoleARN, which must be there and is remembered, a change set's ClientToken, and asynchronous operations, so that the
*_IN_PROGRESS states can be seen. Refused as AWS does it: buckets and repositories with something in them, protected databases
and networks with interfaces in them are not deleted, stacks in the wrong state get no change sets, an export has one stack and
does not change while it is used, and whoever deletes a stack needs its role. A second change set that makes a stack is one of
the same stack. Images are those of REGISTRY, Cloud Control knows roles and file systems, and a stack that was deleted still lists
what it had.

CONTROL.json (read again before every step; a missing file means no faults):
    {"delay": 0.2,                                                     seconds before each operation starts
     "AWS::ECS::Service:create": {"fail": "reason", "after": 0},       fail from the (after+1)th call on
     "AWS::ECS::Service:rollback": {"fail": "reason"},                 fail when an update is taken back
     "AWS::ECS::Cluster:create": {"wait": true},                       wait for as long as this is said
     "AWS::Lambda::Function:delete": {"stays": 10}}                    leave its network interfaces for so many seconds
"""
import asyncio
import json
import sys
import time

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.services.cloudformation import stacks

import change_sets  # noqa: F401, what is patched when it is imported
import deletions
import exports  # noqa: F401
import images  # noqa: F401
import interfaces
import resources
from beside import beside

PORT = sys.argv[1]
CONTROL = sys.argv[2] if len(sys.argv) > 2 else None
HANDLERS = resources.HANDLERS


def control():
    try:
        with open(CONTROL) as file:
            return json.load(file)
    except (TypeError, OSError, ValueError):
        return {}


calls = {}


def faulty(kind, verb, handler):
    def handle(*rest, **named):
        step = f"{kind}:{'rollback' if deletions.REVERTING.get() else verb}"
        fault = control().get(step, {})
        calls[step] = calls.get(step, 0) + 1
        if fault.get("fail") and calls[step] > fault.get("after", 0):
            raise RuntimeError(fault["fail"])
        while control().get(step, {}).get("wait"):
            time.sleep(0.05)
        done = handler(*rest, **named)
        if "stays" in fault:
            interfaces.stay(kind, rest[1], fault["stays"])
        return done

    return handle


for kind, verbs in list(HANDLERS.items()):
    HANDLERS[kind] = {v: faulty(kind, v, h) if callable(h) else h for v, h in verbs.items()}

run_operation = stacks.run_reentrant


async def delayed(*rest, **named):
    await asyncio.sleep(control().get("delay", 0))
    return await run_operation(*rest, **named)


stacks.run_reentrant = delayed
stacks._runs_on_worker_thread = lambda _: True

config = Config()
config.bind = [f"127.0.0.1:{PORT}"]
asyncio.run(serve(beside(app.app), config))
