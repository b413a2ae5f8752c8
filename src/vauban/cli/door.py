"""How commands reach a running server: HTTP over a Unix socket that only its owner can open."""

import argparse
import http.client
import json
import os
import socket
import time
from typing import Any

from vauban.cli.main import CommandFailed
from vauban.settings import SettingError, Settings, read, variable
from vauban.sockets import admin_socket

_RESTART_SECONDS = 30.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options by which every command finds its server."""
    parser.add_argument("--data", metavar="DIR", help="the server's data directory, or `memory` (default: data)")
    parser.add_argument("--port", help="the port of a `memory` server (default: 4566)")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str):
        super().__init__("vauban", timeout=600)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(given: argparse.Namespace, method: str, path: str, body: Any = None) -> Any:
    """The server's answer, as data. Raises CommandFailed with the server's own words."""
    server = _server(given)
    try:
        connection = _UnixConnection(str(admin_socket(server.data, server.port)))
    except OSError as error:
        raise CommandFailed(str(error)) from None
    try:
        connection.request(method, f"/_vauban/{path}", None if body is None else json.dumps(body))
        response = connection.getresponse()
        answer = json.loads(response.read() or b"null")
    except (FileNotFoundError, ConnectionRefusedError):
        where = f"port {server.port}, in memory" if server.scratch else f"data directory {server.directory.absolute()}"
        raise CommandFailed(f"no server of yours runs there ({where}). Start one with `vauban serve`.") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CommandFailed(f"the server did not answer: {error}") from None
    finally:
        connection.close()
    if response.status >= 400:
        said = answer.get("message") if isinstance(answer, dict) else None
        raise CommandFailed(said or f"the server answered {response.status}")
    return answer


def wait(given: argparse.Namespace, *, sealed: bool) -> None:
    """Until the server, whose processes are being started anew, is sealed or open. Raises CommandFailed."""
    deadline = time.monotonic() + _RESTART_SECONDS
    while True:
        try:
            if ask(given, "GET", "status")["sealed"] is sealed:
                return
        except CommandFailed:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _server(given: argparse.Namespace) -> Settings:
    """Where it is: by option, variable or default."""
    variables = {variable(name): os.environ.get(variable(name), "") for name in ("data", "port")}
    try:
        return read({"data": given.data, "port": given.port}, variables)
    except SettingError as error:
        raise CommandFailed(str(error)) from None
