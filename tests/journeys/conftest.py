"""Journeys: stories told through the real server and other people's clients."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`vauban serve` as a process of its own, and `vauban`'s commands for it."""

    def __init__(self, data: str | Path, *options: str, port: int = 0, environment: dict[str, str] | None = None):
        self.data = str(data)
        self.port = port or free_port()
        self.options = options
        self.environment = {**os.environ, **(environment or {})}
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> "Server":
        command = [sys.executable, "-m", "vauban.cli", "serve", "--data", self.data, "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, *self.options], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended: {self.process.stdout.read()}")
            try:
                self.health()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server did not answer")

    def health(self) -> dict:
        with urllib.request.urlopen(f"{self.url}/_vauban/health", timeout=5) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """As Ctrl-C does; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """As a power cut does to every process of the server at once."""
        for child in _children(self.process.pid):
            os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=30)

    def command(self, *words: str, input: str | None = None) -> subprocess.CompletedProcess:
        """`vauban WORDS` about this server."""
        where = ["--data", self.data, "--port", str(self.port)]
        return subprocess.run(
            [sys.executable, "-m", "vauban.cli", words[0], *where, *words[1:]],
            env=self.environment,
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def credentials(self, *options: str) -> dict[str, str]:
        """The variables that `vauban credentials` exports."""
        printed = self.command("credentials", *options)
        assert printed.returncode == 0, printed.stderr
        return dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", printed.stdout, re.MULTILINE))

    def shell(self, script: str, *options: str, directory: Path | None = None) -> subprocess.CompletedProcess:
        """A shell script with these credentials in its environment."""
        environment = {**self.environment, **self.credentials(*options), "AWS_PAGER": ""}
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=environment,
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def client(self, service: str, *options: str, region: str = "us-east-1"):
        """A boto3 client over the socket."""
        import boto3

        exported = self.credentials(*options)
        return boto3.session.Session().client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
        )


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found += [*_children(int(entry.name)), int(entry.name)]
    return found


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator:
    """Start servers; whatever still runs at the end is ended."""
    started: list[Server] = []

    def make(*options: str, data: str | Path | None = None, **more) -> Server:
        server = Server(data or tmp_path / "data", *options, **more)
        started.append(server)
        return server.start()

    yield make
    for server in started:
        if server.process is not None and server.process.poll() is None:
            server.kill()


@pytest.fixture
def server(make_server) -> Server:
    """A server on a data directory of its own."""
    return make_server()
