"""What the edge knows, asked of its processes: the health of targets, and what became of requests.

Each process of the edge answers on a Unix socket of its own. Their answers are put together here.
"""

import http.client
import json
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from vauban.outside import Outside

_SECONDS = 5.0
_GRAVEST_FIRST = ("unhealthy", "unavailable", "initial", "draining", "unused", "healthy")


class EdgeUnavailable(WorkFailed):
    """No process of the edge answers: it is turned off, or about to start."""


class Edge:
    """The processes of the edge, by the paths of their sockets."""

    def __init__(self, paths: Sequence[str] = ()) -> None:
        self.paths = list(paths)

    def reach(self, paths: Sequence[str]) -> None:
        """Say where the processes are, once that is known."""
        self.paths = list(paths)

    def ask(self, question: str, **given: Any) -> list[Any]:
        """The answer of each process that is there. Raises EdgeUnavailable where none is."""
        answers = [answer for path in self.paths if (answer := _answer(path, question, given)) is not None]
        if not answers:
            raise EdgeUnavailable("no process of the edge answers")
        return answers


def target_health(outside: "Outside", target_group: str) -> list[dict[str, Any]]:
    """``TargetHealthDescription`` of elbv2 for each target that takes part in traffic or is draining.

    Of several processes that see a target differently, the gravest view counts. A target that no listener leads to is
    not among them (``unused``). Raises EdgeUnavailable.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for answer in outside.edge.ask("target-health", target_group=target_group):
        for each in answer:
            key = each["Target"]["Id"], each["Target"].get("Port", 0)
            if key not in found or _gravity(each) < _gravity(found[key]):
                found[key] = each
    return list(found.values())


def faults(outside: "Outside", load_balancer: str) -> list[str]:
    """Why a load balancer does not listen as it should, in words: ports refused, certificates unusable.

    Empty where it does. Raises EdgeUnavailable.
    """
    answers = outside.edge.ask("faults", load_balancer=load_balancer)
    return sorted({each for answer in answers for each in answer})


def addresses(outside: "Outside", load_balancer: str) -> list[tuple[str, int, int]]:
    """Where a load balancer really listens: IP address, port, and the port of the listener. Raises EdgeUnavailable."""
    answers = outside.edge.ask("addresses", load_balancer=load_balancer)
    return sorted({(host, port, listener) for answer in answers for host, port, listener in answer})


def sampled_requests(
    outside: "Outside", web_acl: str, metric: str, since: float, until: float, most: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many requests a rule's metric had, and up to ``most`` of them: ``SampledHTTPRequest`` of wafv2, whose
    ``Timestamp`` is in seconds since the epoch. Raises EdgeUnavailable."""
    answers = outside.edge.ask("samples", web_acl=web_acl, metric=metric, since=since, until=until, most=most)
    samples = sorted((each for answer in answers for each in answer["samples"]), key=_moment)
    return sum(answer["population"] for answer in answers), samples[:most]


def limited_keys(outside: "Outside", web_acl: str, rule: str, rule_group_rule: str = "") -> list[str]:
    """The IP addresses that a rate-based rule now limits: those of a rule of the web ACL, or within the rule group that
    ``rule_group_rule`` of it refers to. Raises EdgeUnavailable."""
    answers = outside.edge.ask("limited-keys", web_acl=web_acl, rule=rule, rule_group_rule=rule_group_rule)
    return sorted({each for answer in answers for each in answer})


def counts(outside: "Outside", web_acl: str) -> dict[str, dict[str, int]]:
    """Rule name (``Default_Action`` for the web ACL itself) -> action -> how many requests since the edge was started.

    Raises EdgeUnavailable.
    """
    totals: dict[str, dict[str, int]] = {}
    for answer in outside.edge.ask("counts", web_acl=web_acl):
        for rule, actions in answer.items():
            total = totals.setdefault(rule, {})
            for action, number in actions.items():
                total[action] = total.get(action, 0) + number
    return totals


def log_lines(outside: "Outside", web_acl: str) -> list[str]:
    """What is to be logged of a web ACL at a destination that is no bucket, since this was last asked: JSON lines in
    AWS's form, oldest first of each process. They are handed out once. Raises EdgeUnavailable.
    """
    return [line for answer in outside.edge.ask("log-lines", web_acl=web_acl) for line in answer]


def _gravity(health: dict[str, Any]) -> int:
    return _GRAVEST_FIRST.index(health["TargetHealth"]["State"])


def _moment(sample: dict[str, Any]) -> float:
    return sample["Timestamp"]


def _answer(path: str, question: str, given: dict[str, Any]) -> Any | None:
    """One process's answer; None where it is not there."""
    connection = _UnixConnection(path)
    try:
        connection.request("GET", f"/{question}?{urlencode(given)}")
        response = connection.getresponse()
        return json.loads(response.read()) if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str):
        super().__init__("edge", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(self._path)
