"""A server as a process: start, stop, CPU time, memory."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
TICK = 1 / os.sysconf("SC_CLK_TCK")
POLL = 0.0005
PATIENCE = 30


@dataclass
class Server:
    """A command that serves HTTP on a port, and writes its log to a file."""

    name: str
    command: list
    environment: dict
    port: int
    log: Path
    process: subprocess.Popen = field(default=None, init=False)

    def start(self):
        """Returns the seconds until the first answer, those of making the process included."""
        with self.log.open("wb") as log:
            start = time.perf_counter()
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        while not answers(self.port):
            if self.process.poll() is not None or time.perf_counter() - start > PATIENCE:
                self.stop()
                sys.exit(f"{self.name} does not answer; its log is {self.log}")
            time.sleep(POLL)
        return time.perf_counter() - start

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def cpu(self):
        """Seconds that the process and those below it have spent."""
        return sum(times(process) for process in tree(self.process.pid))

    def memory(self):
        """What is resident now, in MiB."""
        return sum(resident(process) for process in tree(self.process.pid))

    def request(self, method, path, headers, body=None):
        """Returns the status, the headers and the body of the answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def answers(port):
    try:
        with socket.create_connection((HOST, port), timeout=PATIENCE) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    except ConnectionError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def tree(process):
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(below for child in children for below in tree(child))]


def times(process):
    # After the name, which may hold spaces: state is the first, utime the twelfth, stime the thirteenth.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def resident(process):
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
