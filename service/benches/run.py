#!/usr/bin/env python3
"""The service beside a Python peer, under the same load, in one run. Prints Markdown.

    python3 service/benches/run.py [--seconds 5] [--only peer|service] [--rows ROW...] [--service PATH]

Needs wrk, strip and python3 with venv. The peer is installed into target/bench.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from contestants import BENCHES, BINARY, CONTESTANTS, LOCATIONS, PASSWORD, USERS, WORK
from server import HOST

STARTS = 5
# Seconds for what is under way when the time is up; the script ends wrk as soon as that is answered.
DRAIN = 60
ADMIN = "admin"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
LOG_IN = urlencode({"username": ADMIN, "password": PASSWORD})


@dataclass
class Row:
    """A line of the table: one request, or several that count as one together."""

    title: str
    connections: int
    paths: list
    method: str = "GET"
    status: int = 200
    headers: dict = None
    body: str = ""
    items: int = None


def main():
    options = arguments()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    WORK.mkdir(parents=True, exist_ok=True)
    describe()
    results = {}
    for name in [options.only] if options.only else CONTESTANTS:
        contestant = CONTESTANTS[name](options.service)
        try:
            results[name] = measure(contestant, options)
        finally:
            contestant.server.stop()
    table(results)
    print(f"\nLoad after the runs: {load()}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="how long each row is under load")
    parser.add_argument("--only", choices=CONTESTANTS, help="one of the two")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), help="these rows")
    parser.add_argument("--service", type=Path, default=BINARY, metavar="PATH", help="the program to measure")
    return parser.parse_args()


def measure(contestant, options):
    contestant.prepare()
    server, result = contestant.server, {}
    starts = []
    for _ in range(STARTS):
        server.stop()
        starts.append(server.start())
    time.sleep(1)
    idle = server.memory()
    token = bearer(server)
    for name in (name for name in ROWS if name in options.rows):
        row = ROWS[name](contestant, token)
        check(server, row)
        # Unmeasured: it fills caches and starts threads.
        wrk(server, row, min(1, options.seconds))
        before = server.cpu()
        count, seconds = wrk(server, row, options.seconds)
        cpu = server.cpu() - before
        count /= len(row.paths)
        result[f"{row.title}: CPU ms"] = cpu * 1000 / count
        result[f"{row.title}: requests/s"] = count / seconds
        print(f"{server.name}, {name}: {count:g} in {seconds:.1f} s", file=sys.stderr)
    result["Memory when idle, MiB"] = idle
    result["Memory after the load, MiB"] = server.memory()
    result["From start to the first answer, ms"] = statistics.median(starts) * 1000
    result["Program, or installed packages, MB"] = contestant.size
    return result


def bearer(server):
    status, _, body = server.request("POST", "/auth/token", FORM, LOG_IN)
    if status != 200:
        sys.exit(f"{server.name}: log-in answers {status}")
    return {"Authorization": f"Bearer {json.loads(body)['access_token']}"}


def health(_, __):
    return Row("`GET /`", 8, ["/"])


def check_token(_, token):
    return Row("`GET /auth/check_token`", 8, ["/auth/check_token"], headers=token)


def newest(contestant, token):
    return Row("newest locations of 1,001 users", 2, [contestant.newest], headers=token, items=USERS)


def everything(contestant, token):
    paths = pages(contestant.server, contestant.everything, token)
    items = USERS * LOCATIONS if len(paths) == 1 else 20_000
    return Row("all locations, 20,000", 2, paths, headers=token, items=items)


def store(_, token):
    body = json.dumps({"user_name": ADMIN, "lat": "48.13743000", "lng": "11.57549000"})
    return Row("store a location", 8, ["/location/update"], "POST", 201, token | JSON, body)


def log_in(_, __):
    return Row("log in", 2, ["/auth/token"], "POST", headers=FORM, body=LOG_IN)


# In this order: a location that is stored makes the lists longer.
ROWS = {
    "health": health,
    "check_token": check_token,
    "newest": newest,
    "all": everything,
    "store": store,
    "log_in": log_in,
}


def pages(server, path, token):
    """The path of the list, and that of the page after it if the answer links to one."""
    _, headers, _ = server.request("GET", path, token)
    following = re.search(r'<([^>]+)>; *rel="?next"?', headers.get("Link", ""))
    if following is None:
        return [path]
    parts = urlsplit(following[1])
    return [path, f"{parts.path}?{parts.query}"]


def check(server, row):
    """One answer to each path: its status, and for lists how much is in it."""
    items = 0
    for path in row.paths:
        status, _, body = server.request(row.method, path, row.headers or {}, row.body or None)
        if status != row.status:
            sys.exit(f"{server.name}: {row.method} {path} answers {status} instead of {row.status}: {body[:200]}")
        items += len(json.loads(body)) if row.items else 0
    if row.items and items != row.items:
        sys.exit(f"{server.name}: {row.title} has {items} instead of {row.items}")


def wrk(server, row, seconds):
    """Returns how many requests were answered, and in how many seconds."""
    command = ["wrk", "--threads", "1", "--connections", str(row.connections), "--timeout", "10s"]
    command += ["--duration", str(int(seconds) + DRAIN), "--script", str(BENCHES / "request.lua")]
    for name, value in (row.headers or {}).items():
        command += ["--header", f"{name}: {value}"]
    command += [f"http://{HOST}:{server.port}", "--", str(seconds), row.method, str(row.status), row.body, *row.paths]
    report = output(command)
    found = re.search(r"^(\d+) (\d+\.\d+)$", report, re.MULTILINE)
    if found is None or found[1] == "0":
        sys.exit(f"{server.name}: {row.title}: {report.splitlines()[-1]}")
    return int(found[1]), float(found[2])


def table(results):
    names = list(results)
    both = len(names) == 2
    print(f"\n| | {' | '.join(names)} |{' service to peer |' if both else ''}")
    print(f"|---|{'---|' * (len(names) + both)}")
    for title in results[names[0]]:
        values = [results[name][title] for name in names]
        cells = [title, *(number(value) for value in values)]
        if both:
            cells.append(ratio(values[0] / values[1]))
        print(f"| {' | '.join(cells)} |")


def number(value):
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"


def ratio(value):
    return f"1/{1 / value:.0f}" if value < 0.5 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def describe():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    version = subprocess.run(["wrk", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    print(f"{', '.join(set(models))}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Linux {platform.release()};")
    print(f"Python {platform.python_version()}, {version.split(' Copyright')[0]}.")
    print(f"Load before the runs: {load()}", flush=True)


def load():
    return ", ".join(f"{value:.2f}" for value in os.getloadavg())


def output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


main()
