#!/usr/bin/env python3
"""The authorizer in its three modes, and a Python authorizer, as Lambda runs them. Prints Markdown.

    python3 authorizer/benches/run.py [--modes MODE...] [--decisions 3000] [--starts 20]

It builds the programs and the service (release, static), and installs the peer into target/bench.
"""

import argparse
import glob
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

from surroundings import HOST, NAMESPACE, SERVICE, CloudMap, NameServer, Runtime

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target/bench/authorizer"
TARGET = f"{platform.machine()}-unknown-linux-gnu"
MODES = ["local", "introspect-dns", "introspect-api"]
PORT = 18231
PASSWORD = "correct-horse"
EVENT = ROOT / "authorizer/tests/it/events/http-api-2.0.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--decisions", type=int, default=3000)
    parser.add_argument("--starts", type=int, default=20)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    programs = {mode: build("authorizer", mode) for mode in options.modes}
    peer = install()
    service = start_service(build("service"))
    try:
        token, jwks = credentials()
        event = json.loads(EVENT.read_text())
        event["headers"]["authorization"] = f"Bearer {token}"
        event["identitySource"] = [f"Bearer {token}"]
        cloud_map, name_server = CloudMap(PORT), NameServer(PORT)
        contestants = {
            mode: ([str(programs[mode])], {"AUTHORIZER_MODE": mode, **settings(cloud_map, name_server, jwks)})
            for mode in options.modes
        }
        contestants["Python"] = (peer, settings(cloud_map, name_server, jwks))
        results = {name: measure(*contestant, event, options) for name, contestant in contestants.items()}
    finally:
        service.kill()
        service.wait()
    for mode in options.modes:
        results[mode]["zip"] = archive(programs[mode])
    table(results, options)


def build(package, mode=None):
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--target", TARGET, "--package", package]
    if mode:
        command += ["--no-default-features", "--features", mode]
    environment = {**os.environ, "RUSTFLAGS": "-C target-feature=+crt-static"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = WORK / (f"{package}-{mode}" if mode else package)
    program.write_bytes((target / TARGET / "release" / package).read_bytes())
    program.chmod(0o755)
    return program


def install():
    """The peer's command."""
    python = WORK / "peer/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", WORK / "peer"], check=True)
    requirements = ROOT / "authorizer/benches/peer/requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)
    return [str(python), "-m", "awslambdaric", "handler.handler"]


def start_service(program):
    database = WORK / "service.db"
    for file in glob.glob(f"{database}*"):
        os.unlink(file)
    environment = {
        "DATABASE_URL": f"sqlite://{database}",
        "SIGNING_KEY": hashlib.sha512(os.urandom(64)).hexdigest(),
        "ADMIN_PASSWORD": PASSWORD,
        "LISTEN_ADDRESS": f"{HOST}:{PORT}",
        "LOG_LEVEL": "warn",
    }
    process = subprocess.Popen([program, "serve"], env=environment)
    deadline = time.monotonic() + 30
    while True:
        try:
            get("/")
            return process
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                process.kill()
                sys.exit("the service does not start")
            time.sleep(0.01)


def get(path, form=None):
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(f"http://{HOST}:{PORT}{path}", body, timeout=5) as response:
        return response.read().decode()


def credentials():
    answer = get("/auth/token", {"username": "admin", "password": PASSWORD})
    return json.loads(answer)["access_token"], get("/.well-known/jwks.json")


def settings(cloud_map, name_server, jwks):
    return {
        "JWKS": jwks,
        "DISCOVERY_NAMESPACE": NAMESPACE,
        "DISCOVERY_SERVICE": SERVICE,
        "DISCOVERY_NAME_SERVER": name_server.address,
        # The SDK of Rust writes `data-` before the host; here it becomes part of a user's name.
        "AWS_ENDPOINT_URL_SERVICEDISCOVERY": f"http://x@{HOST}:{cloud_map.port}",
        "ENDPOINT_URL": f"http://{HOST}:{cloud_map.port}",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_LAMBDA_FUNCTION_NAME": "authorizer",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(ROOT / "authorizer/benches/peer"),
        "PYTHONPATH": str(ROOT / "authorizer/benches/peer"),
    }


def measure(command, environment, event, options):
    starts = []
    for _ in range(options.starts):
        with Process(command, environment, event) as process:
            starts.append(process.first)
    with Process(command, environment, event) as process:
        process.runtime.ask(100)
        before, began = process.cpu(), time.perf_counter()
        process.runtime.ask(options.decisions)
        spent, took = process.cpu() - before, time.perf_counter() - began
        return {
            "start": statistics.median(starts) * 1000,
            "cpu": spent / options.decisions * 1000,
            "wall": took / options.decisions * 1000,
            "memory": process.memory(),
        }


class Process:
    """A run of an authorizer, which has answered its first event."""

    def __init__(self, command, environment, event):
        self.runtime = Runtime(event)
        environment = {"PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": self.runtime.address, **environment}
        began = time.perf_counter()
        with open(WORK / "log", "wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            self.runtime.ask()
        except TimeoutError:
            self.process.kill()
            sys.exit(f"{command} does not answer; its log is {WORK / 'log'}")
        self.first = time.perf_counter() - began
        kind, answer = self.runtime.last
        if kind != "response" or answer["isAuthorized"] is not True:
            self.process.kill()
            sys.exit(f"{command} answers {kind} {answer}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def cpu(self):
        """Seconds of all threads."""
        files = glob.glob(f"/proc/{self.process.pid}/task/*/schedstat")
        return sum(int(Path(file).read_text().split()[0]) for file in files) / 1e9

    def memory(self):
        """What is resident, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def archive(program):
    """Bytes of the archive that Lambda gets."""
    path = program.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(program, "bootstrap")
    return path.stat().st_size


def table(results, options):
    rows = [
        ("Zip, MB", lambda result: f"{result['zip'] / 1e6:.2f}" if "zip" in result else "-"),
        ("From process start to the first decision, ms", lambda result: f"{result['start']:.1f}"),
        ("CPU a decision, ms", lambda result: f"{result['cpu']:.3f}"),
        ("Time a decision, ms", lambda result: f"{result['wall']:.3f}"),
        (f"Memory after {options.decisions:,} decisions, MiB", lambda result: f"{result['memory']:.1f}"),
    ]
    print(f"{os.cpu_count()} processors, Linux {platform.release()}, Python {platform.python_version()}, load {os.getloadavg()}\n")
    print("| | " + " | ".join(results) + " |")
    print("|---" * (len(results) + 1) + "|")
    for title, show in rows:
        print(f"| {title} | " + " | ".join(show(result) for result in results.values()) + " |")


if __name__ == "__main__":
    main()
