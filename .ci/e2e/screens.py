"""What a person sees: the real program in a real terminal, compared with what is recorded in snapshots/terminal.

With UPDATE=1 in the environment that is written anew. It needs tmux.
"""

import contextlib
import difflib
import itertools
import os
import pathlib
import re
import shlex
import subprocess

from deployment import other_origin
from faults import COMMAND, emptied
from parts import heading, until

RECORDED = pathlib.Path(__file__).parent.parent.parent / "snapshots/terminal"
DEPLOY = [*COMMAND[:2], "--concurrency", "1"]
NUMBERS = itertools.count()
QUESTIONS, SLOW = ("[y/N]", "to delete all this", "to do this in"), "AWS::ECS::Cluster:create"
DESTROY = ["destroy", "--concurrency", "1"]
CONFIGURATION = """
set -g remain-on-exit on
set -g remain-on-exit-format ""
set -g status off
set -g history-limit 10000
"""
# What differs between runs. What stands in columns keeps its width. What Cargo compiles, and waits for, is left out.
DIFFERENT = [
    (r"(?m)^ +(Blocking|Compiling|Downloaded|Downloading|Updating) .*\n", ""),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", None),
    (r"\b(?=[a-f]*[0-9])[0-9a-f]{7,64}\b", None),
    (r"(?<=127\.0\.0\.1:)\d+", "#"),
    (r"\d+(\.\d+)?(?= ?s\b)", "#"),
    (r"[\u2800-\u28ff]", "#"),
]


def screens(place):
    terminals = {str(width): Terminal(place, width) for width in (80, 200)}
    for name, screen in {**terminals, "pipe": Pipe(place)}.items():
        heading(f"what is shown: {name}")
        text = "".join(f"$ {command}\n{shown}\n" for command, shown in scenes(place, screen))
        compare(RECORDED / f"{name}.txt", text)


def scenes(place, screen):
    tool, emulator = place.tool, place.emulator
    emptied(place, with_keys=False)
    yield "keys init", screen.run("keys", "init")
    yield from screen.deployed_slowly()
    yield "status", screen.run("status")
    with other_origin(tool):
        yield "deploy, with a change", screen.run(*DEPLOY, answer="y")
        yield "deploy, again", screen.run(*DEPLOY)
    emptied(place)
    emulator.control(**{SLOW: {"fail": "no room in this region"}})
    yield "deploy, where one stack fails", screen.run(*DEPLOY, answer="y")
    emulator.control()
    yield "deploy, after that", screen.run(*DEPLOY, answer="y")
    yield "destroy, to see what would be", screen.run("destroy", "--dry-run")
    yield "destroy, where somebody thinks better of it", screen.run(*DESTROY, answer="no")
    emulator.control(**{"AWS::ECS::Cluster:delete": {"fail": "still in use"}})
    yield "destroy, where something cannot be deleted", screen.run(*DESTROY, answer="sandbox")
    yield "recover, to see what would be done", screen.run("recover", "--dry-run")
    emulator.control()
    yield "recover", screen.run("recover", answer="sandbox")
    yield "destroy, after that", screen.run(*DESTROY, answer="sandbox")


class Terminal:
    """A terminal of some width. Each command has a screen of its own, with all that has scrolled away."""

    def __init__(self, place, width):
        self.tool, self.emulator, self.width = place.tool, place.emulator, width
        self.folder, self.configuration = place.folder, place.folder / "tmux.conf"
        self.configuration.write_text(CONFIGURATION)

    def run(self, *arguments, answer=None):
        with self.started(*arguments, answer=answer):
            return self.ended()

    def deployed_slowly(self):
        """The screen in the middle, where something takes its time, and in the end."""
        self.emulator.control(**{SLOW: {"wait": True}})
        with self.started(*DEPLOY, answer="y"):
            self.until(lambda: "Cluster" in self.seen().rpartition(QUESTIONS[0])[2])
            yield "deploy, in the middle", self.seen()
            self.emulator.control()
            yield "deploy", self.ended()

    @contextlib.contextmanager
    def started(self, *arguments, answer):
        command = shlex.join([str(self.tool.stacks), *arguments, "--env", "sandbox"])
        size = ["-x", str(self.width), "-y", "50", "-c", str(self.tool.project)]
        # One that is on its way out takes no orders.
        self.socket = self.folder / f"terminal-{next(NUMBERS)}"
        self.tmux("new-session", "-d", *size, command)
        try:
            if answer:
                self.until(lambda: any(question in self.seen() for question in QUESTIONS))
                self.tmux("send-keys", answer, "Enter")
            yield
        finally:
            self.tmux("kill-server")

    def ended(self):
        self.until(lambda: self.tmux("display-message", "-p", "#{pane_dead}").strip() == "1")
        return self.seen()

    def until(self, condition):
        try:
            until(condition, "")
        except AssertionError:
            raise AssertionError(f"the screen stands still:\n{self.seen()}") from None

    def seen(self):
        return steady(self.tmux("capture-pane", "-p", "-S", "-").rstrip("\n") + "\n")

    def tmux(self, *arguments):
        command = ["tmux", "-u", "-S", str(self.socket), "-f", str(self.configuration), *arguments]
        environment = {**self.tool.environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


class Pipe:
    """No terminal, and nobody to ask."""

    def __init__(self, place):
        self.tool = place.tool

    def run(self, *arguments, answer=None):
        _, output, errors = self.tool.run(*arguments, *{None: [], "y": ["--yes"]}.get(answer, ["--yes", str(answer)]))
        return steady(output + errors)

    def deployed_slowly(self):
        yield "deploy, where nobody is asked", self.run(*DEPLOY)
        yield "deploy", self.run(*DEPLOY, answer="y")


def steady(text):
    for pattern, sign in DIFFERENT:
        text = re.sub(pattern, lambda found: "#" * len(found[0]) if sign is None else sign, text)
    return text


def compare(path, text):
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    recorded = path.read_text() if path.exists() else ""
    names = (str(path.name), "now")
    difference = difflib.unified_diff(recorded.splitlines(True), text.splitlines(True), *names)
    assert text == recorded, f"other than recorded; UPDATE=1 records it:\n{''.join(difference)}"


CHECKS = [screens]
