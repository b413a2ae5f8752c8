"""The edge's own door: a Unix socket over which it is given snapshots, and asked what it knows.

Whoever can open the socket is the operator's process. Answers are JSON, snapshots MessagePack.
"""

from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from vauban.edge.issues import Issue, decode
from vauban.edge.options import Options
from vauban.http.limits import Limits
from vauban.http.servers import Server
from vauban.http.sockets import bind_unix
from vauban.kernel.requests import Request, Response
from vauban.kernel.sinks import Sink

if TYPE_CHECKING:
    from vauban.edge.planes import Plane

LIMITS = Limits(body_bytes=1 << 30, unfinished_bytes=1 << 30, bytes_per_second=0)
SNAPSHOT_PATH = "/snapshot"
RATES_PATH = "/rates"
"""Where a process is told what others have counted for rate-based rules."""


class Control:
    """One process's plane, begun when there is a first snapshot for it."""

    def __init__(
        self,
        options: Options,
        sink: Sink | None = None,
        cache: MutableMapping[str, bytes] | None = None,
        shares: bool = False,
    ):
        """As of ``Plane``."""
        self.plane: Plane | None = None
        self._made_of = (options, sink, cache, shares)
        self._questions: dict[str, Callable[..., Any]] = {
            "target-health": _target_health,
            "faults": _faults,
            "addresses": _addresses,
            "samples": _samples,
            "limited-keys": _limited_keys,
            "counts": _counts,
            "log-lines": _log_lines,
        }

    async def listen(self, path: str) -> Server:
        """Answer on a Unix socket."""
        server = Server(self, LIMITS)
        await server.listen(bind_unix(path))
        return server

    async def __call__(self, request: Request) -> Response:
        if (request.method, request.path) == ("PUT", SNAPSHOT_PATH):
            await self.apply(decode(request.body))
            return Response(204)
        if (request.method, request.path) == ("PUT", RATES_PATH):
            if self.plane is not None:
                self.plane.guards.merge(request.body)
            return Response(204)
        question = self._questions.get(request.path.removeprefix("/"))
        if request.method != "GET" or question is None:
            return Response(404)
        if self.plane is None:
            return Response(503)
        answer = question(self.plane, **dict(parse_qsl(request.query, keep_blank_values=True)))
        return Response(200, {"Content-Type": "application/json"}, msgspec.json.encode(answer))

    async def apply(self, issue: Issue) -> None:
        """Run on it. What the plane is made of is imported for the first one that comes."""
        from vauban.edge.planes import Plane

        if self.plane is None:
            self.plane = Plane(issue.key, *self._made_of)
        await self.plane.apply(issue.snapshot)

    async def drain(self, seconds: float) -> None:
        if self.plane is not None:
            await self.plane.drain(seconds)


def _target_health(plane: "Plane", target_group: str) -> list[dict[str, Any]]:
    pool = plane.pools.get(target_group)
    return pool.described() if pool is not None and pool.used else []


def _faults(plane: "Plane", load_balancer: str) -> list[str]:
    return plane.faults.get(load_balancer, [])


def _addresses(plane: "Plane", load_balancer: str) -> list[tuple[str, int, int]]:
    return [
        (door.host, door.port, site.listener.port)
        for door in plane.doors.values()
        for site, _ in door.sites
        if site.load_balancer.arn == load_balancer
    ]


def _samples(plane: "Plane", web_acl: str, metric: str, since: str, until: str, most: str) -> dict[str, Any]:
    return plane.guards.samples(web_acl, metric, float(since), float(until), int(most))


def _limited_keys(plane: "Plane", web_acl: str, rule: str, rule_group_rule: str) -> list[str]:
    return plane.guards.limited_keys(web_acl, rule, rule_group_rule)


def _counts(plane: "Plane", web_acl: str) -> dict[str, dict[str, int]]:
    return plane.guards.counts(web_acl)


def _log_lines(plane: "Plane", web_acl: str) -> list[str]:
    return plane.guards.log_lines(web_acl)
