"""Deploys the system to an emulated AWS, without delays: by this tool, and by `aws cloudformation deploy` in a loop.

    deploy.py STACKS PYTHON PROJECT

The arguments are those of `.ci/e2e`, and what it needs too. What is deployed is packaged before. CPU is that of the tool's
own process (and of the processes that it waits for), not of the emulator.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / ".ci/e2e"))

from deployment import STACKS  # noqa: E402
from parts import CREDENTIALS, Emulator, Registry, Tool, Way, choose  # noqa: E402

RUNS = 3


def main():
    stacks, python, project = (pathlib.Path(argument).absolute() for argument in sys.argv[1:])
    choose(project)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with Registry(folder) as registry, Way(registry.port) as way:
            figures = {name: [] for name in ("this tool", "AWS CLI")}
            for _ in range(RUNS):
                for name, deploy in {"this tool": by_tool, "AWS CLI": by_cli}.items():
                    with Emulator(python, way, folder) as emulator:
                        tool = Tool(stacks, project, emulator, emulator)
                        status, _, errors = tool.run("keys", "init")
                        assert status == 0, errors
                        figures[name].append(deploy(tool, emulator))
    print("| Program | wall s | CPU s | Peak MiB |")
    for name, runs in figures.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*runs))
        print(f"| {name} | {wall:.1f} | {cpu:.2f} | {memory:.0f} |")


def by_tool(tool, emulator):
    return measured([[tool.stacks, "deploy", "--env", "sandbox", "--yes"]], tool.project, tool.environment)


def by_cli(tool, emulator):
    status, _, errors = tool.run("synth")
    assert status == 0, errors
    deploy = [tool_path(emulator), "--region", "us-east-1", "cloudformation", "deploy", "--no-fail-on-empty-changeset"]
    commands = []
    for stack in STACKS:
        files = tool.project / "target/synth"
        parameters = json.loads((files / f"{stack}.parameters.json").read_text())["Parameters"]
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        place = ["--stack-name", f"tracker-sandbox-{stack}", "--template-file", str(files / f"{stack}.template.yaml")]
        commands.append([*deploy, *place, "--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides", *overrides])
    environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulator.port}"}
    return measured(commands, tool.project, environment)


def tool_path(emulator):
    return str(emulator.python.parent / "aws")


def measured(commands, folder, environment):
    begun, cpu, memory = time.monotonic(), 0, 0
    for command in commands:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, command
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss / 1024)
    return time.monotonic() - begun, cpu, memory


main()
