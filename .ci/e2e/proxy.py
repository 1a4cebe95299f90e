"""A server between the tool and AWS: it writes down what is asked for, and does to it what a check wants.

A rule is a function of a call. It is asked at three stages: when the call was `asked` and is not passed on yet, when it was
`done` and the answer is not sent yet, and when it was `told`. It gives nothing, or what happens in the place of the answer:
a `Refusal`, `RESET`, or after a while what would happen anyway, `Slow`.
"""

import collections
import dataclasses
import http.client
import http.server
import json
import re
import socket
import struct
import threading
import time
import urllib.parse

import parts

RESET = "reset"
NAMES = ("Name", "SecretId", "services", "repositoryName", "repositoryNames", "cluster", "Identifier", "name", "pipelineName")
# Who asks whether an object is there needs the right to read it.
STORAGE = {"HEAD": "GetObject", "GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
VERSIONS = {"GET": "ListBucketVersions", "POST": "DeleteObjectVersion"}
SERVICES = {"AmazonSSM": "ssm", "secretsmanager": "secretsmanager", "CloudApiService": "cloudformation"}
SERVICES |= {"Route53AutoNaming": "servicediscovery", "CodePipeline": "codepipeline", "Logs": "logs"}
# Of services that are asked by forms, by the version of their protocol.
FORMS = {"2011-06-15": "sts", "2016-11-15": "ec2", "2014-10-31": "rds"}
SERVICES |= {"AmazonEC2ContainerRegistry": "ecr", "AmazonEC2ContainerServiceV20141113": "ecs"}
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An answer that AWS gives in the place of what was asked for."""

    status: int
    code: str
    message: str

    def of(self, action):
        """Storage has a word of its own for it."""
        return Refusal(503, "SlowDown", self.message) if self == THROTTLED and action.startswith("s3:") else self

    def body(self, action):
        if action.startswith("ec2:"):
            error = f"<Code>{self.code}</Code><Message>{self.message}</Message>"
            return f"<Response><Errors><Error>{error}</Error></Errors><RequestID>0</RequestID></Response>".encode()
        if action.startswith(("cloudformation:", "sts:", "rds:")) and action != "cloudformation:GetResource":
            error = f"<Type>Sender</Type><Code>{self.code}</Code><Message>{self.message}</Message>"
            return f"<ErrorResponse><Error>{error}</Error><RequestId>0</RequestId></ErrorResponse>".encode()
        if action.startswith("s3:"):
            return f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>".encode()
        return json.dumps({"__type": self.code, "message": self.message}).encode()


@dataclasses.dataclass(frozen=True)
class Slow:
    seconds: float


UNAVAILABLE = Refusal(503, "ServiceUnavailable", "come back later")
THROTTLED = Refusal(400, "Throttling", "Rate exceeded")
DENIED = Refusal(403, "AccessDenied", "User: test is not authorized")
EXPIRED = Refusal(403, "ExpiredToken", "The security token included in the request is expired")


@dataclasses.dataclass(frozen=True)
class Call:
    """What is asked for, as rights are named, and about what. Calls that are the same in different runs are equal in these."""

    action: str
    about: str
    number: int
    stage: str = "asked"

    def key(self):
        return self.action, self.about


def once(fault, stage="asked"):
    """Each distinct call, the first time."""
    seen = set()

    def rule(call):
        if call.stage != stage or call.key() in seen:
            return None
        seen.add(call.key())
        return fault

    return rule


def always(fault, action=None):
    """Each call; of one action, if it is named."""
    return lambda call: fault if call.stage == "asked" and action in (None, call.action) else None


def since(fault, *key):
    """From the first of these calls on."""
    begun = threading.Event()

    def rule(call):
        if call.key() == key:
            begun.set()
        return fault if call.stage == "asked" and begun.is_set() else None

    return rule


class Proxy:
    def __init__(self, target):
        self.target, self.rule, self.calls = target, None, []
        self.stacks, self.lock = {}, threading.Lock()
        self.server = Server(("127.0.0.1", 0), type("Exchange", (Exchange,), {"proxy": self}))
        url = f"http://127.0.0.1:{self.server.server_port}"
        self.variables = {"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_S3": url}

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def begin(self, rule=None):
        """What is done to the calls from now on; the ones before are forgotten."""
        with self.lock:
            self.rule, self.calls = rule, []

    def count(self):
        return collections.Counter(call.action for call in self.calls)

    def called(self, action, about):
        with self.lock:
            self.calls.append(Call(action, about, len(self.calls) + 1))
            return self.calls[-1]

    def decide(self, call, stage):
        with self.lock:
            return self.rule and self.rule(dataclasses.replace(call, stage=stage))

    def learn(self, action, about, answer):
        """The ARN of a change set does not say whose it is."""
        if action == "cloudformation:CreateChangeSet" and (found := re.search(rb"<Id>(.*?)</Id>", answer)):
            self.stacks[found[1].decode()] = about


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 256

    def shutdown_request(self, request):
        # A connection that is reset is not ended politely before.
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, *_):
        """A client that was killed, or has given up."""


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A header and a body that wait for each other's acknowledgement take 40 ms.
    disable_nagle_algorithm = True
    proxy = None

    def do(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        action, about = asked(self.command, self.path, self.headers, body, self.proxy.stacks)
        call = self.proxy.called(action, about)
        fault = self.proxy.decide(call, "asked")
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        if fault is None or isinstance(fault, Slow):
            status, headers, answer = self.passed_on(body)
            self.proxy.learn(action, about, answer)
            fault = self.proxy.decide(call, "done")
        if isinstance(fault, Refusal):
            refusal = fault.of(action)
            status, headers, answer = refusal.status, [], refusal.body(action)
        if fault == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        else:
            self.say(status, headers, answer)
            self.proxy.decide(call, "told")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do

    def passed_on(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.target)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        connection.request(self.command, self.path, body, {**headers, "content-length": str(len(body))})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, response.getheaders(), answer

    def say(self, status, headers, answer):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


def asked(method, path, headers, body, stacks):
    """The action of a request, and what it is about, without what differs from run to run."""
    if target := headers.get("x-amz-target"):
        service, action = target.split(".")
        question = json.loads(body or b"{}")
        about = next((str(question[name]) for name in NAMES if name in question), "")
        return f"{SERVICES.get(service.split('_')[0], service)}:{action}", steady(about)
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        service = FORMS.get(form["Version"], "cloudformation")
        change_set = form.get("ChangeSetName", "")
        about = form.get("StackName") or form.get("ExportName") or stacks.get(change_set) or change_set
        return f"{service}:{form['Action']}", steady(about)
    address = urllib.parse.urlsplit(path)
    verbs = VERSIONS if address.query.startswith(("versions", "delete")) else STORAGE
    return f"s3:{verbs[method]}", steady(address.path)


def steady(text):
    """A stack by its name and not by its ARN, and no random tokens."""
    text = re.sub(r"arn:[^/']*:stack/([^/']*)/[^/']*", r"\1", text)
    text = re.sub(r"arn:[^/']*:(changeSet/[^/']*)/[^/']*", r"\1", text)
    return re.sub(r"synth-[0-9a-f]{16}", "synth", text).removeprefix(f"{parts.REPOSITORY}-")
