"""What stands in the way of `destroy`: protection, what somebody deleted before, what is held, and what fills again."""

import subprocess
import urllib.request

from deployment import STACKS, states
from destruction import down, gone, up
from faults import MOST_MEMORY, measured, print_calls, ran
from parts import BUCKET, REPOSITORY, heading, until
from proxy import Proxy

COMMAND = ["destroy", "--yes", "sandbox"]
KEYS, VERSIONS = 5000, 20
# Lists and deletes of a thousand each, once to count and once to delete, and what else there is to ask.
MOST_CALLS = 4 * KEYS * VERSIONS // 1000
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def protected(place):
    heading("termination protection on every stack")
    before = up(place)
    for stack in STACKS:
        by_hand(place, "update-termination-protection", stack, "--enable-termination-protection")
    code, _, errors = place.tool.run("destroy", "--dry-run")
    assert code == 0 and errors.count("loses its protection") == len(STACKS), errors
    down(place, before)


def wrong_order(place):
    heading("somebody deletes stacks in the wrong order")
    before = up(place)
    assert "TerminationProtection is enabled" in refused(place, "bootstrap")
    by_hand(place, "update-termination-protection", "bootstrap", "--no-enable-termination-protection")
    for stack in ("bootstrap", "network", "app-platform"):
        assert "as it is in use by" in refused(place, stack), stack
    for stack in ("app-service", "app-api"):
        deleted(place, stack)
    assert set(states(place.emulator)) == {*STACKS} - {"app-service", "app-api"}, states(place.emulator)
    down(place, before)
    heading("somebody deletes all stacks, and the role's, which is not empty, last")
    before = up(place)
    by_hand(place, "update-termination-protection", "bootstrap", "--no-enable-termination-protection")
    for stack in reversed(STACKS[1:]):
        deleted(place, stack)
    by_hand(place, "delete-stack", "bootstrap")
    until(lambda: states(place.emulator) == {"bootstrap": "DELETE_FAILED"}, "bootstrap, which is not empty, is deleted")
    down(place, before)


def interfaces_stay(place):
    heading("network interfaces stay")
    before = up(place)
    place.emulator.control(**{"AWS::ApiGatewayV2::VpcLink:delete": {"stays": 10}})
    errors = down(place, before)
    place.emulator.control()
    [line] = [line for line in errors.splitlines() if "is still held by" in line]
    assert line.startswith("network: Vpc is still held by network interface eni-") and line.endswith("; waiting"), line
    print(line)


def many_versions(place):
    heading("a hundred thousand versions")
    before = up(place)
    number = KEYS * VERSIONS + len(place.emulator.versions())
    place.emulator.beside(f"_emulator/fill?bucket={BUCKET}&keys={KEYS}&versions={VERSIONS}", "POST")
    tool = place.tool
    with Proxy(place.emulator.port) as proxy:
        command = [tool.stacks, *COMMAND, "--env", "sandbox"]
        code, errors, memory = measured(tool, proxy, command, tool.project)
        assert code == 0, errors
        assert f"lost: {number} versions of objects in AWS::S3::Bucket {BUCKET}\n" in errors, errors
        assert f"bootstrap: {number} of ArtifactBucket are deleted\n" in errors, errors[-2000:]
        print_calls(proxy, memory)
        calls = sum(count for action, count in proxy.count().items() if action.startswith("s3:"))
        assert calls <= MOST_CALLS and memory < MOST_MEMORY, (calls, memory)
    gone(place, before)


def written_while_emptied(place):
    """Bucket and repository are emptied until they are empty, and the stack is tried three times."""
    heading("somebody writes while bucket and repository are emptied")
    before = up(place)
    with Proxy(place.emulator.port) as proxy:
        code, errors = ran(place.tool, proxy, COMMAND, Writer(place, 2))
        assert code == 0, errors
        assert proxy.count()["s3:DeleteObjectVersion"] > 2 and proxy.count()["ecr:BatchDeleteImage"] > 2, proxy.count()
        assert sum(call.key() == ("cloudformation:DeleteStack", "bootstrap") for call in proxy.calls) == 3, proxy.calls
        gone(place, before)
        heading("somebody does not stop writing")
        before = up(place)
        code, errors = ran(place.tool, proxy, COMMAND, Writer(place, 3))
        last = errors[errors.index("error: ") :]
        assert code == 6 and "stack `bootstrap` was not deleted\n" in last and "still contains images" in last, errors
        print(last, end="")
        assert states(place.emulator) == {"bootstrap": "DELETE_FAILED"}, states(place.emulator)
    down(place, before)


CHECKS = [protected, wrong_order, interfaces_stay, many_versions, written_while_emptied]


class Writer:
    """Somebody who pulls images, pushes them, and puts objects, whenever something is deleted."""

    ACTIONS = ("s3:DeleteObjectVersion", "ecr:BatchDeleteImage", "cloudformation:DeleteStack")

    def __init__(self, place, times):
        self.place, self.left, self.number = place, dict.fromkeys(self.ACTIONS, times), 0
        self.manifests = f"http://127.0.0.1:{place.registry.port}/v2/{REPOSITORY}/manifests"
        [image] = place.emulator.aws("ecr", "list-images", "--repository-name", REPOSITORY)["imageIds"]
        self.manifest = self.send("GET", f"{self.manifests}/{image['imageTag']}", Accept=MANIFEST)

    def __call__(self, call):
        at = "asked" if call.action == "cloudformation:DeleteStack" else "done"
        is_here = call.about in ("bootstrap", f"/{BUCKET}", REPOSITORY)
        if call.stage != at or not is_here or not self.left.get(call.action):
            return
        self.left[call.action] -= 1
        self.number += 1
        self.place.emulator.aws("s3api", "put-object", "--bucket", BUCKET, "--key", f"written/{self.number}")
        self.send("PUT", f"{self.manifests}/written-{self.number}", self.manifest, **{"Content-Type": MANIFEST})
        self.send("GET", f"{self.manifests}/written-{self.number}", Accept=MANIFEST)

    def send(self, method, url, body=None, **headers):
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()


def by_hand(place, action, stack, *arguments):
    return place.emulator.aws("cloudformation", action, "--stack-name", f"tracker-sandbox-{stack}", *arguments)


def deleted(place, stack):
    by_hand(place, "delete-stack", stack)
    until(lambda: stack not in states(place.emulator), f"{stack} is not deleted")


def refused(place, stack):
    """What AWS says to who would delete the stack."""
    try:
        by_hand(place, "delete-stack", stack)
    except subprocess.CalledProcessError as error:
        return error.stderr
    raise AssertionError(f"{stack} is deleted")
