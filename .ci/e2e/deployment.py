"""`deploy`: from nothing, again, with a change, and with everything that goes wrong on the way."""

import contextlib
import json
import signal

from parts import heading, until

STACKS = ["bootstrap", "network", "app-platform", "app-service", "app-authorizer", "app-api"]


def from_nothing(place):
    tool, emulator = place.tool, place.emulator
    heading("deployed from nothing")
    keys(tool)
    before = [tool.secret("signing-key"), tool.secret("admin-password"), tool.secret("jwks")]
    code, _, errors = tool.run("keys", "init")
    assert code == 0 and errors.count("there already") == 3, errors
    assert [tool.secret("signing-key"), tool.secret("admin-password"), tool.secret("jwks")] == before
    code, output, errors = tool.run("keys", "show-admin")
    assert (code, output.strip()) == (0, before[1]) and before[1] not in errors, errors
    assert [row["status"] for row in status(tool)] == [None] * 6
    said = done(tool)
    assert said.splitlines()[0].split() == ["stack", "output", "value"] and "ApiUrl" in said, said
    rows = {row["stack"]: row for row in status(tool)}
    assert list(rows) == STACKS and {row["status"] for row in rows.values()} == {"CREATE_COMPLETE"}, rows
    assert rows["app-service"]["tasks"] == [[1, 1]], rows["app-service"]
    [image] = rows["app-service"]["deployed"]
    assert image["parameter"] == "ImageUri" and image["value"] == parameter(emulator, "app-service", "ImageUri"), image
    assert states(emulator) == {stack: "CREATE_COMPLETE" for stack in STACKS}, states(emulator)
    stacks = {stack: described(emulator, stack) for stack in STACKS}
    assert [stack for stack in STACKS if stacks[stack]["EnableTerminationProtection"]] == ["bootstrap"]
    assert [stack for stack in STACKS if "RoleARN" not in stacks[stack]] == ["bootstrap"], stacks
    nothing_to_do(tool)


def changed(place):
    tool, emulator = place.tool, place.emulator
    heading("changed")
    keys(tool)
    done(tool)
    with other_origin(tool):
        status, output, errors = tool.run("deploy")
        assert (status, output) == (4, ""), (status, errors)
        assert "app-api: changes" in errors and "there is no terminal to ask; `--yes` approves it" in errors, errors
        assert change_sets(emulator) == [], change_sets(emulator)
        status, _, errors = tool.run("deploy", "--require-approval", "never")
        assert status == 0 and "app-api: done" in errors and "network: done" not in errors, errors
        nothing_to_do(tool)
    assert states(emulator)["app-api"] == "UPDATE_COMPLETE"


def failed(place):
    tool, emulator = place.tool, place.emulator
    heading("failed, and taken back")
    keys(tool)
    emulator.control(**{"AWS::ECS::Cluster:create": {"fail": "no room in this region"}})
    status, _, errors = tool.run("deploy", "--yes")
    last = errors[errors.index("error: ") :]
    assert status == 5, (status, errors)
    for text in (
        "stack `app-platform` failed, and was taken back\n  AWS::ECS::Cluster Cluster: ",
        "no room in this region",
        "at stacks/src/app_platform.rs:",
        "help: mend that, and run the command again",
    ):
        assert text in last, (text, errors)
    assert "app-service: was not begun" in errors and "network: done" in errors, errors
    print(last, end="")
    emulator.control()
    status, _, errors = tool.run("deploy", "--yes")
    assert status == 0, errors
    assert "app-platform: is deleted, as its making failed, and made again" in errors, errors
    nothing_to_do(tool)


def refused_by_the_service(place):
    tool, emulator = place.tool, place.emulator
    heading("an export that somebody else has")
    keys(tool)
    name = "tracker-sandbox:VpcId"
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Vpc": {"Value": "no"}}}
    template["Outputs"]["Vpc"]["Export"] = {"Name": name}
    create = ["create-stack", "--stack-name", "foreign", "--template-body", json.dumps(template)]
    emulator.aws("cloudformation", *create)
    until(lambda: states(emulator)["foreign"] == "CREATE_COMPLETE", "the other stack is not made")
    status, _, errors = tool.run("deploy", "--yes")
    assert status == 5, (status, errors)
    last = errors[errors.rindex("error: ") :]
    assert "stack `network` failed, and was taken back\n" in last, errors
    assert f"Export with name {name} is already exported by stack foreign." in last, errors
    print(last, end="")
    emulator.aws("cloudformation", "delete-stack", "--stack-name", "foreign")
    until(lambda: "foreign" not in states(emulator), "the other stack is not deleted")
    done(tool)
    nothing_to_do(tool)


def killed(place):
    tool, emulator = place.tool, place.emulator
    heading("killed, and taken up")
    keys(tool)
    emulator.control(delay=0.3)
    for stack in ("network", "app-platform", "app-api"):
        stopped(tool, emulator, stack, signal.SIGKILL)
    done(tool)
    emulator.control()
    nothing_to_do(tool)


def interrupted(place):
    tool, emulator = place.tool, place.emulator
    heading("left by ctrl-c")
    keys(tool)
    emulator.control(**{"AWS::EC2::VPC:create": {"wait": True}})
    code, errors = stopped(tool, emulator, "network", signal.SIGINT)
    assert code == 1, errors
    assert "error: left: AWS goes on with what has begun, and nothing else is begun\n  help: run the command" in errors, errors
    assert change_sets(emulator, set(states(emulator))) == []
    assert states(emulator)["network"] == "CREATE_IN_PROGRESS", states(emulator)
    emulator.control()
    done(tool)
    nothing_to_do(tool)


def together(place):
    """Both may finish, or one finds that the other was faster, and says so. Nothing is lost."""
    tool, emulator = place.tool, place.emulator
    heading("two at once")
    keys(tool)
    processes = [tool.start("deploy", "--yes") for _ in range(2)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode in (0, 1), errors
        assert process.returncode == 0 or "by somebody else" in errors, errors
    done(tool)
    assert set(states(emulator)) == set(STACKS), states(emulator)
    assert change_sets(emulator) == [], change_sets(emulator)
    nothing_to_do(tool)


CHECKS = [from_nothing, changed, failed, refused_by_the_service, killed, interrupted, together]


def keys(tool):
    code, output, errors = tool.run("keys", "init")
    assert (code, output) == (0, ""), errors
    assert errors.count("is made") == 2 and errors.count("are written") == 1, errors


@contextlib.contextmanager
def other_origin(tool):
    """A change of one stack, for a while."""
    settings = tool.project / "stacks/environments.yaml"
    before = settings.read_text()
    settings.write_text(before.replace("http://localhost:3000", "http://localhost:3001"))
    try:
        yield
    finally:
        settings.write_text(before)


def stopped(tool, emulator, stack, by):
    """How a deployment ends, and what it says, that gets this signal when a stack is begun."""
    process = tool.start("deploy", "--yes")
    begun = ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    until(lambda: states(emulator).get(stack) in begun, f"{stack} is not begun", process=process)
    process.send_signal(by)
    _, errors = process.communicate()
    return process.returncode, errors


def status(tool):
    code, output, errors = tool.run("status", "--output", "json")
    assert code == 0, errors
    return json.loads(output)["stacks"]


def parameter(emulator, stack, name):
    parameters = described(emulator, stack)["Parameters"]
    return next(own["ParameterValue"] for own in parameters if own["ParameterKey"] == name)


def done(tool):
    status, output, errors = tool.run("deploy", "--direct", "--yes")
    assert status == 0, errors
    return output


def nothing_to_do(tool):
    status, output, errors = tool.run("deploy", "--direct", "--yes")
    assert (status, output) == (0, ""), (status, errors)
    assert "note: nothing to do: every stack of `sandbox` is as it should be" in errors, errors


def described(emulator, stack):
    return emulator.aws("cloudformation", "describe-stacks", "--stack-name", f"tracker-sandbox-{stack}")["Stacks"][0]


def states(emulator):
    stacks = emulator.aws("cloudformation", "describe-stacks")["Stacks"]
    return {stack["StackName"].removeprefix("tracker-sandbox-"): stack["StackStatus"] for stack in stacks}


def change_sets(emulator, stacks=STACKS):
    names = [f"tracker-sandbox-{stack}" for stack in stacks]
    listed = (emulator.aws("cloudformation", "list-change-sets", "--stack-name", name)["Summaries"] for name in names)
    return [change_set for listing in listed for change_set in listing if change_set["ExecutionStatus"] == "AVAILABLE"]
