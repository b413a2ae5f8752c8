"""SNS in process, and endpoints that listen to it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


class Endpoint:
    """A real HTTP server that keeps what it is sent, and answers what it is told to."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        """What the next requests are answered with; 200 after that."""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(endpoint.statuses.pop(0) if endpoint.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def vauban() -> Iterator[InProcess]:
    running = InProcess((ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()


@pytest.fixture
def sns(vauban):
    return vauban.client("sns")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    listening = Endpoint()
    yield listening
    listening.close()


@pytest.fixture
def topic(sns) -> str:
    return sns.create_topic(Name="orders")["TopicArn"]


@pytest.fixture
def confirmed(sns, endpoint, topic) -> str:
    """A confirmed subscription of the endpoint."""
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    token = endpoint.messages()[-1]["Token"]
    endpoint.received.clear()
    return sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
