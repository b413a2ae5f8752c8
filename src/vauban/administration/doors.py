"""The doors of whoever runs the server, beside AWS's APIs: `/_vauban/…`.

The private door is a Unix socket that only its owner can open; `vauban`'s commands use it. The public one is on the
server's port and answers health; of a scratch server also the clock and a reset, for tests.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from vauban.kernel.requests import Request, Response

PREFIX = "/_vauban/"

Answer = Callable[[dict[str, Any]], Awaitable[Any]]
"""An admin operation: given the JSON body, the answer as data. Raises Refused."""


class Refused(Exception):
    """Told to the operator, with a status."""

    def __init__(self, message: str, status: int = 400):
        super().__init__(message)
        self.status = status


class Door:
    """An application answering `METHOD /_vauban/NAME` by a table, in JSON."""

    def __init__(self, operations: Mapping[str, Answer]):
        """``operations``: ``"GET health"`` -> its answer; ``"GET explain/"`` takes what is behind it as ``id``."""
        self._operations = operations

    async def __call__(self, request: Request) -> Response:
        try:
            operation, given = self._find(request)
            return _json(200, await operation(given))
        except Refused as refusal:
            return _json(refusal.status, {"message": str(refusal)})

    def _find(self, request: Request) -> tuple[Answer, dict[str, Any]]:
        name = f"{request.method} {request.path.removeprefix(PREFIX)}"
        if name in self._operations:
            return self._operations[name], _body(request)
        head, slash, last = name.rpartition("/")
        if slash and head + "/" in self._operations:
            return self._operations[head + "/"], {"id": last}
        raise Refused(f"there is no {request.method} {request.path} here", 404)


def _body(request: Request) -> dict[str, Any]:
    try:
        given = json.loads(request.body or b"{}")
    except ValueError:
        raise Refused("the body is not JSON") from None
    if not isinstance(given, dict):
        raise Refused("the body is not a JSON object")
    return given


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(body).encode() + b"\n")
