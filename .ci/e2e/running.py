"""Running what was pulled back: the service in its image, and the authorizer as Lambda runs it."""

import contextlib
import hashlib
import http.server
import io
import json
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
import zipfile

from parts import BUCKET, answers, free_port, heading, until

USER = 10001
NAME = "database.test"


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


def check_answers(root, function, folder, tool):
    """The service answers from its image, with the keys that the tool makes, and the authorizer decides about the token
    that it gives."""
    status, _, errors = tool.run("keys", "init")
    assert status == 0, errors
    port, password = free_port(), tool.secret("admin-password")
    environment = {
        "LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "DATABASE_URL": "sqlite:///data/service.db",
        "SIGNING_KEY": tool.secret("signing-key"),
        "ADMIN_PASSWORD": password,
    }
    service = subprocess.Popen(inside(root, "serve"), env=environment, stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(port), "the service does not answer")
        url = f"http://127.0.0.1:{port}"
        form = urllib.parse.urlencode({"username": "admin", "password": password}).encode()
        token = json.load(urllib.request.urlopen(f"{url}/auth/token", form))["access_token"]
        served = json.load(urllib.request.urlopen(f"{url}/.well-known/jwks.json"))
        keys = tool.secret("jwks")
        assert json.loads(keys) == served, (keys, served)
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
            while not waiting:
                time.sleep(1)
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
