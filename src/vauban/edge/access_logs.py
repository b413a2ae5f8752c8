"""Access logs in AWS's form, a line for each request, delivered as AWS does to S3.

Source: "Access logs for your Application Load Balancer", Elastic Load Balancing user guide.
"""

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vauban.edge.deliveries import Delivery
from vauban.kernel.sinks import Sink

if TYPE_CHECKING:
    from vauban.edge.exchanges import Exchange

_log = logging.getLogger("vauban.edge.access")
_ESCAPED = {ord('"'): "\\x22", ord("\\"): "\\x5c"} | {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 256))}


class AccessLog:
    """The access logs of all load balancers that have theirs turned on."""

    def __init__(self, sink: Sink | None, seconds: float):
        self._delivery = Delivery(sink, seconds)

    def note(self, exchange: "Exchange") -> None:
        """Remember a request that is over."""
        balancer = exchange.site.load_balancer
        if balancer.attributes.get("access_logs.s3.enabled") == "true":
            self._delivery.add(_place(balancer.arn, balancer.attributes), line(exchange))

    async def tick(self, now: float) -> None:
        await self._delivery.tick(now)

    async def close(self) -> None:
        await self._delivery.close()


def _place(arn: str, attributes: dict[str, str]) -> tuple[str, str, str]:
    """Bucket, and the key with a place for the time in it."""
    _, _, _, region, account, resource = arn.split(":", 5)
    prefix = attributes.get("access_logs.s3.prefix", "")
    folder = f"{prefix}/" if prefix else ""
    name = resource.removeprefix("loadbalancer/").replace("/", ".")
    start = f"{folder}AWSLogs/{account}/elasticloadbalancing/{region}/%Y/%m/%d/"
    file = f"{account}_elasticloadbalancing_{region}_{name}_%Y%m%dT%H%MZ_127.0.0.1"
    return attributes.get("access_logs.s3.bucket", ""), start + file, ".log.gz"


def line(exchange: "Exchange") -> str:
    """One request as AWS tells it."""
    now = exchange.plane.loop.time()
    sent, head_at = exchange.sent_at, exchange.head_at
    client, site, head = exchange.client, exchange.site, exchange.head
    member = exchange.member
    target = "-" if member is None else f"{_bracketed(member.target.id)}:{member.target.port}"
    fields = (
        _kind(exchange),
        _time(exchange.began + now - exchange.clock),
        site.load_balancer.arn.partition("loadbalancer/")[2] or site.load_balancer.name,
        f"{_bracketed(client.address)}:{client.port}",
        target,
        _seconds(exchange.clock, sent),
        _seconds(sent, head_at),
        _seconds(head_at, now),
        str(exchange.status) if exchange.status else "-",
        str(exchange.target_status) if exchange.target_status else "-",
        str(head.size + exchange.incoming.received),
        str(exchange.stream.written_bytes - exchange.first_byte),
        _quoted(f"{head.method.decode()} {_url(exchange)} HTTP/{head.version.decode()}"),
        _quoted((head.value(b"user-agent") or b"-").decode("latin-1")),
        client.cipher or "-",
        client.tls_version or "-",
        exchange.pool.group.arn if exchange.pool else "-",
        _quoted(exchange.trace.decode()),
        _quoted(client.server_name or "-"),
        _quoted(client.certificate or "-"),
        "-1" if exchange.route is None else str(exchange.route.priority),
        _time(exchange.began),
        _quoted(",".join(exchange.actions) or "-"),
        _quoted(exchange.redirect_url or "-"),
        _quoted(exchange.error_reason or "-"),
        _quoted(target),
        _quoted(str(exchange.target_status) if exchange.target_status else "-"),
        '"-" "-"',
        f"TID_{exchange.trace[-24:].decode()}",
    )
    return " ".join(fields)


def _kind(exchange: "Exchange") -> str:
    secure = bool(exchange.client.tls_version)
    if exchange.switched:
        return "wss" if secure else "ws"
    return "h2" if exchange.head.version == b"2.0" else "https" if secure else "http"


def _url(exchange: "Exchange") -> str:
    scheme = "https" if exchange.client.tls_version else "http"
    host = exchange.head.host.decode("latin-1").rpartition(":")
    name = host[0] if host[1] and host[2].isdigit() else exchange.head.host.decode("latin-1")
    return f"{scheme}://{name}:{exchange.site.listener.port}{exchange.head.origin_form.decode('latin-1')}"


def _seconds(start: float, end: float) -> str:
    return f"{end - start:.3f}" if start and end and end >= start else "-1"


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPED)}"'
