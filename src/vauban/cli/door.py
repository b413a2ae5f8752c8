"""How commands reach a running server: HTTP over a Unix socket that only its owner can open."""

import argparse
import http.client
import json
import os
import socket
from typing import Any

from vauban.cli.main import CommandFailed
from vauban.settings import variable
from vauban.sockets import admin_socket


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options by which every command finds its server."""
    parser.add_argument("--data", metavar="DIR", help="the server's data directory, or `memory` (default: data)")
    parser.add_argument("--port", type=int, help="the port of a `memory` server (default: 4566)")


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
    data = given.data or os.environ.get(variable("data")) or "data"
    port = given.port or int(os.environ.get(variable("port")) or 4566)
    connection = _UnixConnection(str(admin_socket(data, port)))
    try:
        connection.request(method, f"/_vauban/{path}", None if body is None else json.dumps(body))
        response = connection.getresponse()
        answer = json.loads(response.read() or b"null")
    except (FileNotFoundError, ConnectionRefusedError):
        where = f"port {port}, in memory" if data == "memory" else f"data directory {os.path.abspath(data)}"
        raise CommandFailed(f"no server of yours runs there ({where}). Start one with `vauban serve`.") from None
    except (OSError, http.client.HTTPException) as error:
        raise CommandFailed(f"the server did not answer: {error}") from None
    finally:
        connection.close()
    if response.status >= 400:
        raise CommandFailed(answer.get("message", f"the server answered {response.status}"))
    return answer
