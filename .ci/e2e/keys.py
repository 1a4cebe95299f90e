"""`keys rotate`: another key signs, step by step."""

import json
import re

from deployment import done, keys
from parts import heading, until

LAST = "# previous since "


def rotated(place):
    tool = place.tool
    heading("keys rotated")
    code, _, errors = tool.run("keys", "rotate")
    assert code == 1 and "the signing key (/tracker/sandbox/signing-key) is not there\n  help: `keys init`" in errors, errors
    keys(tool)
    done(tool)
    old = tool.secret("signing-key")
    told = step(tool, "step 1 of 4: there is a new key, which does not sign yet")
    assert told.count("its tasks are being replaced") == 1 and "run `deploy` now" in told, told
    assert tool.secret("signing-key").startswith(old + "# next since ") and names(tool) == 2, told
    # What follows the comment. A key may end as the comment does.
    new = tool.secret("signing-key").removeprefix(old).partition("\n")[2]
    assert new.startswith("-----BEGIN") and new.count("-----END") == 1, told
    refused(tool, "stack `app-authorizer` knows 1 of the public keys, and not all\n  help: run `deploy`")
    done(tool)
    step(tool, "step 2 of 4: the new key signs")
    assert tool.secret("signing-key").startswith(new + "# replaced since ") and names(tool) == 2
    step(tool, "step 3 of 4: only the new key signs")
    assert tool.secret("signing-key").startswith(new + LAST) and names(tool) == 2
    refused(tool, "tokens of the key before may be valid until")
    a_day_passes(place)
    done(tool)
    step(tool, "step 4 of 4: the key before is forgotten")
    assert tool.secret("signing-key") == new and names(tool) == 1
    step(tool, "tokens of the one before are refused as soon as", "--now")
    assert tool.secret("signing-key") not in (old, new) and names(tool) == 1


def step(tool, expected, *arguments):
    """Once the tasks of the step before are there."""
    said = []

    def is_done():
        code, output, errors = tool.run("keys", "rotate", *arguments)
        assert output == "" and (code == 0 or "tasks that began before the last step" in errors), (code, errors)
        said.append(errors)
        return code == 0

    until(is_done, f"not done: {expected}")
    assert expected in said[-1], said
    return said[-1]


def refused(tool, expected):
    errors = []

    def is_said():
        code, _, said = tool.run("keys", "rotate")
        errors.append(said)
        return code == 1 and expected in said

    until(is_said, f"not said: {expected}")


def a_day_passes(place):
    text = re.sub(f"{LAST}.*", f"{LAST}2026-01-01T00:00:00Z", place.tool.secret("signing-key"))
    put = ["put-parameter", "--name", "/tracker/sandbox/signing-key", "--value", text, "--overwrite"]
    place.emulator.aws("ssm", *put)


def names(tool):
    """How many public keys there are."""
    return len({key["kid"] for key in json.loads(tool.secret("jwks"))["keys"]})


CHECKS = [rotated]
