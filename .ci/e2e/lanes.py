"""Checks beside each other: most of its time each waits."""

import asyncio
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

LANES = 3
# What Cargo has built knows the folder that it was built in: each lane sees its own copy of the project in that place.
IN_ITS_PLACE = 'mount --bind "$1" "$2"; shift 2; exec "$@"'


def run(command, project, checks):
    """Runs the command with each of the checks. Where one fails the others are ended."""
    with tempfile.TemporaryDirectory(dir=project.parent) as folder:
        copies = [pathlib.Path(folder) / str(number) for number in range(LANES)]
        for copy in copies:
            shutil.copytree(project, copy, symlinks=True)
        try:
            asyncio.run(beside_each_other(command, project, checks, copies))
        except asyncio.CancelledError:
            sys.exit(1)
        except ExceptionGroup as failures:
            sys.exit("\n".join(map(str, failures.exceptions)))


async def beside_each_other(command, project, checks, copies):
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    waiting = iter(checks)

    async def lane(copy):
        for check in waiting:
            await made([*command, check], project, copy)

    async with asyncio.TaskGroup() as group:
        for copy in copies:
            group.create_task(lane(copy))


async def made(command, project, copy):
    command = ["unshare", "--mount", "sh", "-ec", IN_ITS_PLACE, "sh", copy, project, *command]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    print(output.decode(), end="", flush=True)
    if process.returncode != 0:
        raise RuntimeError(f"{command[-1]} failed")
