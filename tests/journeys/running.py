"""`vauban serve` as processes of its own, and what is done to them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3.session
    from botocore.client import BaseClient

START_SECONDS = 60
SECONDS = 30
"""How long something that comes by itself is waited for."""
COMMANDS = Path(sys.executable).parent
"""Where `vauban` and `aws` are: beside this Python, first on every PATH here."""
VAUBAN = [sys.executable, "-m", "vauban.cli"]


def environment(**more: str) -> dict[str, str]:
    """This process's, without whatever it says of AWS or Vauban, and with our commands first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAUBAN_"))}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": ""}
    return {**kept, **nothing, "PATH": f"{COMMANDS}:{kept['PATH']}", "PYTHONUNBUFFERED": "1", **more}


class Server:
    """One server, and `vauban`'s commands about it. Its port is taken at the first start and kept from then on."""

    def __init__(
        self, data: str | Path, *options: str, log: Path, port: int = 0, prefix: tuple[str, ...] = (), **more: str
    ):
        """``prefix``: words before the command (`prlimit …`). ``more``: variables of its environment."""
        self.data = str(data)
        self.options = options
        self.log = log
        self.port = port
        self.environment = environment(**more)
        self.process: subprocess.Popen | None = None
        self._prefix = prefix
        self._scheme = "https" if "--tls" in options or "--tls-certificate" in options else "http"

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start it, and wait until it says that it answers (or is sealed)."""
        seen = len(self.output())
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self._words(), env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_for(rf"(?:answers|is sealed) at {self._scheme}://[\w.]+:(\d+)", seen)
        return self

    def start_refused(self) -> str:
        """Start it where it cannot start: what it says."""
        done = subprocess.run(
            self._words(), env=self.environment, capture_output=True, text=True, timeout=START_SECONDS
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def _words(self) -> list[str]:
        return [*self._prefix, *VAUBAN, "serve", "--data", self.data, "--port", str(self.port), *self.options]

    def wait_for(self, pattern: str, seen: int = 0) -> re.Match:
        """Wait until the server has written this, after ``seen`` characters; a port in it is the server's."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if match := re.search(pattern, self.output()[seen:]):
                if match.groups():
                    self.port = int(match[1])
                return match
            assert self.process.poll() is None, f"the server ended: {self.output()}"
            time.sleep(0.01)
        raise AssertionError(f"the server did not write {pattern!r}: {self.output()}")

    def output(self) -> str:
        """All that it wrote, over all its starts."""
        return self.log.read_text() if self.log.exists() else ""

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/_vauban/health", timeout=10) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """As Ctrl-C does, which reaches every process of the terminal; the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)

    def restart(self) -> "Server":
        assert self.stop() == 0
        return self.start()

    def processes(self) -> list[int]:
        """The writer and the workers, in the order in which they were started."""
        return sorted(set(_children(self.process.pid)) - set(self.edges()))

    def edges(self) -> list[int]:
        """The processes of the edge."""
        return sorted(pid for pid in _children(self.process.pid) if _name(pid) == "vauban-edge")

    def kill(self) -> None:
        """As a power cut does to every process of the server at once."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGSTOP)
        for child in _children(self.process.pid):
            # What a child had started may have ended with it.
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=30)

    @staticmethod
    def run_elsewhere(*words: str) -> str:
        """What a command prints that needs no server."""
        done = subprocess.run([*VAUBAN, *words], env=environment(), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def command(self, *words: str, input: str = "") -> str:
        """What `vauban WORDS` about this server prints; it must succeed."""
        done = self.run(*words, input=input)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *words: str, input: str = "") -> str:
        """What `vauban WORDS` says where it fails, which it must, in words."""
        done = self.run(*words, input=input)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def run(self, *words: str, input: str = "") -> subprocess.CompletedProcess:
        where = ["--data", self.data, "--port", str(self.port)]
        return subprocess.run(
            [*VAUBAN, words[0], *where, *words[1:]],
            env=self.environment,
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def credentials(self, *options: str) -> dict[str, str]:
        """The variables that `vauban credentials` exports."""
        return dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", self.command("credentials", *options), re.MULTILINE))

    def client(self, service: str, *options: str, region: str = "us-east-1", **config: Any) -> "BaseClient":
        """A boto3 client over the socket, signing as ``vauban credentials OPTIONS`` says; without retries."""
        return client(self.url, service, self.credentials(*options), region, **config)


_session_lock = threading.Lock()


@cache
def _session() -> "boto3.session.Session":
    """One for all clients: what it has read of botocore's models is not read again."""
    import boto3

    return boto3.session.Session()


def client(url: str, service: str, exported: dict[str, str], region: str = "us-east-1", **config: Any) -> "BaseClient":
    """A boto3 client, with connections of its own, signing with what `vauban credentials` exports."""
    from botocore.config import Config

    with _session_lock:
        return _session().client(
            service,
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
            config=Config(**{"retries": {"total_max_attempts": 1}, "max_pool_connections": 64, **config}),
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


def _name(pid: int) -> str:
    """Of a process; empty where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def eventually(call: Callable[[], Any]) -> Any:
    """What ``call`` gives, once it gives anything true and raises nothing."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if found := call():
                return found
        except Exception:
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
