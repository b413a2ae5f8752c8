"""What a web ACL says of a request: what is to be done with it, and because of which rules.

The words are those of AWS WAF's logs, so that a log line, a sampled request and a metric can be written from a verdict
without knowing the web ACL.
"""

from typing import Any

import msgspec

Header = tuple[str, str]


class Detail(msgspec.Struct, frozen=True):
    """What of the request made a statement match. AWS logs those of SQL injection and XSS only."""

    condition: str
    """`SQL_INJECTION`, `XSS`; `BYTE_MATCH`, `REGEX` and `SIZE` are ours."""
    location: str
    """`URI`, `QUERY_STRING`, `ALL_QUERY_ARGS`, `SINGLE_QUERY_ARG`, `HEADER`, `COOKIE`, `BODY`, `JSON_BODY`, …"""
    field: str = ""
    """The name of the header, cookie, argument or JSON member, where it is known."""
    matched: tuple[str, ...] = ()
    """Excerpts of the value after its transformations."""
    sensitivity: str = ""
    """Of SQL injection: `LOW` or `HIGH`."""


class TokenCheck(msgspec.Struct, frozen=True):
    """How a CAPTCHA or Challenge rule found the request's token."""

    status: int
    """0 where it is valid; else the status that was answered: 405 for CAPTCHA, 202 for Challenge."""
    solved: int | None = None
    """When it was solved, seconds since 1970; None where there is no token that says so."""
    failure: str = ""
    """`TOKEN_MISSING`, `TOKEN_EXPIRED`, `TOKEN_INVALID`, `TOKEN_DOMAIN_MISMATCH`; empty where it is valid."""


class Match(msgspec.Struct, frozen=True):
    """A rule that matched."""

    rule: str
    action: str
    """What was done: `ALLOW`, `BLOCK`, `COUNT`, `CAPTCHA`, `CHALLENGE`; `EXCLUDED_AS_COUNT` of excluded rules."""
    metric: str = ""
    """Its MetricName; empty where it is not counted."""
    sampled: bool = False
    """Whether it keeps samples of requests."""
    overridden: str = ""
    """The action that it has in its group, where the web ACL set another."""
    details: tuple[Detail, ...] = ()
    captcha: TokenCheck | None = None
    challenge: TokenCheck | None = None
    inserted: tuple[Header, ...] = ()
    """Headers that it adds to the request."""


class GroupMatch(msgspec.Struct, frozen=True):
    """What the rules of a group did."""

    rule: str
    """The web ACL's rule that names the group."""
    metric: str
    group: str
    """Its ARN, or `AWS#AWSManagedRulesCommonRuleSet`."""
    name: str
    """As sampled requests name it before `#` and the rule: its name, or `AWS#AWSManagedRulesCommonRuleSet`."""
    terminating: Match | None = None
    non_terminating: tuple[Match, ...] = ()
    version: str = ""
    """Of a managed group, where the web ACL names one."""
    counted: bool = False
    """Whether the group's result was overridden to Count."""


class RateMatch(msgspec.Struct, frozen=True):
    """A rate-based rule that the request came too often for."""

    rule: str
    identity: str
    """Of this use of the rule, as its counts are kept by."""
    key_type: str
    """`IP`, `FORWARDEDIP`, `CONSTANT`, `CUSTOMKEYS`."""
    limit: int
    window_seconds: int
    value: str = ""
    """The address; empty for keys of other types."""
    custom: tuple[dict[str, str], ...] = ()
    """`key`, `name` and `value` of each custom key."""


class Response(msgspec.Struct, frozen=True):
    """What is answered instead of the application."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    content_type: str = ""
    """Empty where there is no body of the rule's own."""


class Verdict(msgspec.Struct, frozen=True):
    action: str
    """`ALLOW`, `BLOCK`, `CAPTCHA` or `CHALLENGE`; all but `ALLOW` answer with `response`."""
    rule: str = "Default_Action"
    """The name of the web ACL's rule that ended it."""
    rule_type: str = "REGULAR"
    """`REGULAR`, `RATE_BASED`, `GROUP`, `MANAGED_RULE_GROUP`."""
    terminating: Match | None = None
    """The web ACL's own rule that ended it; None for the default action, and where a group did (`groups`)."""
    non_terminating: tuple[Match, ...] = ()
    groups: tuple[GroupMatch, ...] = ()
    """Those of whose rules any matched, in order."""
    rates: tuple[RateMatch, ...] = ()
    labels: tuple[str, ...] = ()
    """In full, in the order in which they were added."""
    inserted: tuple[Header, ...] = ()
    """Headers to add to the request before the application sees it; those of a later rule replace earlier ones."""
    response: Response | None = None
    captcha: TokenCheck | None = None
    """Where the rule that ended it was one of CAPTCHA."""
    challenge: TokenCheck | None = None
    oversize: tuple[str, ...] = ()
    """`REQUEST_BODY`, `REQUEST_JSON_BODY`, `REQUEST_HEADERS`, `REQUEST_COOKIES`: inspected, and longer than that."""
    metric: str = ""
    """The web ACL's MetricName, of requests that met its default action."""

    @property
    def allowed(self) -> bool:
        return self.action == "ALLOW"

    @property
    def details(self) -> tuple[Detail, ...]:
        """What the rule that ended it saw in the request."""
        ended = (self.terminating, *(group.terminating for group in self.groups if not group.counted))
        ending = next(filter(None, ended), None)
        return ending.details if ending else ()


def logged(details: tuple[Detail, ...]) -> list[dict[str, Any]]:
    """As `terminatingRuleMatchDetails` and `ruleMatchDetails` have them: of SQL injection and XSS alone."""
    return [
        {
            "conditionType": detail.condition,
            **({"sensitivityLevel": detail.sensitivity} if detail.sensitivity else {}),
            "location": detail.location,
            "matchedData": list(detail.matched),
            "matchedFieldName": detail.field,
        }
        for detail in details
        if detail.condition in ("SQL_INJECTION", "XSS")
    ]
