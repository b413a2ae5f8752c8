"""Journeys: stories told through the real server and other people's clients.

Each test has a server of its own, on a free port and in a directory of its own, so that they run side by side.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .running import Server

ACCOUNT = "111122223333"


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
