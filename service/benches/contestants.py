"""The service and its peer: how each is installed, started and filled."""

import os
import random
import secrets
import shutil
import sqlite3
import string
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from server import HOST, Server, free_port

BENCHES = Path(__file__).resolve().parent
ROOT = BENCHES.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
WORK = TARGET / "bench/service"
BINARY = TARGET / "x86_64-unknown-linux-gnu/release/service"
USERS, LOCATIONS = 1001, 20
# The service stores integers: units of 0.00000001 degrees.
UNIT = 10**8
PASSWORD = secrets.token_hex(16)


@dataclass
class Contestant:
    """A server with its database. `size` is in MB, `scale` the stored units a degree, `created` the time of
    every row as this database stores it, `newest` and `everything` the paths of the lists."""

    server: Server
    database: Path
    size: float
    scale: int
    created: object
    newest: str
    everything: str

    def prepare(self):
        """The server makes the tables and the admin; the rest goes in by SQL."""
        self.server.start()
        self.server.stop()
        with closing(sqlite3.connect(self.database)) as database, database:
            fill(database, self.scale, self.created)


def fill(database, scale, created):
    chance = random.Random(1)
    users = [(f"user{number}", "none", "user", created) for number in range(1, USERS)]
    statement = "INSERT INTO users (user_name, password_hash, role, created_at) VALUES (?, ?, ?, ?)"
    database.executemany(statement, users)
    ids = [identity for (identity,) in database.execute("SELECT id FROM users ORDER BY id")]
    if len(ids) != USERS:
        sys.exit(f"the database has {len(ids)} users instead of {USERS}")
    locations = [
        (identity, degrees(chance, 90, scale), degrees(chance, 180, scale), created)
        for _ in range(LOCATIONS)
        for identity in ids
    ]
    database.executemany("INSERT INTO locations (user_id, lat, lng, created_at) VALUES (?, ?, ?, ?)", locations)


def degrees(chance, most, scale):
    value = chance.randint(-most * UNIT, most * UNIT)
    return value if scale == UNIT else value / UNIT


def service(binary):
    if not binary.exists():
        sys.exit(f"there is no {binary}: cargo build --release --locked -p service --target x86_64-unknown-linux-gnu")
    database, port = fresh("service.db"), free_port()
    environment = {
        "LISTEN_ADDRESS": f"{HOST}:{port}",
        "DATABASE_URL": f"sqlite://{database}",
        "SIGNING_KEY": random_text(64),
        "ADMIN_PASSWORD": PASSWORD,
        "LOG_LEVEL": "info",
        "LOGIN_LIMIT": "off",
    }
    subprocess.run([binary, "migrate"], env=environment, check=True, stdout=sys.stderr)
    return Contestant(
        Server("service", [str(binary), "serve"], environment, port, WORK / "service.log"),
        database,
        stripped(binary),
        scale=UNIT,
        created=1_767_225_600_000_000,
        newest="/location/get_latest_locations?limit=10000",
        everything="/location/get_locations?limit=10000",
    )


def peer(_):
    source, folder = BENCHES / "peer", WORK / "peer"
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    install = [python, "-m", "pip", "install", "--quiet", "--requirement", source / "requirements.txt"]
    subprocess.run(install, check=True, stdout=sys.stderr)
    database, port = fresh("peer.db"), free_port()
    environment = {
        "DATABASE_URL": f"sqlite:///{database}",
        "SIGNING_KEY": random_text(64),
        "ADMIN_PASSWORD": PASSWORD,
    }
    command = [str(python), "-m", "uvicorn", "--app-dir", str(source), "--host", HOST, "--port", str(port)]
    command += ["--workers", "1", "--loop", "uvloop", "--http", "httptools", "main:app"]
    return Contestant(
        Server("peer", command, environment, port, WORK / "peer.log"),
        database,
        installed(folder),
        scale=1,
        created="2026-01-01 00:00:00.000000",
        newest="/location/get_latest_locations",
        everything="/location/get_locations",
    )


CONTESTANTS = {"service": service, "peer": peer}


def fresh(name):
    for file in WORK.glob(f"{name}*"):
        file.unlink()
    return WORK / name


def random_text(length):
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def stripped(binary):
    """The program without debug information, in MB."""
    with tempfile.TemporaryDirectory(dir=WORK) as directory:
        copy = shutil.copy(binary, directory)
        subprocess.run(["strip", "--strip-debug", copy], check=True)
        return Path(copy).stat().st_size / 1e6


def installed(folder):
    """The installed packages with their bytecode, but not pip and setuptools, in MB."""
    packages = next(folder.glob("lib/python*/site-packages"))
    tools = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
    files = [file for file in packages.rglob("*") if file.is_file()]
    ours = [file for file in files if not file.relative_to(packages).parts[0].startswith(tools)]
    return sum(file.stat().st_size for file in ours) / 1e6
