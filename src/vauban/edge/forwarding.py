"""What a load balancer tells a target of the client: X-Forwarded-*, X-Amzn-Trace-Id and their like."""

import os
import re
import time
from typing import NamedTuple

from vauban.edge.heads import Headers, RequestHead

_PLAIN_NAME = re.compile(rb"[-A-Za-z0-9]+")
_PORT = re.compile(rb":[0-9]+\Z")
_MOST_ADDRESSES = 30
"""In X-Forwarded-For: beyond it AWS answers 463."""


class Client(NamedTuple):
    """Who sends requests over a connection, as the edge knows it."""

    address: str
    port: int
    tls_version: str = ""
    """``TLSv1.3``."""
    cipher: str = ""
    """``TLS_AES_128_GCM_SHA256``: as AWS writes it to the access log."""
    server_name: str = ""
    ja3: str = ""
    ja4: str = ""
    certificate: str = ""
    """The ARN of the one that was shown."""


class Manner(NamedTuple):
    """How a load balancer forwards: its attributes, understood."""

    mode: str = "append"
    """``append``, ``preserve`` or ``remove``."""
    client_port: bool = False
    preserve_host: bool = False
    drop_invalid: bool = False
    tls_headers: tuple[bytes, bytes] | None = None
    """What TLS version and cipher suite are told in, where they are to be told."""

    @classmethod
    def of(cls, attributes: dict[str, str], listener_attributes: dict[str, str]) -> "Manner":
        """From the attributes of the load balancer, and of its listener."""

        def on(name: str) -> bool:
            return attributes.get(f"routing.http.{name}.enabled") == "true"

        return cls(
            attributes.get("routing.http.xff_header_processing.mode", "append"),
            on("xff_client_port"),
            attributes.get("routing.http.preserve_host_header.enabled") == "true",
            on("drop_invalid_header_fields"),
            _tls_headers(listener_attributes) if on("x_amzn_tls_version_and_cipher_suite") else None,
        )


def _tls_headers(attributes: dict[str, str]) -> tuple[bytes, bytes]:
    def named(kind: str, default: str) -> bytes:
        return attributes.get(f"routing.http.request.x_amzn_tls_{kind}.header_name", default).encode("latin-1")

    return named("version", "X-Amzn-Tls-Version"), named("cipher_suite", "X-Amzn-Tls-Cipher-Suite")


def trace_id(head: RequestHead, now: float | None = None) -> bytes:
    """The value of X-Amzn-Trace-Id: a Root of our own, or Self before the fields that came."""
    moment = b"1-%08x-%b" % (int(time.time() if now is None else now), os.urandom(12).hex().encode())
    came = head.value(b"x-amzn-trace-id")
    if not came:
        return b"Root=" + moment
    kept = b";".join(each for each in came.split(b";") if not each.strip().lower().startswith(b"self="))
    return b"Self=" + moment + b";" + kept if b"Root=" in kept else b"Root=" + moment + b";" + kept


def forwards_too_many(head: RequestHead) -> bool:
    """Whether X-Forwarded-For has more addresses than AWS takes."""
    values = [value for name, value in head.headers if name.lower() == b"x-forwarded-for"]
    return sum(value.count(b",") + 1 for value in values) > _MOST_ADDRESSES


def forwarded(
    head: RequestHead, client: Client, manner: Manner, port: int, trace: bytes, inserted: Headers = ()
) -> Headers:
    """The headers of ``head`` as a target gets them; ``port`` is the listener's, ``inserted`` are a web ACL's."""
    own = _own(head, client, manner, port, trace)
    replaced = _REPLACED | {name.lower() for name, _ in (*own, *inserted)}
    if manner.mode == "preserve":
        replaced -= {b"x-forwarded-for"}
    kept = [
        (name, value)
        for name, value in head.headers
        if (key := name.lower()) not in head.dropped
        and key not in replaced
        and (not manner.drop_invalid or _PLAIN_NAME.fullmatch(name))
    ]
    return [(b"Host", _host(head, manner, port)), *kept, *own, *inserted]


def _own(head: RequestHead, client: Client, manner: Manner, port: int, trace: bytes) -> Headers:
    own = [
        (b"X-Forwarded-Proto", b"https" if client.tls_version else b"http"),
        (b"X-Forwarded-Port", b"%d" % port),
        (b"X-Amzn-Trace-Id", trace),
    ]
    if manner.mode == "append":
        own.insert(0, (b"X-Forwarded-For", _addresses(head, client, manner)))
    if manner.tls_headers and client.tls_version:
        version, cipher = manner.tls_headers
        own += [(version, client.tls_version.encode()), (cipher, client.cipher.encode())]
    return own


def _addresses(head: RequestHead, client: Client, manner: Manner) -> bytes:
    address = client.address.encode()
    if manner.client_port:
        address = (b"[%b]:%d" if b":" in address else b"%b:%d") % (address, client.port)
    came = b", ".join(value for name, value in head.headers if name.lower() == b"x-forwarded-for" and value)
    return came + b", " + address if came else address


def _host(head: RequestHead, manner: Manner, port: int) -> bytes:
    """As it came; but a port other than the protocols' own is named in it, unless it is to be preserved."""
    if manner.preserve_host or port in (80, 443) or not head.host or _PORT.search(head.host):
        return head.host
    return b"%b:%d" % (head.host, port)


_REPLACED = frozenset((b"host", b"expect", b"x-forwarded-for", b"x-amzn-tls-version", b"x-amzn-tls-cipher-suite"))
"""What is not handed on as it came. What a client says of its own TLS is nobody's to believe."""
