"""Vauban without a socket, for tests: yours as well as ours.

    def test_a_disabled_key_encrypts_nothing(vauban):
        kms = vauban.client("kms")
        ...

boto3 does all it does, but its requests go straight to a gateway in this process. Nothing is kept. As pytest loads
this file wherever Vauban is installed, the server is imported only by a test that uses it.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from random import randrange
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from vauban.kernel.events import DomainEvent
from vauban.kernel.requests import Request, Response
from vauban.settings import Settings

if TYPE_CHECKING:
    from botocore.client import BaseClient

    from vauban.server import Vauban


class InProcess:
    """A scratch Vauban on a virtual clock, and clients for it."""

    def __init__(self, accounts: tuple[str, ...] = ("111122223333",), **settings: Any):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        from vauban.server import Scratch

        self.vauban: Vauban = Scratch(Settings(data="memory", clock="virtual", **{"edge_host": "", **settings}))
        for account in accounts:
            self._wait(self.vauban.accounts.create(account))
        self.events: list[DomainEvent] = []
        """What services have told at large or sent to each other, in order."""
        self.vauban.relay.listeners.append(self.events.append)
        self.accounts = accounts
        self.account = accounts[0]
        self._publishing = False

    def client(
        self,
        service: str,
        *,
        region: str = "us-east-1",
        account: str | None = None,
        user: str | None = None,
        credentials: dict[str, Any] | None = None,
        **more: Any,
    ) -> "BaseClient":
        """A boto3 client that signs as the account's root, as one of its users, or with ``Credentials`` of STS."""
        if credentials is None:
            key = self._wait(self.vauban.accounts.access_key(account or self.account, user))
            credentials = {"AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key.decode()}
        client = _session().client(
            service,
            region_name=region,
            endpoint_url=more.pop("endpoint_url", "http://vauban.test"),
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
            **more,
        )
        client.meta.events.register("before-send", self._send)
        return client

    def user(self, name: str, *policies: dict[str, Any], account: str | None = None, boundary: Any = None) -> str:
        """Make (or change) a user with these identity policies; its ARN."""
        documents = {f"policy-{number}": json.dumps(policy) for number, policy in enumerate(policies)}
        bound = json.dumps(boundary) if boundary else None
        return self._wait(self.vauban.accounts.put_user(account or self.account, name, documents, bound)).arn

    def open_edge(self) -> None:
        """Have load balancers really listen from now on, each at the loopback address of its own."""
        self._wait(self.vauban.open_edge(randrange(1 << 48)))
        self._publishing = True

    def advance(self, **duration: float) -> int:
        """Move the clock forward (``days=90``), doing what falls due; how many things did."""
        moment = self.vauban.clock.now() + timedelta(**duration).total_seconds()
        return self._wait(self.vauban.timers.advance(self.vauban.clock, moment))

    def trail(self) -> list[dict[str, Any]]:
        """Every CloudTrail record so far, oldest first."""
        from vauban.events.trail import cloudtrail_record

        return [cloudtrail_record(event) for event in self.vauban.store.trail.events(newest_first=False)]

    def request(self, request: Request) -> Response:
        """The answer to one raw request, once all that it set going has been done."""
        return self._wait(self._answered(request))

    def close(self) -> None:
        self._wait(self.vauban.close_edge())
        self.vauban.outside.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _answered(self, request: Request) -> Response:
        response = await self.vauban(request)
        await self.vauban.relay.deliver()
        if self._publishing:
            await self.vauban.publisher.publish()
        return response

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def _send(self, request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        response = self.request(_as_request(request))
        return AWSResponse(request.url, response.status, response.headers, _Raw(response.body))


@cache
def _session() -> Any:
    """One for all clients: making it is most of what a client costs."""
    import boto3

    return boto3.session.Session()


def _as_request(prepared: Any) -> Request:
    """botocore's AWSPreparedRequest, as the server would have read it."""
    url = urlsplit(prepared.url)
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in prepared.headers.items()
    }
    headers.setdefault("host", url.netloc)
    body = prepared.body or b""
    if hasattr(body, "read"):
        body = body.read()
    body = body.encode() if isinstance(body, str) else bytes(body)
    return Request(prepared.method, url.path or "/", url.query, headers, body)


class _Raw:
    """What botocore reads an answer's body from."""

    def __init__(self, body: bytes):
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: Any) -> bytes:
        body, self._body = self._body, b""
        return body


@pytest.fixture
def vauban() -> Iterator[InProcess]:
    """A scratch Vauban of this test's own, with one account."""
    running = InProcess()
    yield running
    running.close()
