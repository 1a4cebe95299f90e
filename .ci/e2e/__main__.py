"""The command line against an emulated AWS and a real registry, from packaging to deploying.

    e2e STACKS PYTHON PROJECT [CHECK...]

STACKS is the command line's program, PYTHON one that has the emulator and the AWS CLI, and PROJECT a fresh copy of this
repository, whose environment `sandbox` is changed. It needs docker-registry, buildah, tmux and root, and binds ports of
127.0.0.1, 53 among them. With names of checks (`packaged`, `from_nothing`, ...) only those are made, one after the other.
"""

import contextlib
import dataclasses
import pathlib
import signal
import sys
import tempfile

import deployment
import destroying
import destruction
import faults
import keys
import lanes
import leftovers
import obstacles
import package
import recovery
import screens
import variants
from parts import Emulator, Registry, Tool, Way, choose

# The longest first.
MODULES = [variants, destroying, faults, leftovers, screens, obstacles, recovery, destruction, deployment, keys]
BESIDE = {check.__name__: check for module in MODULES for check in module.CHECKS}
CHECKS = {package.packaged.__name__: package.packaged, **BESIDE}


def main():
    stacks, python, project = (pathlib.Path(argument).absolute() for argument in sys.argv[1:4])
    # Whoever is told to end ends what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unknown = set(sys.argv[4:]) - set(CHECKS)
    if unknown:
        sys.exit(f"no checks: {', '.join(unknown)}; these are: {', '.join(CHECKS)}")
    choose(project)
    # The others find what was packaged.
    for name in sys.argv[4:] or [package.packaged.__name__]:
        made(CHECKS[name], stacks, python, project)
    if not sys.argv[4:]:
        lanes.run([sys.executable, pathlib.Path(__file__).parent, stacks, python, project], project, list(BESIDE))


def made(check, stacks, python, project):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        registry = stack.enter_context(Registry(folder))
        way = stack.enter_context(Way(registry.port))
        emulator = stack.enter_context(Emulator(python, way, folder))
        bucket = stack.enter_context(Way(emulator.port))
        check(Place(folder, registry, way, emulator, bucket, Tool(stacks, project, emulator, bucket)))


@dataclasses.dataclass
class Place:
    """What a check has."""

    folder: pathlib.Path
    registry: Registry
    way: Way
    emulator: Emulator
    bucket: Way
    tool: Tool


main()
