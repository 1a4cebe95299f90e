"""What `destroy` says where it does not come to its end, and what the next one says of it."""

import json
import re
import shlex
import signal

from deployment import states
from destruction import by_its_word, gone
from faults import emptied
from parts import heading, until
from variants import PIPELINES, changed, up

COMMAND = ["destroy", "--yes", "sandbox"]
SETTINGS = {"durability": "efs", "pipelines": "true"}
# No other needs them.
LAST = ["pipeline-update-service", "pipeline-update-authorizer"]
FILES = re.compile(r"^stays: AWS::EFS::FileSystem (\S+): (aws .*)$", re.MULTILINE)


def left_and_taken_up(place):
    with changed(place.tool.project, SETTINGS):
        emptied(place)
        before = place.emulator.standing()
        up(place, SETTINGS)
        one_at_a_time(place)
        pipelines_stopped(place)
        files_left(place, before)


def one_at_a_time(place):
    heading("a stack alone, beside pipelines that go on")
    code, _, errors = place.tool.run("destroy", LAST[0], "--dry-run")
    assert code == 0, errors
    for name in PIPELINES[:2]:
        assert f"pipeline tracker-sandbox-{name} goes on, and may make again what is deleted\n" in errors, errors


def pipelines_stopped(place):
    heading("left by ctrl-c while pipelines are deleted")
    name = f"tracker-sandbox-{PIPELINES[0]}"
    errors = left(place, "AWS::CodePipeline::Pipeline", *LAST)
    commands = re.findall(r"^  (aws codepipeline enable-stage-transition .*)$", errors, re.MULTILINE)
    # The others go.
    assert {word(command, "--pipeline-name") for command in commands} == {name}, errors
    last = errors[errors.index("note: ") :]
    for stack in LAST:
        assert f"note: stack `{stack}` is in progress\n" in last, last
    assert "note: stack `bootstrap` was not begun\n" in last, last
    assert "stays: " not in last, last
    print(last, end="")
    before = closed(place, name)
    by_its_word(place, *commands)
    assert before and not closed(place, name), (before, closed(place, name))
    place.emulator.control()
    until(lambda: not set(LAST) & set(states(place.emulator)), f"{LAST} are not deleted")


def files_left(place, before):
    heading("told to end when the data is gone, and taken up")
    errors = left(place, "AWS::ECS::Cluster", "app-platform", told=signal.SIGTERM)
    [(files, command)] = FILES.findall(errors[errors.index("note: ") :])
    place.emulator.control()
    for told in (": deleted\n", "nothing to do"):
        code, _, errors = place.tool.run(*COMMAND)
        assert code == 0 and told in errors and FILES.findall(errors)[-1:] == [(files, command)], errors
    code, output, errors = place.tool.run(*COMMAND, "--output", "json")
    told = json.loads(output.splitlines()[-1])
    assert code == 0 and told["event"] == "left" and told["left"][0]["commands"] == [command], (output, errors)
    by_its_word(place, command)
    code, _, errors = place.tool.run(*COMMAND)
    assert code == 0 and "nothing to do" in errors and not FILES.findall(errors), errors
    gone(place, before)


def left(place, kind, *stacks, told=signal.SIGINT):
    """What is said when resources of a type are held in stacks, and the tool is told to end."""
    place.emulator.control(**{f"{kind}:delete": {"wait": True}})
    process = place.tool.start(*COMMAND)
    errors, waiting = "", {f"{stack}: DELETE_IN_PROGRESS {kind} " for stack in stacks}
    while waiting and (line := process.stderr.readline()):
        errors += line
        waiting = {start for start in waiting if not line.startswith(start)}
    process.send_signal(told)
    errors += process.communicate()[1]
    assert process.returncode == 1, errors
    assert "error: left: AWS goes on with what has begun, and nothing else is begun\n  help: run the command" in errors, errors
    return errors


def word(command, option):
    words = shlex.split(command)
    return words[words.index(option) + 1]


def closed(place, name):
    stages = place.emulator.aws("codepipeline", "get-pipeline-state", "--name", name)["stageStates"]
    return [stage["stageName"] for stage in stages if not stage["inboundTransitionState"]["enabled"]]


CHECKS = [left_and_taken_up]
