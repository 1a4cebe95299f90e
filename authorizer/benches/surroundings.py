"""What an authorizer finds around it in AWS: Lambda's runtime API, Cloud Map's API, and the VPC's name server."""

import json
import socket
import struct
import threading

HOST = "127.0.0.1"
NAMESPACE = "tracker-dev.internal"
SERVICE = "service"


class Runtime:
    """The runtime API: hands out the same event again and again, and notes when it is answered."""

    def __init__(self, event):
        self.event = json.dumps(event).encode()
        self.listener = socket.create_server((HOST, 0))
        self.address = "%s:%d" % self.listener.getsockname()
        self.number = 0
        self.answers = threading.Semaphore(0)
        self.events = threading.Semaphore(0)
        self.last = None
        threading.Thread(target=accept, args=(self.listener, self.talk), daemon=True).start()

    def ask(self, times=1):
        """Has the event answered so often."""
        for _ in range(times):
            self.events.release()
        for _ in range(times):
            if not self.answers.acquire(timeout=30):
                raise TimeoutError("the authorizer does not answer")

    def talk(self, stream):
        for method, path, body in requests(stream):
            if method == "GET":
                self.events.acquire()
                self.number += 1
                head = (
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    f"Lambda-Runtime-Aws-Request-Id: request-{self.number}\r\n"
                    "Lambda-Runtime-Deadline-Ms: 4000000000000\r\n"
                    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:authorizer\r\n"
                    f"Content-Length: {len(self.event)}\r\n\r\n"
                )
                stream.sendall(head.encode() + self.event)
            else:
                self.last = (path.rsplit("/", 1)[1], json.loads(body))
                stream.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
                self.answers.release()


class CloudMap:
    """`DiscoverInstances`: one healthy task."""

    def __init__(self, port):
        instance = {
            "InstanceId": "task",
            "NamespaceName": NAMESPACE,
            "ServiceName": SERVICE,
            "HealthStatus": "HEALTHY",
            "Attributes": {"AWS_INSTANCE_IPV4": HOST, "AWS_INSTANCE_PORT": str(port)},
        }
        self.body = json.dumps({"Instances": [instance], "InstancesRevision": 1}).encode()
        listener = socket.create_server((HOST, 0))
        self.port = listener.getsockname()[1]
        threading.Thread(target=accept, args=(listener, self.talk), daemon=True).start()

    def talk(self, stream):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {len(self.body)}\r\n\r\n"
        for _ in requests(stream):
            stream.sendall(head.encode() + self.body)


class NameServer:
    """The SRV record of one task, and its address."""

    def __init__(self, task_port):
        self.task_port = task_port
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.address = "%s:%d" % self.socket.getsockname()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            end = query.index(b"\0", 12) + 5
            kind = struct.unpack("!H", query[end - 4 : end - 2])[0]
            data = {
                1: socket.inet_aton(HOST),
                33: struct.pack("!HHH", 1, 1, self.task_port) + name(f"task.{SERVICE}.{NAMESPACE}"),
            }.get(kind)
            record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data if data else b""
            head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if data else 0, 0, 0)
            self.socket.sendto(head + query[12:end] + record, client)


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def accept(listener, talk):
    while True:
        stream, _ = listener.accept()
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=talk, args=(stream,), daemon=True).start()


def requests(stream):
    """Method, path and body of each request on a connection."""
    reader = stream.makefile("rb")
    while True:
        try:
            line = reader.readline()
        except ConnectionError:
            return
        if not line:
            return
        method, path, _ = line.decode().split(" ")
        length = 0
        while (header := reader.readline()) not in (b"\r\n", b""):
            key, _, value = header.partition(b":")
            if key.lower() == b"content-length":
                length = int(value)
        yield method, path, reader.read(length)
