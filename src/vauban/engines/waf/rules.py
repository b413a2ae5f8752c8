"""Rules, in the order of their priorities: which of them match a request, and which of those ends it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from msgspec import structs

from vauban.engines.waf.actions import EXCLUDED, Action, Bodies, action
from vauban.engines.waf.labels import added
from vauban.engines.waf.readings import DoesNotApply, Reading
from vauban.engines.waf.refusals import NONE_OR_MULTIPLE, InvalidParameter, LimitExceeded
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import BAD_REFERENCE, Test, compiled
from vauban.engines.waf.statements.injections import Detecting
from vauban.engines.waf.statements.regexes import Expecting
from vauban.engines.waf.tokens import Tokens
from vauban.engines.waf.verdicts import Match, TokenCheck
from vauban.engines.waf.views import View

GROUPS = ("RuleGroupReferenceStatement", "ManagedRuleGroupStatement")
_RESERVED_METRICS = ("All", "Default_Action")
_SHORTEST_CHALLENGE_SECONDS = 300
_IMMUNITY_SECONDS = 300
_QUICK = (Expecting, Detecting)
"""Tests that need no asking where their view has no hits."""
_TERMINATING = ("ALLOW", "BLOCK")
_TOKEN_ACTIONS = ("CAPTCHA", "CHALLENGE")


@dataclass(frozen=True)
class Rule:
    name: str
    test: Test
    action: Action
    match: Match
    """What is told of it when there are no details."""
    labels: tuple[str, ...]
    rate_based: bool
    immunity_seconds: int


@dataclass(frozen=True)
class Ending:
    """What ended the evaluation of rules."""

    rule: Rule
    match: Match


def ordered(specs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rules by priority. Raises InvalidParameter where names or priorities are not unique."""
    rules = sorted(specs, key=lambda spec: spec["Priority"])
    for member in ("Priority", "Name"):
        if len({spec[member] for spec in rules}) < len(rules):
            raise InvalidParameter("RULE", member, f"Each rule must have a unique {member.lower()}.")
    return rules


def require_rates(specs: Iterable[Mapping[str, Any]], most: int) -> None:
    """Raises LimitExceeded where there are too many rate-based rules."""
    if sum("RateBasedStatement" in spec["Statement"] for spec in specs) > most:
        raise LimitExceeded


def rule(spec: Mapping[str, Any], scope: Scope, bodies: Bodies, settings: Mapping[str, Any]) -> Rule:
    """A rule that refers to no group. `settings` are its web ACL's: defaults. Raises Refusal."""
    if any(kind in spec["Statement"] for kind in GROUPS) or (spec.get("OverrideAction") and not spec.get("Action")):
        raise InvalidParameter("RULE", "Statement", BAD_REFERENCE)
    if not spec.get("Action") or spec.get("OverrideAction"):
        raise InvalidParameter("RULE", "Rule", NONE_OR_MULTIPLE)
    acts = action(spec["Action"], bodies)
    rate_based = "RateBasedStatement" in spec["Statement"]
    if rate_based and acts.kind == "ALLOW":
        raise InvalidParameter("RULE_ACTION", "Allow", "A rate-based rule cannot allow requests.")
    test = compiled(spec["Statement"], scope.inside(spec["Name"]))
    labels = added(spec.get("RuleLabels") or (), scope.namespace)
    return acting(Rule(spec["Name"], test, acts, told(spec), labels, rate_based, 0), acts, spec, settings)


def acting(rule: Rule, acts: Action, spec: Mapping[str, Any], settings: Mapping[str, Any]) -> Rule:
    """The rule with that action."""
    match = structs.replace(rule.match, action=acts.kind, overridden=acts.overridden, inserted=acts.inserted)
    return replace(rule, action=acts, match=match, immunity_seconds=_immunity(acts.kind, spec, settings))


def told(spec: Mapping[str, Any]) -> Match:
    """The name and the visibility of a rule, or of a web ACL. Raises InvalidParameter."""
    visibility = spec.get("VisibilityConfig") or {}
    metric = visibility.get("MetricName", "")
    if metric in _RESERVED_METRICS:
        raise InvalidParameter("METRIC_NAME", metric, "The metric name is reserved.")
    return Match(spec.get("Name", ""), "", metric, bool(visibility.get("SampledRequestsEnabled")))


def immunity(spec: Mapping[str, Any], member: str) -> int | None:
    """Of a CaptchaConfig or a ChallengeConfig: seconds. Raises InvalidParameter."""
    seconds = ((spec.get(member) or {}).get("ImmunityTimeProperty") or {}).get("ImmunityTime")
    if seconds is not None and member == "ChallengeConfig" and seconds < _SHORTEST_CHALLENGE_SECONDS:
        raise InvalidParameter("CHALLENGE_CONFIG", "ImmunityTime", "The immunity time is too short.")
    return seconds


def _immunity(kind: str, *specs: Mapping[str, Any]) -> int:
    """Of an action that looks at tokens; all settings are read, so that none is wrong unseen."""
    seconds = {
        "CAPTCHA": [immunity(spec, "CaptchaConfig") for spec in specs],
        "CHALLENGE": [immunity(spec, "ChallengeConfig") for spec in specs],
    }
    return next((each for each in seconds.get(kind, ()) if each is not None), _IMMUNITY_SECONDS)


class Run(NamedTuple):
    """Rules that follow each other. Where there are `views`, none matches if nothing is found in any of those."""

    rules: tuple[Rule, ...]
    views: tuple[View, ...] = ()


def runs(rules: Iterable[Rule]) -> list[Run]:
    found = []
    for quick, together in groupby(rules, lambda rule: isinstance(rule.test, _QUICK)):
        members = tuple(together)
        views = dict.fromkeys(rule.test.view for rule in members if isinstance(rule.test, _QUICK))
        found.append(Run(members, tuple(views) if quick else ()))
    return found


def matches(rule: Rule, reading: Reading) -> bool:
    """Whether the rule matches; if so, it labels the request."""
    reading.details = []
    try:
        if not rule.test(reading):
            return False
    except DoesNotApply:
        return False
    for label in rule.labels:
        reading.labels[label] = None
    return True


def evaluate(runs: Sequence[Run], reading: Reading, tokens: Tokens, counted: list[Match]) -> Ending | None:
    """The rule that ends it, if one does; those that match and do not end it are `counted`."""
    for rules, views in runs:
        found = [view for view in views if view.hits(reading)]
        if views and not found:
            continue
        for rule in rules:
            if (not views or rule.test.view in found) and matches(rule, reading):
                match, ends = act(rule, reading, tokens)
                if ends:
                    return Ending(rule, match)
                counted.append(match)
    return None


def act(rule: Rule, reading: Reading, tokens: Tokens) -> tuple[Match, bool]:
    """What is told of a rule that matched, and whether the request ends there."""
    kind = rule.action.kind
    match = rule.match
    if reading.details:
        match = structs.replace(match, details=tuple(reading.details))
    if kind in _TOKEN_ACTIONS:
        check = tokens.check(reading, kind, rule.immunity_seconds)
        return _checked(match, kind, check), bool(check.failure)
    return match, kind in _TERMINATING


def _checked(match: Match, kind: str, check: TokenCheck) -> Match:
    return structs.replace(match, **{kind.lower(): check}, **({"inserted": ()} if check.failure else {}))


def overridden(rule: Rule, spec: Mapping[str, Any], acts: Action | None, settings: Mapping[str, Any]) -> Rule:
    """A rule of a group, acting as the web ACL says; None is that it is excluded."""
    chosen = replace(acts or EXCLUDED, overridden=rule.action.kind)
    return acting(rule, chosen, spec, settings)
