"""`destroy`: everything that was deployed, with what is in it, and nothing of others."""

import json
import shlex

from deployment import STACKS, done, nothing_to_do, states, status
from faults import emptied
from parts import BUCKET, REPOSITORY, heading


def up_and_down(place):
    tool, emulator = place.tool, place.emulator
    heading("up, and down again")
    emptied(place)
    done(tool)
    for number in range(3):
        emulator.aws("s3api", "put-object", "--bucket", BUCKET, "--key", f"more & more/{number % 2}")
    code, output, errors = tool.run("destroy", "--dry-run")
    assert (code, output) == (0, ""), errors
    for text in (
        "app-api: is deleted, 22 resources, may take 5 min\n",
        "bootstrap: is deleted, 4 resources, loses its protection\n",
        f"lost: 4 versions of objects in AWS::S3::Bucket {BUCKET}\n",
        f"lost: 1 image in AWS::ECR::Repository {REPOSITORY}\n",
    ):
        assert text in errors, (text, errors)
    print(errors, end="")
    code, _, errors = tool.run("destroy")
    assert code == 4 and "`--yes sandbox` approves it" in errors, errors
    code, _, errors = tool.run("destroy", "--yes", "dev")
    assert code == 2, errors
    assert set(states(emulator)) == set(STACKS), states(emulator)
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 0, errors
    assert states(emulator) == {}, states(emulator)
    assert emulator.aws("ecr", "describe-repositories")["repositories"] == []
    assert emulator.aws("s3api", "list-buckets")["Buckets"] == []
    assert [row["status"] for row in status(tool)] == [None] * len(STACKS)
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 0 and "nothing to do" in errors, errors
    # And up again.
    done(tool)
    nothing_to_do(tool)


def others_import(place):
    tool, emulator = place.tool, place.emulator
    heading("somebody else imports from it")
    emptied(place)
    done(tool)
    value = {"Value": {"Fn::ImportValue": "tracker-sandbox:VpcId"}}
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Vpc": value}}
    emulator.aws("cloudformation", "create-stack", "--stack-name", "foreign", "--template-body", json.dumps(template))
    emulator.aws("cloudformation", "wait", "stack-create-complete", "--stack-name", "foreign")
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 1, errors
    assert "stack foreign, which is not to be deleted, imports `tracker-sandbox:VpcId` from stack `network`" in errors, errors
    assert set(states(emulator)) == {*STACKS, "foreign"}, states(emulator)
    emulator.aws("cloudformation", "delete-stack", "--stack-name", "foreign")
    emulator.aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "foreign")
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 0 and states(emulator) == {}, errors


def half_deleted(place):
    """A resource stays, and what its stack needs with it. The same command does the rest."""
    tool, emulator = place.tool, place.emulator
    heading("deleted half-way")
    emptied(place)
    done(tool)
    emulator.control(**{"AWS::ECS::Cluster:delete": {"fail": "still in use"}})
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    last = errors[errors.index("error: ") :]
    assert code == 6 and "stack `app-platform` was not deleted\n  AWS::ECS::Cluster Cluster: " in last, errors
    assert "still in use" in last and "at stacks/src/app_platform.rs:" in last, errors
    assert "note: still there: app-platform, network, bootstrap; the same command deletes what is left\n" in last, errors
    print(last, end="")
    assert set(states(emulator)) == {"app-platform", "network", "bootstrap"}, states(emulator)
    emulator.control()
    code, _, errors = tool.run("destroy", "--yes", "sandbox")
    assert code == 0 and states(emulator) == {}, errors


CHECKS = [up_and_down, others_import, half_deleted]


def up(place):
    """Makes the whole system. Gives what was there before it."""
    emptied(place)
    before = place.emulator.standing()
    done(place.tool)
    return before


def down(place, before, *arguments):
    """What is said while all of it goes."""
    code, _, errors = place.tool.run("destroy", "--yes", "sandbox", *arguments)
    assert code == 0, errors
    gone(place, before)
    return errors


def gone(place, before):
    left = place.emulator.standing() - before
    assert not left, sorted(left)


def by_its_word(place, *commands):
    """Does what is said."""
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "aws", command
        place.emulator.aws(*arguments)
