"""`recover`, for stacks that are stuck, and `destroy` for those whose role is gone."""

import json

from deployment import described, done, states
from destruction import down, gone, up
from faults import Killer
from parts import heading, until
from proxy import Proxy

COMMAND = ["recover", "--yes", "sandbox"]
ROLE = "tracker-sandbox-cfn-exec"
TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "cloudformation.amazonaws.com"}}]}
ROLE_STACK = "tracker-sandbox-deletion-roles"


def role_gone(place):
    """Without it nobody can delete the stacks: one of its name is made, and goes last."""
    heading("the role that deletes is gone")
    tool, before = place.tool, up(place)
    without_role(place)
    code, _, errors = tool.run("destroy", "--dry-run")
    assert code == 0 and f"{ROLE} is gone, without which nobody can delete app-api, " in errors, errors
    print(*(line for line in errors.splitlines() if "role" in line), sep="\n")
    place.emulator.control(**{"AWS::ECS::Cluster:delete": {"fail": "still in use"}})
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 6 and f"stays for the next run, which deletes it: stack {ROLE_STACK}\n" in errors, errors
    place.emulator.control()
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 0 and f"{ROLE_STACK}: deleted" in errors, errors
    gone(place, before)
    heading("another role is named")
    up(place)
    without_role(place)
    made = place.emulator.aws("iam", "create-role", "--role-name", "other", "--assume-role-policy-document", json.dumps(TRUST))
    place.emulator.control(**{"AWS::ECR::Repository:delete": {"fail": "still in use"}})
    code, _, errors = tool.run("destroy", "--yes", "sandbox", "--role", made["Role"]["Arn"])
    assert code == 6 and states(place.emulator) == {"bootstrap": "DELETE_FAILED"}, errors
    # It has no role, and would keep one for ever.
    assert "RoleARN" not in described(place.emulator, "bootstrap"), described(place.emulator, "bootstrap")
    place.emulator.control()
    place.emulator.aws("iam", "delete-role", "--role-name", "other")
    down(place, before)


def without_role(place):
    emulator = place.emulator
    for name in emulator.aws("iam", "list-role-policies", "--role-name", ROLE)["PolicyNames"]:
        emulator.aws("iam", "delete-role-policy", "--role-name", ROLE, "--policy-name", name)
    emulator.aws("iam", "delete-role", "--role-name", ROLE)


def taken_back(place):
    """An update by hand fails, and so does its taking back."""
    heading("an update that cannot be taken back")
    tool, emulator, before = place.tool, place.emulator, up(place)
    emulator.control(**{"AWS::ApiGatewayV2::Api:update": {"fail": "not now"}, "AWS::Logs::LogGroup:rollback": {"fail": "not so"}})
    changed_by_hand(emulator)
    until(lambda: states(emulator)["app-api"] == "UPDATE_ROLLBACK_FAILED", "app-api is not stuck")
    code, _, errors = tool.run("deploy", "--direct", "--yes")
    assert code == 1 and "stack `app-api` is UPDATE_ROLLBACK_FAILED" in errors, errors
    assert "`recover` says what can be done" in errors, errors
    code, output, errors = tool.run("recover", "--dry-run")
    text = "is UPDATE_ROLLBACK_FAILED; its update is taken back once more\n  failed: AWS::Logs::LogGroup AccessLogGroup: not so\n"
    assert (code, output) == (0, "") and f"app-api: {text}" in errors, errors
    code, _, errors = tool.run(*COMMAND)
    last = errors[errors.index("error: ") :]
    assert code == 6 and "or `--skip app-api.AccessLogGroup` leaves it as it is" in last, errors
    assert "at stacks/src/app_api.rs:" in last, errors
    print(last, end="")
    code, _, errors = tool.run(*COMMAND, "--skip", "app-api.Stage")
    assert code == 2 and "`--skip app-api.Stage` names no resource that failed" in errors, (code, errors)
    code, _, errors = tool.run(*COMMAND, "--skip", "app-api.AccessLogGroup")
    assert code == 0 and states(emulator)["app-api"] == "UPDATE_ROLLBACK_COMPLETE", (code, errors)
    code, _, errors = tool.run(*COMMAND)
    assert code == 0 and "nothing to do: no stack of `sandbox` is stuck" in errors, errors
    emulator.control()
    done(tool)
    down(place, before)


def changed_by_hand(emulator):
    """Two resources of a stack, one after the other."""
    name = ["--stack-name", "tracker-sandbox-app-api"]
    template = emulator.aws("cloudformation", "get-template", *name)["TemplateBody"]
    assert template.count("RetentionInDays: 30") == 1, template
    template = template.replace("RetentionInDays: 30", "RetentionInDays: 60")
    keys = {parameter["ParameterKey"] for parameter in described(emulator, "app-api")["Parameters"]} - {"AllowedOrigins"}
    parameters = [f"ParameterKey={key},UsePreviousValue=true" for key in keys]
    parameters.append("ParameterKey=AllowedOrigins,ParameterValue=http://localhost:3001")
    emulator.aws("cloudformation", "update-stack", *name, "--template-body", template, "--parameters", *parameters)


def kept(place):
    """What cannot be deleted stays, by its name or by force."""
    tool, emulator = place.tool, place.emulator
    for option in (["--retain", "app-platform.Cluster"], ["--force", "app-platform"]):
        heading(f"a deletion that fails, and {option[0]}")
        before = up(place)
        emulator.control(**{"AWS::ECS::Cluster:delete": {"fail": "still in use"}})
        code, _, errors = tool.run("destroy", "--yes", "sandbox")
        assert code == 6 and states(emulator)["app-platform"] == "DELETE_FAILED", errors
        code, _, errors = tool.run(*COMMAND)
        assert code == 6 and "still in use" in errors, errors
        code, _, errors = tool.run(*COMMAND, *option)
        last = errors.rpartition(": deleted\n")[2]
        assert code == 0 and "stay: AWS::ECS::Cluster" in last.replace("stays:", "stay:"), (code, errors)
        print(errors, end="")
        assert set(states(emulator)) == {"network", "bootstrap"}, states(emulator)
        emulator.control()
        code, _, errors = tool.run("destroy", "--yes", "sandbox")
        left = emulator.standing() - before
        assert code == 0 and [name.split()[0] for name in left] == ["ecs"], (errors, left)


def left_over(place):
    """A change set that a killed run has left, and a stack that is nothing but its place."""
    heading("what a killed run leaves")
    tool, emulator, before = place.tool, place.emulator, up(place)
    code, _, errors = tool.run("destroy", "app-api", "--yes", "sandbox")
    assert code == 0, errors
    with Proxy(emulator.port) as proxy:
        killer = Killer(lambda call: call.key() == ("cloudformation:CreateChangeSet", "app-api"), "done")
        killer.run(tool, proxy, ["deploy", "app-api", "--direct", "--yes"])
    assert states(emulator)["app-api"] == "REVIEW_IN_PROGRESS", states(emulator)
    code, _, errors = tool.run(*COMMAND)
    assert code == 0 and "app-api: is REVIEW_IN_PROGRESS; it is empty, and is deleted\n  change set synth-" in errors, errors
    assert "app-api" not in states(emulator) and described(emulator, "network"), states(emulator)
    down(place, before)


CHECKS = [role_gone, taken_back, kept, left_over]
