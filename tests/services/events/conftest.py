"""EventBridge in process, and what its targets were sent."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from vauban.services.events.deliveries import FAILED, SENT
from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def events(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("events")


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    """Two accounts."""
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()


@pytest.fixture
def parcels() -> Callable[..., list[dict[str, Any]]]:
    """What was sent to targets so far."""
    return lambda vauban: [json.loads(each.secrets["parcel"]) for each in vauban.events if each.detail_type == SENT]


@pytest.fixture
def failures() -> Callable[..., list[dict[str, Any]]]:
    """What did not get to its target so far, with the reason."""
    return lambda vauban: [each.detail for each in vauban.events if each.detail_type == FAILED]


class Listener:
    """A real HTTP server that keeps what it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.answers: list[tuple[int, dict[str, str], str]] = []
        """Status, headers and body for the next requests; 200 without a body after that."""
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                listener.requests.append(Asked(self.command, self.path, headers, body))
                status, more, told = listener.answers.pop(0) if listener.answers else (200, {}, "")
                self.send_response(status)
                for name, value in {**more, "Content-Length": str(len(told))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told.encode())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()
