"""Journeys: stories told through the real server and other people's clients.

Each test has a server of its own, on a free port and in a directory of its own, so that they run side by side.
"""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .running import Server, free_ports

ACCOUNT = "111122223333"
HOME, AWAY = "us-east-1", "eu-west-1"


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers; whatever still runs at the end is ended."""
    made: list[Server] = []

    def make(*options: str, data: str | Path | None = None, start: bool = True, **more: object) -> Server:
        server = Server(data or tmp_path / "data", *options, log=tmp_path / f"server-{len(made)}.log", **more)
        made.append(server)
        return server.start() if start else server

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def server(make_server) -> Server:
    """A server on a data directory of its own, with two workers."""
    return make_server("--workers", "2")


@pytest.fixture
def regional_servers(make_server: Callable[..., Server], tmp_path: Path) -> tuple[Server, Server]:
    """One of each Region, started, with the same account and root key."""
    secret = tmp_path / "link.secret"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_hex(32))
    ports = free_ports(2)
    account = f"{ACCOUNT}=AKIAVAUBANTEST000001:{'s' * 40}"
    made = []
    for mine, other, port, peers_port in ((HOME, AWAY, *ports), (AWAY, HOME, *reversed(ports))):
        options = ["--workers", "2", "--regions", mine, "--peer", f"{other}=http://127.0.0.1:{peers_port}"]
        options += ["--link-secret-file", str(secret), "--account", account]
        made.append(make_server(*options, data=tmp_path / mine, port=port))
    return tuple(made)
