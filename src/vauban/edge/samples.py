"""Requests that rules have matched, counted; and of each rule some, kept for three hours, as GetSampledRequests has
them.
"""

from collections import deque
from typing import Any, NamedTuple

from msgspec.structs import replace

from vauban.engines.waf import GroupMatch, Match, Request, TokenCheck, Verdict
from vauban.kernel.traffic import Inspection

KEPT_SECONDS = 3 * 3600
_MOST = 500
"""Of each metric: what GetSampledRequests gives at most."""
_MINUTE = 60


class _Sample(NamedTuple):
    """A request as it is kept; what is told of it is put together when somebody asks."""

    time: float
    request: Request
    verdict: Verdict
    match: Match | None
    group: GroupMatch | None

    def shape(self, weight: int) -> dict[str, Any]:
        """``SampledHTTPRequest`` of wafv2."""
        told = _of_match(self.match, self.group)
        return {**_shape(self.request, self.verdict, self.time), **told, "Weight": weight}


class _Metric:
    """One rule's."""

    def __init__(self) -> None:
        self.samples: deque[_Sample] = deque(maxlen=_MOST)
        self.minutes: deque[list[float]] = deque(maxlen=KEPT_SECONDS // _MINUTE + 1)

    def count(self, now: float) -> None:
        minute = now - now % _MINUTE
        if self.minutes and self.minutes[-1][0] == minute:
            self.minutes[-1][1] += 1
        else:
            self.minutes.append([minute, 1])

    def between(self, since: float, until: float, most: int) -> dict[str, Any]:
        population = sum(count for minute, count in self.minutes if since - _MINUTE < minute <= until)
        found = [sample for sample in self.samples if since <= sample.time <= until]
        chosen = found[-most:]
        weight = max(1, round(population / len(chosen))) if chosen else 1
        return {"population": int(population), "samples": [each.shape(weight) for each in chosen]}


class Samples:
    """A web ACL's."""

    def __init__(self, inspection: Inspection):
        shown = inspection.web_acl.get("VisibilityConfig") or {}
        self._sampled = bool(shown.get("SampledRequestsEnabled"))
        self.counts: dict[str, dict[str, int]] = {}
        """Rule -> action -> requests."""
        self._metrics: dict[str, _Metric] = {}

    def take_over(self, before: "Samples") -> None:
        """Go on where another version of the web ACL left off."""
        self.counts, self._metrics = before.counts, before._metrics

    def note(self, request: Request, verdict: Verdict, now: float) -> None:
        """Count a request for every rule that matched, and keep it where that is wanted."""
        self._count(verdict.rule, verdict.action)
        bodiless = replace(request, body=b"") if request.body else request
        for metric, sampled, match, group in _told(verdict, self._sampled):
            kept = self._metrics.get(metric) or self._metrics.setdefault(metric, _Metric())
            kept.count(now)
            if sampled:
                kept.samples.append(_Sample(now, bodiless, verdict, match, group))
        for match in verdict.non_terminating:
            self._count(match.rule, match.action)

    def between(self, metric: str, since: float, until: float, most: int) -> dict[str, Any]:
        """``population``, how many there were; ``samples``, some of them."""
        known = self._metrics.get(metric)
        return known.between(since, until, most) if known is not None else {"population": 0, "samples": []}

    def _count(self, rule: str, action: str) -> None:
        actions = self.counts.setdefault(rule, {})
        actions[action] = actions.get(action, 0) + 1


def _told(verdict: Verdict, default_sampled: bool) -> list[tuple[str, bool, Match | None, GroupMatch | None]]:
    """Metric, whether it keeps samples, and the match behind it, for every metric that the request counts for."""
    found: list[tuple[str, bool, Match | None, GroupMatch | None]] = []
    if verdict.metric:
        found.append((verdict.metric, default_sampled, None, None))
    own = [*verdict.non_terminating, *([verdict.terminating] if verdict.terminating else [])]
    found += [(match.metric, match.sampled, match, None) for match in own if match.metric]
    for group in verdict.groups:
        inner = [*group.non_terminating, *([group.terminating] if group.terminating else [])]
        found += [(match.metric, match.sampled, match, group) for match in inner if match.metric]
        if group.metric and inner:
            found.append((group.metric, any(match.sampled for match in inner), inner[-1], group))
    return found


def _shape(request: Request, verdict: Verdict, now: float) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "Request": {
            "ClientIP": request.client_ip,
            "Country": country(verdict),
            "URI": request.path.decode("latin-1") + (f"?{request.query.decode('latin-1')}" if request.query else ""),
            "Method": request.method.decode("latin-1"),
            "HTTPVersion": request.version,
            "Headers": [
                {"Name": name.decode("latin-1"), "Value": value.decode("latin-1")} for name, value in request.headers
            ],
        },
        "Timestamp": now,
        "Action": verdict.action,
    }
    if verdict.labels:
        shape["Labels"] = [{"Name": each} for each in verdict.labels]
    if verdict.inserted:
        shape["RequestHeadersInserted"] = [{"Name": name, "Value": value} for name, value in verdict.inserted]
    if verdict.response is not None and verdict.response.content_type:
        shape["ResponseCodeSent"] = verdict.response.status
    return shape


def _of_match(match: Match | None, group: GroupMatch | None) -> dict[str, Any]:
    if match is None:
        return {}
    more: dict[str, Any] = {"Action": match.action}
    if group is not None:
        more["RuleNameWithinRuleGroup"] = f"{group.name}#{match.rule}"
    if match.overridden:
        more["OverriddenAction"] = match.overridden
    if match.captcha is not None:
        more["CaptchaResponse"] = _token(match.captcha)
    if match.challenge is not None:
        more["ChallengeResponse"] = _token(match.challenge)
    return more


def _token(check: TokenCheck) -> dict[str, Any]:
    told = {"ResponseCode": check.status, "SolveTimestamp": check.solved, "FailureReason": check.failure}
    return {name: value for name, value in told.items() if value not in (None, "")}


def country(verdict: Verdict) -> str:
    """The one that a geographical rule has labelled the request with, or ``-``."""
    prefix = "awswaf:clientip:geo:country:"
    return next((each.removeprefix(prefix) for each in verdict.labels if each.startswith(prefix)), "-")
