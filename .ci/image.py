"""Builds the service's image twice, and runs what is in it: in an empty root, as its user.

The only argument is the program, linked statically. It needs buildah and root, and binds port 53 of 127.0.0.1.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

USER = 10001
NAME = "database.test"


def main():
    program = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        storage = pathlib.Path(folder, "storage")
        images = [build(storage, pathlib.Path(folder, name), program) for name in ("first", "second")]
        assert images[0] == images[1], f"two builds of one program differ: {images}"
        print(f"image {images[0]}, {program.stat().st_size:,} bytes of program")
        container = buildah(storage, "from", images[0])
        try:
            root = pathlib.Path(buildah(storage, "mount", container))
            check_contents(root)
            check_names(root)
        finally:
            buildah(storage, "rm", container)


def build(storage, folder, program):
    """The image's id: the digest of its configuration, which holds those of its layers."""
    data = folder / "data"
    data.mkdir(parents=True)
    shutil.copy(program, folder / "service")
    containerfile = pathlib.Path(__file__).parent.parent / "service" / "Containerfile"
    options = ["--isolation", "chroot", "--timestamp", "0", "--no-cache", "--quiet"]
    return buildah(storage, "build", *options, "--file", str(containerfile), str(folder)).removeprefix("sha256:")


def buildah(storage, command, *arguments):
    places = ["--root", str(storage / "root"), "--runroot", str(storage / "run"), "--storage-driver", "vfs"]
    return subprocess.run(["buildah", *places, command, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def check_contents(root):
    found = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    assert found == ["app", "app/service", "data"], found
    owner = (root / "data").stat()
    assert (owner.st_uid, owner.st_gid) == (USER, USER), owner


def check_names(root):
    """The program finds names without anything else in the root: the refused connection is to the address that this
    name server gave."""
    asked = []
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=answer, args=(server, asked), daemon=True).start()
    environment = {"DATABASE_URL": f"postgres://service@{NAME}:1/service?sslmode=disable"}
    enter = [shutil.which("chroot"), f"--userspec={USER}:{USER}", str(root), "/app/service", "migrate"]
    run = subprocess.run(enter, capture_output=True, text=True, env=environment, timeout=60)
    assert run.returncode == 1 and "Connection refused" in run.stderr, run
    assert NAME in asked, asked
    print(f"{NAME}: found in the empty root")


def answer(server, asked):
    """Every name is this machine; there are no IPv6 addresses."""
    while True:
        query, client = server.recvfrom(512)
        labels, position = [], 12
        while query[position]:
            length = query[position]
            labels.append(query[position + 1 : position + 1 + length].decode())
            position += 1 + length
        asked.append(".".join(labels))
        question = query[12 : position + 5]
        is_a = question[-4:-2] == b"\0\1"
        header = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0"
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("127.0.0.1") if is_a else b""
        server.sendto(header + question + record, client)


main()
