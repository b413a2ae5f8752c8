"""Messages posted to whoever wants them over HTTP, one try at a time."""

import ipaddress
import time
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from vauban.outside import Outside

SECONDS = 15.0
"""For a whole exchange."""
MOST_BYTES = 64 * 1024
"""Of an answer."""


_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200")))
"""Where clouds tell their machines' credentials, beside the link-local addresses."""


class WebhookFailed(WorkFailed):
    """What came in place of a success; ``status`` is 0 where no answer came in time."""

    def __init__(self, reason: str, status: int = 0):
        super().__init__(reason)
        self.status = status

    @property
    def lasting(self) -> bool:
        """Whether another try would come to no more: the endpoint does not want it."""
        return self.status != 0 and self.status != 429 and self.status < 500


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Webhooks:
    """Posts. TLS certificates are verified, redirects are not followed, and no more is read than need be.

    Nothing is sent to link-local addresses, where machines in clouds are told their credentials, whatever name leads
    there: what counts is whom the connection is with.
    """

    def __init__(self, ca_file: str = "", *, public: bool = False) -> None:
        """``ca_file`` holds the trusted authorities in PEM; without one they are the system's.

        ``public``: nothing is sent to loopback and private addresses either.
        """
        self._ca_file = ca_file
        self._public = public
        self._turns: dict[str, float] = {}
        self._lock = Lock()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status, from 200 to 299. Raises WebhookFailed."""
        status, _, _ = self.exchange("POST", url, headers, body, SECONDS)
        if not 200 <= status < 300:
            raise WebhookFailed(f"the endpoint answered {status}", status)
        return status

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Whatever was answered, the body as far as there was room and time for it. Raises WebhookFailed."""
        import urllib3

        deadline = time.monotonic() + seconds
        timeout = urllib3.Timeout(connect=seconds / 3, read=seconds)
        try:
            with urllib3.PoolManager(1, retries=False, timeout=timeout, **self._trust(url)) as pool:
                pool.pool_classes_by_scheme = _pools(self._public)
                response = pool.request(
                    method, url, body=body, headers=dict(headers), redirect=False, preload_content=False
                )
                told = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, told, _read(response, deadline))
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise WebhookFailed(type(error).__name__) from None

    def await_turn(self, name: str, most_a_second: int) -> None:
        """Wait until one more of that name would not be one too many a second."""
        with self._lock:
            turn = max(self._turns.get(name, 0.0), time.monotonic())
            self._turns[name] = turn + 1 / most_a_second
        time.sleep(max(0.0, turn - time.monotonic()))

    def _trust(self, url: str) -> dict[str, Any]:
        if not url.startswith("https://"):
            return {}
        return {"cert_reqs": "CERT_REQUIRED", **({"ca_certs": self._ca_file} if self._ca_file else {})}


def is_reachable(address: str, public: bool) -> bool:
    """Whether messages may be sent to an IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in _METADATA:
        return False
    return ip.is_global or not public


class _Looked:
    """A connection of urllib3's that is looked at before anything is sent over it."""

    public = False

    def _new_conn(self) -> Any:
        connection = super()._new_conn()
        if not is_reachable(connection.getpeername()[0], self.public):
            connection.close()
            raise OSError("messages are not sent to this address")
        return connection


@cache
def _pools(public: bool) -> dict[str, Any]:
    """urllib3's pools by scheme, with such connections."""
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    plain = type("Plain", (_Looked, HTTPConnection), {"public": public})
    secure = type("Secure", (_Looked, HTTPSConnection), {"public": public})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


def post(outside: "Outside", url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> int:
    """For ``call.outside``. Raises WebhookFailed."""
    return outside.webhooks.post(url, dict(headers), body)


def exchange(
    outside: "Outside", method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes, seconds: float
) -> Answer:
    """For ``call.outside``. Raises WebhookFailed."""
    return outside.webhooks.exchange(method, url, dict(headers), body, seconds)


def paced_exchange(
    outside: "Outside",
    pace: tuple[str, int],
    method: str,
    url: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    seconds: float,
) -> Answer:
    """For ``call.outside``: once it is its turn among those of the same ``pace``, a name and how many a second."""
    outside.webhooks.await_turn(*pace)
    return outside.webhooks.exchange(method, url, dict(headers), body, seconds)


def _read(response: Any, deadline: float) -> bytes:
    """The answer as far as there is room and time for it."""
    read = bytearray()
    while (part := response.read1(16 * 1024)) and len(read) < MOST_BYTES and time.monotonic() < deadline:
        read += part
    return bytes(read)
