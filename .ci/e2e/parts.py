"""The parts that the others are made of: the tool, the emulator, a registry, and ways that can be made narrow."""

import contextlib
import http.server
import json
import os
import pathlib
import platform
import socket
import subprocess
import threading
import time
import urllib.request

REPOSITORY = "tracker-sandbox"
BUCKET = "tracker-sandbox-artifacts-000000000000-us-east-1"
LAUNCH = pathlib.Path(__file__).parent.parent.parent / "stacks/tests/emulator/launch.py"
STANDING, TEMPLATES = (pathlib.Path(__file__).parent / name for name in ("standing.py", "templates.py"))
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Tool:
    """The command line, in the project."""

    def __init__(self, stacks, project, emulator, bucket):
        self.stacks, self.project, self.emulator = stacks, project, emulator
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ},
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulator.port}",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{bucket.port}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
            # What is in the image, and how it finds names, is the same without optimisation.
            "CARGO_PROFILE_RELEASE_LTO": "off",
            "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
            "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
        }

    def start(self, *arguments, without=(), **variables):
        environment = {name: value for name, value in {**self.environment, **variables}.items() if name not in without}
        command = [self.stacks, *arguments, "--env", "sandbox"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.project, env=environment, text=True, stdout=pipe, stderr=pipe)

    def secret(self, name):
        """The value of a parameter of Systems Manager."""
        get = ["ssm", "get-parameter", "--with-decryption", "--name", f"/tracker/sandbox/{name}"]
        return self.emulator.aws(*get)["Parameter"]["Value"]

    def run(self, *arguments, **rest):
        process = self.start(*arguments, **rest)
        output, errors = process.communicate()
        return process.returncode, output, errors

    def artifacts(self):
        status, output, errors = self.run("package", "--push", "--output", "json")
        assert status == 0, errors
        return {artifact["name"]: artifact for artifact in json.loads(output)["artifacts"]}

    def refused(self, *expected, **rest):
        status, output, errors = self.run("package", "--push", **rest)
        assert (status, output) == (1, ""), (status, output, errors)
        for text in expected:
            assert text in errors, (text, errors)
        print(errors, end="")


class Program:
    """Another program, for as long as it is needed."""

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env={**os.environ, **self.variables}, stdout=self.log, stderr=self.log)
        try:
            until(lambda: answers(self.port), f"{self.command[0]} does not answer")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Registry(Program):
    def __init__(self, folder):
        self.port, self.variables, self.log = free_port(), {}, subprocess.DEVNULL
        configuration = {
            "version": 0.1,
            "log": {"level": "error"},
            "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}, "delete": {"enabled": True}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }
        path = folder / "registry.json"
        path.write_text(json.dumps(configuration))
        self.command = ["docker-registry", "serve", str(path)]


class Emulator(Program):
    def __init__(self, python, registry, folder):
        self.port, self.python, self.log = free_port(), python, subprocess.DEVNULL
        self.variables = {"AUTH": "true", "REGISTRY": f"http://127.0.0.1:{registry.port}"}
        self.control_file = folder / "control.json"
        self.control()
        self.command = [str(python), str(LAUNCH), str(self.port), str(self.control_file)]

    def __exit__(self, *rest):
        # What is held would keep it from ending.
        self.control()
        super().__exit__(*rest)

    def control(self, **faults):
        """What goes wrong from now on; nothing where nothing is said."""
        self.control_file.write_text(json.dumps(faults))

    def aws(self, *arguments):
        # Not by AWS_ENDPOINT_URL, which RDS does not heed.
        to = ["--output", "json", "--region", "us-east-1", "--endpoint-url", f"http://127.0.0.1:{self.port}"]
        command = [str(self.python.parent / "aws"), *to, *arguments]
        output = subprocess.run(command, env={**os.environ, **CREDENTIALS}, check=True, capture_output=True, text=True).stdout
        return json.loads(output) if output.strip() else {}

    def beside(self, path, method="GET"):
        """What the emulator knows beside AWS's services."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def standing(self):
        """All that there is, in whatever service."""
        command, environment = [self.python, STANDING, f"http://127.0.0.1:{self.port}"], {**os.environ, **CREDENTIALS}
        output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        return {*json.loads(output), *json.loads(self.beside("_emulator/opaque"))}

    def deploy_bootstrap(self, tool):
        status, _, errors = tool.run("synth")
        assert status == 0, errors
        name, template = "tracker-sandbox-bootstrap", tool.project / "target/synth/bootstrap.template.yaml"
        create = ["create-stack", "--stack-name", name, "--template-body", f"file://{template}"]
        self.aws("cloudformation", *create, "--capabilities", "CAPABILITY_NAMED_IAM")
        self.aws("cloudformation", "wait", "stack-create-complete", "--stack-name", name)

    def versions(self):
        return self.aws("s3api", "list-object-versions", "--bucket", BUCKET).get("Versions", [])


class Way:
    """The way to a server. While it is narrow, an upload stands still after some bytes."""

    ENOUGH = 200_000

    def __init__(self, target):
        self.target, self.narrow, self.stuck = target, False, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self.carry, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self.carry, args=(server, client, False), daemon=True).start()

    def carry(self, source, sink, upwards):
        carried = 0
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                carried += len(part)
                if upwards and self.narrow and carried > self.ENOUGH:
                    self.stuck.set()
                    while self.narrow:
                        time.sleep(0.01)
                    # What was on its way is lost.
                    break
                sink.sendall(part)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Saying(http.server.ThreadingHTTPServer):
    """A server that says one thing."""

    def __init__(self, status, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one_request(self):
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                # Who has heard the status need not listen on.
                with contextlib.suppress(ConnectionError):
                    if self.command != "HEAD":
                        self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def choose(project):
    """What this machine can build for, and an authorizer that needs no others to decide."""
    path = project / "stacks/environments.yaml"
    before, sandbox = path.read_text().split("  sandbox:\n")
    architecture = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    for old, new in {
        "architecture: arm64": f"architecture: {architecture}",
        "authorizer: introspect-api": "authorizer: local",
        "keys: secrets-manager": "keys: ssm",
    }.items():
        assert old in sandbox or new in sandbox, old
        sandbox = sandbox.replace(old, new)
    path.write_text(f"{before}  sandbox:\n{sandbox}")


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def until(condition, message, seconds=120, process=None):
    end = time.monotonic() + seconds
    while not condition():
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > end:
            errors = process.stderr.read() if ended and process.stderr else ""
            raise AssertionError(f"{message}: {errors}")
        time.sleep(0.05)


def heading(text):
    print(f"-- {text}", flush=True)
