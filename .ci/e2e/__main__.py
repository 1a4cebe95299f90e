"""The command line against an emulated AWS and a real registry, from packaging to deploying.

    e2e STACKS PYTHON PROJECT [CHECK...]

STACKS is the command line's program, PYTHON one that has the emulator and the AWS CLI, and PROJECT a fresh copy of this
repository, whose environment `sandbox` is changed. It needs docker-registry, buildah, tmux and root, and binds ports of
127.0.0.1, 53 among them. With names of checks (`packaged`, `from_nothing`, ...) only those are made.
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
import obstacles
import package
import recovery
import screens
import variants
from parts import Emulator, Registry, Tool, Way, choose


def main():
    stacks, python, project = (pathlib.Path(argument).absolute() for argument in sys.argv[1:4])
    wanted = sys.argv[4:]
    # Whoever is told to end ends what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    choose(project)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        registry = stack.enter_context(Registry(folder))
        way = stack.enter_context(Way(registry.port))
        modules = [deployment, keys, faults, destruction, destroying, obstacles, recovery, variants, screens]
        for check in [package.packaged, *(check for module in modules for check in module.CHECKS)]:
            if wanted and check.__name__ not in wanted:
                continue
            with Emulator(python, way, folder) as emulator, Way(emulator.port) as bucket:
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
