"""The Lambda Runtime API, for one environment: what a runtime asks for its events, and answers them to.

Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes" (2018-06-01).
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MOST_ANSWER_BYTES = 6 * 1024 * 1024 + 1024
_PREFIX = "/2018-06-01/runtime/"
_HEAD = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What a runtime says of an event, or of its own start where that failed."""

    payload: bytes
    failed: bool = False


class RuntimeApi:
    """Listens on a loopback port. One event at a time is given out, and one answer to it taken."""

    def __init__(self, user: int | None):
        """``user`` is the only one that may ask; None where the environment has no user of its own."""
        self._changed = threading.Condition()
        self._event: tuple[str, Mapping[str, str], bytes] | None = None
        self._current = ""
        self._answer: Answer | None = None
        self._init_error: Answer | None = None
        self._asked = False
        self._closed = False
        self._user = user
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def init_error(self) -> Answer | None:
        return self._init_error

    def give(self, request_id: str, headers: Mapping[str, str], payload: bytes) -> None:
        with self._changed:
            self._event, self._current, self._answer = (request_id, headers, payload), request_id, None
            self._changed.notify_all()

    def wait_asked(self, until: float) -> bool:
        """Whether the runtime has asked for its first event by ``until`` (monotonic), and did not fail to start."""
        return self._wait(lambda: self._asked or self._init_error is not None, until) and self._init_error is None

    def wait_answer(self, until: float) -> Answer | None:
        self._wait(lambda: self._answer is not None, until)
        return self._answer

    def close(self) -> None:
        """End waiting; nothing is given out or taken any more."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def stop_waiting(self) -> None:
        """The runtime is gone."""
        threading.Thread(target=self.close, daemon=True).start()

    def next(self) -> tuple[str, Mapping[str, str], bytes] | None:
        with self._changed:
            self._asked = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._event is not None or self._closed)
            event, self._event = self._event, None
            return event

    def take(self, request_id: str, answer: Answer) -> bool:
        """Whether the answer is to the event that is being worked on."""
        with self._changed:
            if request_id != self._current:
                return False
            self._current, self._answer = "", answer
            self._changed.notify_all()
            return True

    def take_init_error(self, answer: Answer) -> None:
        with self._changed:
            self._init_error = answer
            self._changed.notify_all()

    def admits(self, port: int) -> bool:
        """Whether it is the environment's own user that has this end of a connection."""
        return self._user is None or _owner(port) == self._user

    def _wait(self, condition: Callable[[], bool], until: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: condition() or self._closed, max(until - time.monotonic(), 0))
            return condition()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A runtime that is gone in the middle of a word is no news."""


def _owner(port: int) -> int | None:
    """The user of the loopback socket at a port, as proc_net_tcp(5) tells it."""
    wanted = f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[1].endswith(wanted) and columns[3] == "01":
            return int(columns[7])
    return None


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path != f"{_PREFIX}invocation/next" or not api.admits(self.client_address[1]):
                return self._reply(403)
            event = api.next()
            if event is None:
                return self._reply(500)
            request_id, headers, payload = event
            self._reply(200, payload, {"Lambda-Runtime-Aws-Request-Id": request_id, **headers})

        def do_POST(self) -> None:
            if not api.admits(self.client_address[1]):
                return self._reply(403)
            size = int(self.headers.get("content-length") or 0)
            if size > MOST_ANSWER_BYTES:
                self.close_connection = True
                return self._too_large(size)
            body = self._body(size)
            match self.path.removeprefix(_PREFIX).split("/"):
                case ["init", "error"]:
                    api.take_init_error(Answer(body, failed=True))
                    self._reply(202)
                case ["invocation", request_id, "response" | "error" as how]:
                    taken = api.take(request_id, Answer(body, failed=how == "error"))
                    self._reply(202 if taken else 400)
                case _:
                    self._reply(404)

        def _too_large(self, size: int) -> None:
            words = f"Response payload size ({size} bytes) exceeded maximum allowed payload size (6291556 bytes)."
            told = json.dumps({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": words})
            api.take(self.path.split("/")[-2], Answer(told.encode(), failed=True))
            self._reply(413)

        def _body(self, size: int) -> bytes:
            if self.headers.get("transfer-encoding", "").lower() != "chunked":
                return self.rfile.read(size)
            body = bytearray()
            while length := int(self.rfile.readline(_HEAD).split(b";")[0], 16):
                if len(body) + length > MOST_ANSWER_BYTES:
                    raise ConnectionError("the answer is too large")
                body += self.rfile.read(length)
                self.rfile.readline(_HEAD)
            self.rfile.readline(_HEAD)
            return bytes(body)

        def _reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """What functions do here is no news."""

    return Handler
