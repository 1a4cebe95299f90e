#!/usr/bin/env python3
"""Whole processes: this toolkit and its peers on the same stacks, in one run. Prints Markdown.

    python3 synth/benches/run.py [--repeat 5]

Needs cargo, python3 with venv, npm, node and GNU time. Peers are installed into target/bench.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from template import template

BENCHES = Path(__file__).resolve().parent
ROOT = BENCHES.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
WORK = TARGET / "bench"
STACKS = (1, 10, 100)
RESOURCES = (20, 100, 500)


@dataclass
class Program:
    """A command that writes stacks of 400 queues: `command STACKS DIRECTORY suffix`."""

    name: str
    command: list
    suffix: list
    peer: bool = True


@dataclass
class Run:
    """What one process took."""

    cpu: float
    wall: float
    memory: float


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each program; the median counts")
    repeat = parser.parse_args().repeat
    WORK.mkdir(parents=True, exist_ok=True)
    programs = [*ours(), *troposphere(), *cdk()]
    describe()
    queues(programs, repeat)
    this_system(repeat)
    validation(repeat)
    print(f"\nLoad after the runs: {load()}")


def ours():
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--no-default-features"]
    run([*build, "-p", "synth", "--features", "sqs", "--example", "queues"], cwd=ROOT)
    run([*build, "-p", "stacks"], cwd=ROOT)
    program = [str(TARGET / "release/examples/queues")]
    return [Program(f"this toolkit, {form.upper()}", program, [form], peer=False) for form in ("yaml", "json")]


def troposphere():
    source = BENCHES / "peers/troposphere"
    python = WORK / "troposphere/bin/python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(WORK / "troposphere")])
    run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(source / "requirements.txt")])
    command = [str(python), str(source / "queues.py")]
    return [Program(f"troposphere, {form.upper()}", command, [form]) for form in ("yaml", "json")]


def cdk():
    folder = WORK / "aws-cdk"
    shutil.copytree(BENCHES / "peers/aws-cdk", folder, dirs_exist_ok=True)
    run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"], cwd=folder)
    return [Program("AWS CDK, JSON", ["node", str(folder / "queues.js")], [])]


def queues(programs, repeat):
    for stacks in STACKS:
        print(f"\n### {stacks} x 400 queues\n")
        table(programs, {program.name: median(program, stacks, repeat) for program in programs})


def table(programs, medians):
    print("| Program | CPU s | to the best peer | wall s | peak MiB | to the leanest peer |")
    print("|---|---|---|---|---|---|")
    peers = [medians[program.name] for program in programs if program.peer]
    fastest, leanest = min(run.cpu for run in peers), min(run.memory for run in peers)
    for name, run in medians.items():
        cpu, memory = times(run.cpu / fastest), times(run.memory / leanest)
        cells = [name, f"{run.cpu:.3f}", cpu, f"{run.wall:.3f}", f"{run.memory:.1f}", memory]
        print(f"| {' | '.join(cells)} |", flush=True)


def this_system(repeat):
    for name in ("synth", "check"):
        run = middle([measure([str(TARGET / "release/stacks"), name], ROOT) for _ in range(repeat)])
        print(f"\n`stacks {name}`, the stacks of this repository: {run.cpu * 1000:.1f} ms of CPU, {run.memory:.1f} MiB.")


def validators():
    source = BENCHES / "peers/validators"
    folder = WORK / "validators"
    if not folder.exists():
        run([sys.executable, "-m", "venv", str(folder)])
    run([str(folder / "bin/pip"), "install", "--quiet", "--requirement", str(source / "requirements.txt")])
    return [
        Program("this toolkit, `check`", [str(TARGET / "release/stacks"), "check"], [], peer=False),
        Program("cloudformation-validate", [str(folder / "bin/python"), str(source / "validate.py")], []),
        Program("cfn-lint", [str(folder / "bin/cfn-lint"), "--regions", "us-east-1", "--"], []),
    ]


def validation(repeat):
    programs = validators()
    for resources in RESOURCES:
        file = WORK / f"{resources}.template.yaml"
        file.write_text(template(resources))
        print(f"\n### {resources} resources, validated\n")
        table(programs, {p.name: middle([measure([*p.command, str(file)], ROOT) for _ in range(repeat)]) for p in programs})


def median(program, stacks, repeat):
    runs = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory(dir=WORK) as directory:
            runs.append(measure([*program.command, str(stacks), directory, *program.suffix], ROOT))
            written = len(list(Path(directory).glob("*.template.*")))
            if written != stacks:
                sys.exit(f"{program.name} wrote {written} templates instead of {stacks}")
    return middle(runs)


def middle(runs):
    return Run(*(statistics.median(getattr(run, key) for run in runs) for key in ("cpu", "wall", "memory")))


def measure(command, cwd):
    """CPU time from the kernel, to the microsecond. The peak from GNU time: a process that Python starts is
    charged with Python's own memory, one that `time` starts with hardly any."""
    with tempfile.NamedTemporaryFile("r", dir=WORK) as report:
        timed = [shutil.which("time") or "/usr/bin/time", "-f", "%M", "-o", report.name, *command]
        start = time.monotonic()
        process = subprocess.Popen(timed, cwd=cwd, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}")
        return Run(usage.ru_utime + usage.ru_stime, wall, int(report.read()) / 1024)


def describe():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    rust, node = output(["rustc", "--version"]), output(["node", "--version"])
    print(f"{', '.join(set(models))}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Linux {platform.release()};")
    print(f"{rust}, Python {platform.python_version()}, Node {node}.")
    print(f"Load before the runs: {load()}", flush=True)


def load():
    return ", ".join(f"{value:.2f}" for value in os.getloadavg())


def times(ratio):
    return f"1/{1 / ratio:.0f}" if ratio < 0.5 else f"{ratio:.2f}"


def output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def run(command, cwd=None):
    # What this script prints is the report, and nothing else.
    subprocess.run(command, cwd=cwd, check=True, stdout=sys.stderr)


main()
