"""Target groups at work: which target is next, what of its health is known, which connections to it are kept."""

import asyncio
import hashlib
import hmac
import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from vauban.edge.upstreams import Upstream, connect, target_tls
from vauban.kernel.traffic import Target, TargetGroup

if TYPE_CHECKING:
    from ssl import SSLContext

_MOST_IDLE = 256
"""Connections kept to a target."""
_IDLE_SECONDS = 50.0
"""How long one is kept unused: targets close theirs after 60 and more."""
_SLOW_START_LEAST = 0.1


class Member:
    """A registered target, as one process of the edge sees it."""

    def __init__(self, target: Target, group: TargetGroup, now: float):
        self.target = target
        self.group = group
        self.state = "initial"
        self.reason = "Elb.RegistrationInProgress"
        self.description = "Target registration is in progress"
        self.passed = 0
        self.failed = 0
        self.outstanding = 0
        self.since = now
        """When it became healthy, for slow start; before that, when it was registered."""
        self.draining_until = 0.0
        self._idle: deque[Upstream] = deque()
        self._tls: SSLContext | None = None

    @property
    def address(self) -> tuple[str, int]:
        return self.target.id, self.target.port

    async def connection(self, fresh: bool = False) -> Upstream:
        """One to send a request over: kept, or new. Raises TargetFailed."""
        now = asyncio.get_running_loop().time()
        while self._idle and not fresh:
            kept = self._idle.pop()
            if kept.usable and now - kept.idle_since < _IDLE_SECONDS:
                kept.reused = True
                return kept
            kept.close()
        return await connect(self.target.id, self.target.port, self._secured())

    def give_back(self, upstream: Upstream) -> None:
        """A connection whose exchange is over, and that may be used again."""
        if len(self._idle) < _MOST_IDLE and upstream.usable and self.state != "draining":
            upstream.idle_since = asyncio.get_running_loop().time()
            self._idle.append(upstream)
        else:
            upstream.close()

    def close_idle(self, before: float) -> None:
        """Close the connections unused since ``before`` (loop time)."""
        while self._idle and self._idle[0].idle_since < before:
            self._idle.popleft().close()

    def judge(self, passed: bool, reason: str, description: str) -> None:
        """Take in the result of one health check. A new target needs to pass but once."""
        check = self.group.health_check
        self.passed, self.failed = (self.passed + 1, 0) if passed else (0, self.failed + 1)
        if self.state == "draining":
            return
        if passed and self.state != "healthy" and (self.state == "initial" or self.passed >= check.healthy_threshold):
            self.state, self.reason, self.description = "healthy", "", ""
            self.since = asyncio.get_running_loop().time()
        elif not passed and (self.state == "unhealthy" or self.failed >= check.unhealthy_threshold):
            self.state, self.reason, self.description = "unhealthy", reason, description
        elif not passed and self.state == "initial":
            self.reason, self.description = "Elb.InitialHealthChecking", "Initial health checks in progress"

    def described(self) -> dict[str, Any]:
        """``TargetHealthDescription`` of elbv2."""
        health = {"State": self.state, "Reason": self.reason, "Description": self.description}
        check = self.group.health_check
        return {
            "Target": {"Id": self.target.id, "Port": self.target.port},
            "HealthCheckPort": str(check.port or self.target.port),
            "TargetHealth": {name: value for name, value in health.items() if value},
        }

    def _secured(self) -> "SSLContext | None":
        if self.group.protocol != "HTTPS":
            return None
        self._tls = self._tls or target_tls()
        return self._tls


class Pool:
    """A target group's members. It lives from snapshot to snapshot: health and connections are not forgotten."""

    def __init__(self, group: TargetGroup, key: bytes, now: float):
        """``key`` is what cookies are made from: the same in all processes, and nobody else's."""
        self._key = key
        self._next = random.randrange(1 << 16)
        self.members: dict[tuple[str, int], Member] = {}
        self.leaving: list[Member] = []
        self._tokens: dict[bytes, Member] = {}
        self.used = False
        """Whether a listener leads here."""
        self.update(group, now)

    def update(self, group: TargetGroup, now: float) -> None:
        """Take in what is registered now; who is not any more is drained."""
        self.group = group
        kept = {(each.id, each.port): each for each in group.targets}
        for address in self.members.keys() - kept.keys():
            self._let_go(self.members.pop(address), now)
        for address, target in kept.items():
            member = self.members.get(address)
            if member is None:
                member = self.members[address] = Member(target, group, now)
            member.target, member.group = target, group
            if not group.health_check.enabled:
                member.state, member.reason, member.description = "healthy", "", ""
        self._tokens = {self.token(each): each for each in self.members.values()}
        attributes = group.attributes
        self._algorithm = attributes.get("load_balancing.algorithm.type", "round_robin")
        self._slow_start = int(attributes.get("slow_start.duration_seconds", 0))
        self.sticky = attributes.get("stickiness.enabled") == "true"
        self.sticky_type = attributes.get("stickiness.type", "lb_cookie")
        self.app_cookie = attributes.get("stickiness.app_cookie.cookie_name", "").encode()
        seconds = f"stickiness.{self.sticky_type}.duration_seconds"
        self.sticky_seconds = int(attributes.get(seconds, 86400))

    def choose(self, token: bytes | None = None) -> Member | None:
        """The member that a cookie's token stands for, or the next one; None where nobody is registered.

        Where too few members are healthy all are asked: a check may be wrong, and an answer is better than none.
        """
        kept = self._tokens.get(token) if token else None
        if kept is not None and kept.state == "healthy":
            return kept
        all_members = list(self.members.values())
        healthy = [each for each in all_members if each.state == "healthy"]
        able = healthy if len(healthy) >= self._least(len(all_members)) else all_members
        return self._pick(able) if able else None

    def token(self, member: Member) -> bytes:
        """What stands for a member in a cookie: nothing that tells, or can be made by, anybody else."""
        told = f"{self.group.arn} {member.target.id} {member.target.port}".encode()
        return hmac.new(self._key, told, hashlib.sha256).hexdigest().encode()

    def tidy(self, now: float) -> None:
        """Let go of who has been drained, and of connections that nobody used for long."""
        for member in (*self.members.values(), *self.leaving):
            member.close_idle(now - _IDLE_SECONDS)
        self.leaving = [each for each in self.leaving if each.draining_until > now]

    def described(self) -> list[dict[str, Any]]:
        return [each.described() for each in (*self.members.values(), *self.leaving)]

    def _let_go(self, member: Member, now: float) -> None:
        delay = int(self.group.attributes.get("deregistration_delay.timeout_seconds", 300))
        member.state, member.reason = "draining", "Target.DeregistrationInProgress"
        member.description = "Target deregistration is in progress"
        member.draining_until = now + delay
        member.close_idle(float("inf"))
        if delay:
            self.leaving.append(member)

    def _least(self, registered: int) -> float:
        """How many must be healthy, or all are asked."""
        prefix = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
        count = self.group.attributes.get(f"{prefix}.count", "1")
        percentage = self.group.attributes.get(f"{prefix}.percentage", "off")
        share = 0.0 if percentage == "off" else registered * int(percentage) / 100
        return max(float(count), share, 1.0)

    def _pick(self, able: list[Member]) -> Member:
        self._next += 1
        if self._algorithm == "least_outstanding_requests":
            return min(_turned(able, self._next), key=_outstanding)
        if self._algorithm == "weighted_random":
            return random.choice(able)
        if self._slow_start:
            now = asyncio.get_running_loop().time()
            weights = [_eagerness(now - each.since, self._slow_start) for each in able]
            return random.choices(able, weights)[0]
        return able[self._next % len(able)]


class Pools:
    """The target groups of all load balancers, by ARN."""

    def __init__(self, key: bytes, now: Callable[[], float]):
        self._key = key
        self._now = now
        self._pools: dict[str, Pool] = {}

    def update(self, groups: Iterable[TargetGroup], used: set[str]) -> None:
        given = {group.arn: group for group in groups}
        for arn in self._pools.keys() - given.keys():
            gone = self._pools.pop(arn)
            gone.update(TargetGroup(arn, attributes={"deregistration_delay.timeout_seconds": "0"}), self._now())
        for arn, group in given.items():
            if arn in self._pools:
                self._pools[arn].update(group, self._now())
            else:
                self._pools[arn] = Pool(group, self._key, self._now())
            self._pools[arn].used = arn in used

    def get(self, arn: str) -> Pool | None:
        return self._pools.get(arn)

    def __iter__(self) -> "Iterable[Pool]":
        return iter(tuple(self._pools.values()))


def _turned(members: list[Member], by: int) -> list[Member]:
    """Begun elsewhere each time, so that of equals not always the first is taken."""
    at = by % len(members)
    return members[at:] + members[:at]


def _outstanding(member: Member) -> int:
    return member.outstanding


def _eagerness(seconds: float, slow_start: int) -> float:
    return max(_SLOW_START_LEAST, min(1.0, seconds / slow_start))
