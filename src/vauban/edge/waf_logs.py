"""WAF logs: a JSON line for each request that was inspected, in AWS's form, filtered and redacted as configured.

Source: "Log fields for web ACL traffic", AWS WAF developer guide.
"""

from collections import deque
from typing import Any, NamedTuple

import msgspec

from vauban.edge.deliveries import Delivery
from vauban.edge.samples import country
from vauban.engines.waf import GroupMatch, Match, RateMatch, Request, TokenCheck, Verdict
from vauban.engines.waf.verdicts import logged
from vauban.kernel.sinks import Sink
from vauban.kernel.traffic import Inspection

_encode = msgspec.json.Encoder().encode
_REDACTED = "REDACTED"
_MOST_WAITING = 10_000
"""Lines that wait to be fetched: beyond it the oldest go."""
_MOST_LABELS = 100


class Source(NamedTuple):
    """Where a request came in."""

    id: str
    """``app/web/0123456789abcdef`` of a load balancer."""
    request_id: str
    secure: bool


class WafLog:
    """The logs of all web ACLs that have theirs turned on."""

    def __init__(self, sink: Sink | None, seconds: float):
        self._delivery = Delivery(sink, seconds)
        self._waiting: dict[str, deque[str]] = {}

    def note(self, inspection: Inspection, source: Source, request: Request, verdict: Verdict, now: float) -> None:
        """Remember what became of a request."""
        logging = inspection.logging
        if not logging or not _is_kept(logging.get("LoggingFilter"), verdict):
            return
        line = _encode(entry(inspection, source, request, verdict, now)).decode()
        for destination in logging["LogDestinationConfigs"]:
            if destination.split(":")[2] == "s3":
                self._delivery.add(_place(inspection.web_acl_arn, destination), line)
            else:
                waiting = self._waiting.setdefault(inspection.web_acl_arn, deque(maxlen=_MOST_WAITING))
                waiting.append(line)

    def take(self, web_acl: str) -> list[str]:
        """Lines for a destination that is not a bucket; they are gone here with that."""
        return list(self._waiting.pop(web_acl, ()))

    async def tick(self, now: float) -> None:
        await self._delivery.tick(now)

    async def close(self) -> None:
        await self._delivery.close()


def entry(inspection: Inspection, source: Source, request: Request, verdict: Verdict, now: float) -> dict[str, Any]:
    """One line, as an object."""
    response = verdict.response
    told = {
        "timestamp": int(now * 1000),
        "formatVersion": 1,
        "webaclId": inspection.web_acl_arn,
        "terminatingRuleId": verdict.rule,
        "terminatingRuleType": verdict.rule_type,
        "action": verdict.action,
        "terminatingRuleMatchDetails": logged(verdict.details),
        "httpSourceName": "ALB",
        "httpSourceId": source.id,
        "ruleGroupList": [_group(each) for each in verdict.groups],
        "rateBasedRuleList": [_rate(each) for each in verdict.rates],
        "nonTerminatingMatchingRules": [_match(each) for each in verdict.non_terminating],
        "requestHeadersInserted": [{"name": name, "value": value} for name, value in verdict.inserted] or None,
        "responseCodeSent": response.status if response is not None and response.content_type else None,
        "httpRequest": _request(inspection.logging or {}, source, request, verdict),
        "labels": [{"name": each} for each in verdict.labels[:_MOST_LABELS]] or None,
        "captchaResponse": _token(verdict.captcha),
        "challengeResponse": _token(verdict.challenge),
        "ja3Fingerprint": request.ja3 or None,
        "ja4Fingerprint": request.ja4 or None,
        "oversizeFields": list(verdict.oversize) or None,
        "requestBodySize": len(request.body) if request.body_size is None else request.body_size,
        "requestBodySizeInspectedByWAF": len(request.body),
    }
    optional = {"labels", "captchaResponse", "challengeResponse", "ja3Fingerprint", "ja4Fingerprint", "oversizeFields"}
    return {name: value for name, value in told.items() if value is not None or name not in optional}


def _request(logging: dict[str, Any], source: Source, request: Request, verdict: Verdict) -> dict[str, Any]:
    fields = logging.get("RedactedFields") or ()
    headers = {each["SingleHeader"]["Name"].lower() for each in fields if "SingleHeader" in each}
    redacted = {name for each in fields for name in each}

    def shown(name: str, value: bytes) -> str:
        return _REDACTED if name in redacted else value.decode("latin-1")

    return {
        "clientIp": request.client_ip,
        "country": country(verdict),
        "headers": [_header(name.decode("latin-1"), value, headers) for name, value in request.headers],
        "uri": shown("UriPath", request.path),
        "args": shown("QueryString", request.query),
        "httpVersion": request.version,
        "httpMethod": shown("Method", request.method),
        "requestId": source.request_id,
        "fragment": (request.fragment or b"").decode("latin-1"),
        "scheme": "https" if source.secure else "http",
        "host": request.host,
    }


def _header(name: str, value: bytes, redacted: set[str]) -> dict[str, str]:
    return {"name": name, "value": _REDACTED if name.lower() in redacted else value.decode("latin-1")}


def _match(match: Match) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ruleId": match.rule,
        "action": match.action,
        "ruleMatchDetails": logged(match.details),
        "overriddenAction": match.overridden or None,
        "captchaResponse": _token(match.captcha),
        "challengeResponse": _token(match.challenge),
    }
    return {name: value for name, value in told.items() if value is not None}


def _group(group: GroupMatch) -> dict[str, Any]:
    excluded = [each for each in group.non_terminating if each.action == "EXCLUDED_AS_COUNT"]
    return {
        "ruleGroupId": group.group,
        "terminatingRule": _match(group.terminating) if group.terminating else None,
        "nonTerminatingMatchingRules": [_match(each) for each in group.non_terminating if each not in excluded],
        "excludedRules": [{"exclusionType": each.action, "ruleId": each.rule} for each in excluded] or None,
        "customerConfig": None,
    }


def _rate(rate: RateMatch) -> dict[str, Any]:
    return {
        "rateBasedRuleId": rate.identity,
        "rateBasedRuleName": rate.rule,
        "limitKey": rate.key_type,
        "maxRateAllowed": rate.limit,
        "evaluationWindowSec": str(rate.window_seconds),
        "limitValue": rate.value or None,
        "customValues": list(rate.custom) or None,
    }


def _token(check: TokenCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "responseCode": check.status,
        "solveTimestamp": check.solved,
        **({"failureReason": check.failure} if check.failure else {}),
    }


def _is_kept(filtering: dict[str, Any] | None, verdict: Verdict) -> bool:
    """``LoggingFilter``: the first filter that is met decides."""
    if not filtering:
        return True
    for each in filtering["Filters"]:
        met = [_meets(condition, verdict) for condition in each["Conditions"]]
        if all(met) if each["Requirement"] == "MEETS_ALL" else any(met):
            return each["Behavior"] == "KEEP"
    return filtering["DefaultBehavior"] == "KEEP"


def _meets(condition: dict[str, Any], verdict: Verdict) -> bool:
    if "ActionCondition" in condition:
        actions = {verdict.action, *(each.action for each in verdict.non_terminating)}
        actions |= {each.action for group in verdict.groups for each in group.non_terminating}
        return condition["ActionCondition"]["Action"] in actions
    return condition["LabelNameCondition"]["LabelName"] in verdict.labels


def _place(web_acl: str, destination: str) -> tuple[str, str, str]:
    """Bucket and key in AWS's layout: a folder for every five minutes."""
    _, _, _, region, account, resource = web_acl.split(":", 5)
    scope, _, name, *_ = resource.split("/")
    folder = "cloudfront" if scope == "global" else region
    bucket, _, prefix = destination.rpartition(":")[2].partition("/")
    start = f"{prefix.rstrip('/')}/" if prefix else ""
    key = f"{start}AWSLogs/{account}/WAFLogs/{folder}/{name}/%Y/%m/%d/%H/%M/"
    return bucket, f"{key}{account}_waflogs_{folder}_{name}_%Y%m%dT%H%MZ", ".log.gz"
