"""`package --push`: what it makes, pushes and says, and what is there when it is broken off."""

import json
import pathlib
import signal
import subprocess

import running
from parts import REPOSITORY, Saying, heading, until


def packaged(place):
    tool, emulator, way, bucket = place.tool, place.emulator, place.way, place.bucket
    refused_before_anything_is_built(tool)
    emulator.deploy_bootstrap(tool)
    interrupted(tool, emulator, [way, bucket])
    artifacts = pushed_once(tool, emulator)
    parameters_are_filled(tool, artifacts)
    image = f"127.0.0.1:{place.registry.port}/{REPOSITORY}@{artifacts['service']['digest']}"
    with running.pulled(place.folder / "storage", image) as root:
        running.check_contents(root)
        running.check_names(root)
        function = running.archive(emulator, artifacts["authorizer"], place.folder)
        running.check_answers(root, function, place.folder, tool)
    faults(tool, emulator, way, bucket)


def refused_before_anything_is_built(tool):
    heading("refused before anything is built")
    signed_in = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    tool.refused("cannot find the place of `service` in us-east-1: AWS does not know who you are", without=signed_in)
    tool.refused("(tracker-sandbox-bootstrap) is not deployed in us-east-1", "deploy `bootstrap` first")
    tool.refused("AWS does not answer", "AWS_ENDPOINT_URL", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert not (tool.project / "target/package/artifacts.json").exists()


def interrupted(tool, emulator, ways):
    """Killed in the middle of both uploads. What is there then is nothing."""
    heading("killed in the middle of the uploads")
    for way in ways:
        way.narrow = True
    process = tool.start("package", "--push")
    for way in ways:
        until(way.stuck.is_set, "nothing is uploaded", seconds=1800, process=process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert emulator.versions() == [], emulator.versions()
    for way in ways:
        way.narrow = False
    record = json.loads((tool.project / "target/package/artifacts.json").read_text())
    assert [artifact["value"] for artifact in record["artifacts"]] == [None, None], record


def pushed_once(tool, emulator):
    heading("pushed")
    status, table, errors = tool.run("package", "--push")
    assert status == 0, errors
    print(table, end="")
    first = emulator.versions()
    status, again, errors = tool.run("package", "--push")
    assert status == 0 and emulator.versions() == first and len(first) == 1, (errors, first)
    assert [line.split()[1:3] for line in again.splitlines()[1:]] == [["before", "before"]] * 2, again
    artifacts = tool.artifacts()
    assert first[0]["Key"] == artifacts["authorizer"]["value"], (first, artifacts)
    return artifacts


def parameters_are_filled(tool, artifacts):
    status, _, errors = tool.run("synth")
    assert status == 0, errors
    for name, parameter in {"service": "ImageUri", "authorizer": "CodeKey"}.items():
        path = tool.project / f"target/synth/app-{name}.parameters.json"
        assert json.loads(path.read_text())["Parameters"][parameter] == artifacts[name]["value"]


def faults(tool, emulator, way, bucket):
    heading("what can go wrong")
    with Saying(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "The repository does not exist"}]}) as server:
        target, way.target = way.target, server.server_port
        tool.refused("cannot push `service` to ", "The repository does not exist (NAME_UNKNOWN)", "it was deleted by hand")
        way.target = target
    denied = b"<Error><Code>AccessDenied</Code><Message>no, you</Message></Error>"
    with Saying(403, denied) as server:
        target, bucket.target = bucket.target, server.server_port
        tool.refused("cannot push `authorizer` to ", "no right to: no, you (AccessDenied)", "`s3:PutObject`")
        bucket.target = target
    disk_full(tool)
    assert len(emulator.versions()) == 1


def disk_full(tool):
    package = tool.project / "target/package"
    cargo, record = package / "cargo", (package / "artifacts.json").read_text()
    kept = tool.project / "target/kept"
    cargo.rename(kept)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(package)], check=True)
    try:
        cargo.symlink_to(kept)
        tool.refused("No space left on device", "help: make room")
        assert sorted(path.name for path in package.iterdir()) == [".lock", "cargo"]
    finally:
        subprocess.run(["umount", str(package)], check=True)
        kept.rename(cargo)
    assert (package / "artifacts.json").read_text() == record

