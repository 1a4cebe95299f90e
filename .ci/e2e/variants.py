"""`destroy` for what an environment can be: what was there before is there afterwards, and what is kept on purpose."""

import contextlib
import re
import subprocess

from deployment import done
from destruction import by_its_word, gone
from faults import emptied
from parts import BUCKET, REPOSITORY, TEMPLATES, heading
from proxy import Proxy

DEV = {"authorizer": "introspect-api", "durability": "efs", "keys": "secrets-manager", "pipelines": "true"}
TWO = {"zones": "[use1-az1, use1-az2]"}
# Every value of every setting, and every pair of values that has something to do with each other.
VARIANTS = {
    "dev": DEV,
    "sandbox": {"authorizer": "introspect-api", "keys": "secrets-manager"},
    "sandbox, local": {},
    "dev without pipelines": {**DEV, "pipelines": "false"},
    "several tasks": {**DEV, **TWO, "profile": "scale-out"},
    "several tasks, local": {**TWO, "profile": "scale-out"},
    "several tasks, by DNS": {**DEV, **TWO, "profile": "scale-out", "authorizer": "introspect-dns", "keys": "ssm"},
    "by DNS, nothing kept": {**DEV, "authorizer": "introspect-dns", "durability": "ephemeral"},
    "by DNS, two zones": {**DEV, **TWO, "authorizer": "introspect-dns", "keys": "ssm", "pipelines": "false"},
    "local, kept": {"durability": "efs"},
    "local, kept, pipelines": {"durability": "efs", "pipelines": "true"},
}
PIPELINES = ["create", "update-authorizer", "update-service"]


def every_variant(place):
    for name, settings in VARIANTS.items():
        heading(name)
        with changed(place.tool.project, settings):
            there_and_back(place, settings)


def there_and_back(place, settings):
    emptied(place, with_keys=False)
    place.emulator.control(**{"AWS::Lambda::Function:delete": {"stays": 1}})
    before = place.emulator.standing()
    code, _, errors = place.tool.run("keys", "init")
    assert code == 0, errors
    up(place, settings)
    with Proxy(place.emulator.port) as proxy:
        code, _, errors = place.tool.run("destroy", "--yes", "sandbox", **proxy.variables)
        assert code == 0, errors
        stopped_first([call.action for call in proxy.calls], settings)
    place.emulator.control()
    assert f"lost: 1 version of an object in AWS::S3::Bucket {BUCKET}\n" in errors, errors
    assert f"lost: 1 image in AWS::ECR::Repository {REPOSITORY}\n" in errors, errors
    left = {entry.split()[-1] for entry in place.emulator.standing() - before}
    # What stays is said in the end, and goes with the commands that are said.
    last = errors.rpartition(": deleted\n")[2]
    kept = dict(re.findall(r"^stays: \S+ (\S+): (aws .*)$", last, re.MULTILINE))
    assert left == set(kept) and last.count("\n") == len(kept), (left, kept, errors)
    by_its_word(place, *kept.values())
    gone(place, before)
    print("is kept:", *sorted(kept))


def up(place, settings):
    """By the tool, if it deploys such an environment; from its templates otherwise, for an archive for each mode takes long."""
    tool, emulator = place.tool, place.emulator
    if settings.get("pipelines") != "true" and settings.get("authorizer") != "introspect-dns":
        done(tool)
        return
    code, _, errors = tool.run("synth")
    assert code == 0, errors
    command = [emulator.python, TEMPLATES, f"http://127.0.0.1:{emulator.port}", tool.project / "target/synth"]
    subprocess.run(command, env=tool.environment, check=True)
    code, _, errors = tool.run("package", "service", "--push")
    assert code == 0, errors


def stopped_first(actions, settings):
    """Pipelines would make again what is deleted."""
    stops = [place for place, action in enumerate(actions) if action == "codepipeline:StopPipelineExecution"]
    assert len(stops) == (len(PIPELINES) if settings.get("pipelines") == "true" else 0), actions
    assert all(place < actions.index("cloudformation:DeleteStack") for place in stops), actions


@contextlib.contextmanager
def changed(project, settings):
    """Other settings of `sandbox`, for a while."""
    path = project / "stacks/environments.yaml"
    text = path.read_text()
    others, own = text.split("  sandbox:\n")
    for name, value in settings.items():
        own, count = re.subn(f"^    {name}: .*$", f"    {name}: {value}", own, flags=re.MULTILINE)
        assert count == 1, name
    path.write_text(f"{others}  sandbox:\n{own}")
    try:
        yield
    finally:
        path.write_text(text)


CHECKS = [every_variant]
