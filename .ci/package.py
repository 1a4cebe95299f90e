"""Packages the system, pushes it, pulls it back, and runs what was pulled: the service in its image, and the authorizer as
Lambda runs it. Then everything that can go wrong on the way.

    package.py STACKS PYTHON PROJECT

STACKS is the command line's program, PYTHON one that has the emulator and the AWS CLI, and PROJECT a fresh copy of this
repository, whose environment `sandbox` is changed. It needs docker-registry, buildah and root, and binds ports of
127.0.0.1, 53 among them.
"""

import contextlib
import hashlib
import http.server
import io
import json
import os
import pathlib
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import zipfile

USER = 10001
NAME = "database.test"
REPOSITORY = "tracker-sandbox"
BUCKET = "tracker-sandbox-artifacts-000000000000-us-east-1"
LAUNCH = pathlib.Path(__file__).parent.parent / "stacks/tests/emulator/launch.py"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def main():
    stacks, python, project = (pathlib.Path(argument).absolute() for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        registry = stack.enter_context(Registry(pathlib.Path(folder)))
        way = stack.enter_context(Way(registry.port))
        emulator = stack.enter_context(Emulator(python, f"http://127.0.0.1:{way.port}"))
        bucket = stack.enter_context(Way(emulator.port))
        choose(project)
        tool = Tool(stacks, project, emulator, bucket)
        refused_before_anything_is_built(tool)
        emulator.deploy_bootstrap(tool)
        interrupted(tool, emulator, [way, bucket])
        artifacts = pushed_once(tool, emulator)
        parameters_are_filled(tool, artifacts)
        storage = pathlib.Path(folder, "storage")
        image = f"127.0.0.1:{registry.port}/{REPOSITORY}@{artifacts['service']['digest']}"
        with pulled(storage, image) as root:
            check_contents(root)
            check_names(root)
            function = archive(emulator, artifacts["authorizer"], pathlib.Path(folder))
            check_answers(root, function, pathlib.Path(folder))
        faults(tool, emulator, way, bucket)


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
        assert old in sandbox, old
        sandbox = sandbox.replace(old, new)
    path.write_text(f"{before}  sandbox:\n{sandbox}")


class Tool:
    """The command line, in the project."""

    def __init__(self, stacks, project, emulator, bucket):
        self.stacks, self.project = stacks, project
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ},
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulator.port}",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{bucket.port}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
        }

    def start(self, *arguments, without=(), **variables):
        environment = {name: value for name, value in {**self.environment, **variables}.items() if name not in without}
        command = [self.stacks, *arguments, "--env", "sandbox"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.project, env=environment, text=True, stdout=pipe, stderr=pipe)

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
        until(lambda: answers(self.port), f"{self.command[0]} does not answer")
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
            "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }
        path = folder / "registry.json"
        path.write_text(json.dumps(configuration))
        self.command = ["docker-registry", "serve", str(path)]


class Emulator(Program):
    def __init__(self, python, registry):
        self.port, self.python, self.log = free_port(), python, subprocess.DEVNULL
        self.variables = {"AUTH": "true", "REGISTRY": registry}
        self.command = [str(python), str(LAUNCH), str(self.port)]

    def aws(self, *arguments):
        command = [str(self.python.parent / "aws"), "--output", "json", "--region", "us-east-1", *arguments]
        environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}
        output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        return json.loads(output) if output.strip() else {}

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


@contextlib.contextmanager
def pulled(storage, image):
    heading("pulled back")
    container = buildah(storage, "from", "--tls-verify=false", f"docker://{image}")
    try:
        yield pathlib.Path(buildah(storage, "mount", container))
    finally:
        buildah(storage, "rm", container)


def archive(emulator, artifact, folder):
    path = folder / "archive"
    emulator.aws("s3api", "get-object", "--bucket", BUCKET, "--key", artifact["value"], str(path))
    content = path.read_bytes()
    assert "sha256:" + hashlib.sha256(content).hexdigest() == artifact["digest"]
    return zipfile.ZipFile(io.BytesIO(content))


def buildah(storage, command, *arguments):
    places = ["--root", str(storage / "root"), "--runroot", str(storage / "run"), "--storage-driver", "vfs"]
    return subprocess.run(["buildah", *places, command, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def check_contents(root):
    found = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    assert found == ["app", "app/service", "data"], found
    owner = (root / "data").stat()
    assert (owner.st_uid, owner.st_gid) == (USER, USER), owner


def inside(root, *arguments):
    return [shutil.which("chroot"), f"--userspec={USER}:{USER}", str(root), "/app/service", *arguments]


def check_names(root):
    """The program finds names without anything else in the root: the refused connection is to the address that this
    name server gave."""
    asked = []
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=answer_names, args=(server, asked), daemon=True).start()
    environment = {"DATABASE_URL": f"postgres://service@{NAME}:1/service?sslmode=disable"}
    run = subprocess.run(inside(root, "migrate"), capture_output=True, text=True, env=environment, timeout=60)
    assert run.returncode == 1 and "Connection refused" in run.stderr, run
    assert NAME in asked, asked
    print(f"{NAME}: found in the empty root")


def answer_names(server, asked):
    """Every name is this machine; there are no IPv6 addresses."""
    while True:
        query, client = server.recvfrom(512)
        labels, position = [], 12
        while query[position]:
            length = query[position]
            labels.append(query[position + 1 : position + 1 + length].decode())
            position += 1 + length
        asked.append(".".join(labels))
        question = query[12 : position + 5]
        is_a = question[-4:-2] == b"\0\1"
        header = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0"
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("127.0.0.1") if is_a else b""
        server.sendto(header + question + record, client)


def check_answers(root, function, folder):
    """The service answers from its image, and the authorizer decides about the token that it gives."""
    port, password = free_port(), secrets.token_urlsafe(16)
    environment = {
        "LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "DATABASE_URL": "sqlite:///data/service.db",
        "SIGNING_KEY": secrets.token_hex(32),
        "ADMIN_PASSWORD": password,
    }
    service = subprocess.Popen(inside(root, "serve"), env=environment, stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(port), "the service does not answer")
        url = f"http://127.0.0.1:{port}"
        form = urllib.parse.urlencode({"username": "admin", "password": password}).encode()
        token = json.load(urllib.request.urlopen(f"{url}/auth/token", form))["access_token"]
        keys = urllib.request.urlopen(f"{url}/.well-known/jwks.json").read().decode()
    finally:
        service.terminate()
        service.wait()
    assert function.namelist() == ["bootstrap"], function.namelist()
    program = folder / "bootstrap"
    program.write_bytes(function.read("bootstrap"))
    program.chmod(function.getinfo("bootstrap").external_attr >> 16)
    decisions = decide(program, keys, [f"Bearer {token}", f"Bearer {token}x"])
    assert [decision["isAuthorized"] for decision in decisions] == [True, False], decisions
    assert decisions[0]["context"]["user_name"] == "admin", decisions
    print("the service answers, and the authorizer decides")


def decide(program, keys, credentials):
    """What the function makes of these, as Lambda asks it."""
    waiting, decisions = list(credentials), []

    class Runtime(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if not waiting:
                time.sleep(60)
            event = {
                "version": "2.0", "type": "REQUEST", "identitySource": [waiting[0]],
                "routeArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/users/read_all",
                "routeKey": "GET /users/read_all", "headers": {"authorization": waiting.pop(0)},
                "requestContext": {"accountId": "123456789012", "apiId": "abcdef123", "requestId": "1"},
            }
            headers = {"lambda-runtime-aws-request-id": str(len(waiting)), "lambda-runtime-deadline-ms": str(2**52)}
            headers["lambda-runtime-invoked-function-arn"] = "arn:aws:lambda:us-east-1:123456789012:function:authorizer"
            self.answer(200, json.dumps(event).encode(), headers)

        def do_POST(self):
            decisions.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.answer(202, b"", {})

        def answer(self, status, body, headers):
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Runtime)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", "AWS_LAMBDA_FUNCTION_NAME": "authorizer",
        "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AUTHORIZER_MODE": "local", "JWKS": keys,
    }
    function = subprocess.Popen([program], env=environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(decisions) == len(credentials), "the authorizer does not decide", process=function)
    finally:
        function.kill()
        function.wait()
    return decisions


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


main()
