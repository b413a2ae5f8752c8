"""Servers to measure: Vauban as it is served, and its peers as their own commands start them."""

import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.calls import ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY, ask
from benchmarks.load import Serving, family, free_port, serving

PEERS = ("moto[server]>=5.2,<6", "ministack>=1.5,<2")
_PEERS_DIRECTORY = Path(sys.prefix) / "peers"


def vauban_command(data: Path, port: int, workers: int, *options: str) -> list[str]:
    """`vauban serve`, with an access key that the calls of these benchmarks are signed with."""
    command = [str(Path(sys.executable).with_name("vauban")), "serve", "--data", str(data), "--port", str(port)]
    account = f"{ACCOUNT}={ACCESS_KEY_ID}:{SECRET_ACCESS_KEY}"
    return [*command, "--workers", str(workers), "--account", account, *options]


@contextmanager
def vauban(workers: int, *options: str, data: Path | None = None) -> Iterator[Serving]:
    """Vauban on a data directory: one that is thrown away, unless one is given."""
    with tempfile.TemporaryDirectory(prefix="vauban-bench-") as scratch:
        port = free_port()
        with serving(vauban_command(data or Path(scratch), port, workers, *options), port) as started:
            await_answer(port)
            _, *children = family(started.pid)
            yield Serving(started.pid, port, tuple(children[-workers:]))


@contextmanager
def moto() -> Iterator[Serving]:
    with _peer("moto_server", "-p{port}") as server:
        yield server


@contextmanager
def ministack() -> Iterator[Serving]:
    with _peer("ministack") as server:
        yield server


def new_key(server: Serving) -> str:
    return ask(server.port, "CreateKey", {})["KeyMetadata"]["KeyId"]


def await_answer(port: int, patience_seconds: float = 60) -> None:
    """Until a call is answered: a server may listen before it can answer."""
    deadline = time.monotonic() + patience_seconds
    while True:
        with suppress(OSError, RuntimeError):
            ask(port, "ListKeys", {"Limit": 1})
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"what listens on port {port} answers no call")
        time.sleep(0.02)


@contextmanager
def _peer(name: str, *options: str) -> Iterator[Serving]:
    port = free_port()
    command = [str(_peers() / name), *(option.format(port=port) for option in options)]
    quiet = {"GATEWAY_PORT": str(port), "LOG_LEVEL": "ERROR", "BIND_HOST": "127.0.0.1", "WERKZEUG_LOG_LEVEL": "ERROR"}
    with serving(command, port, environment=quiet, quiet=True) as server:
        await_answer(port)
        yield server


def _peers() -> Path:
    """Where the peers' commands are: an environment of their own, for they ask for another botocore than we do."""
    commands = _PEERS_DIRECTORY / "bin"
    if not (commands / "ministack").exists() or not (commands / "moto_server").exists():
        print("Installing the peers…", file=sys.stderr)
        venv.create(_PEERS_DIRECTORY, with_pip=True)
        pip = [str(commands / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PEERS], check=True)
    return commands
