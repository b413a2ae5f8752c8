"""Web ACLs: compiled from AWS WAF's own shapes, evaluated request by request."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from vauban.engines.waf.actions import Action, action, bodies
from vauban.engines.waf.groups import Group, group, rules_of
from vauban.engines.waf.labels import namespace
from vauban.engines.waf.patterns import Cache
from vauban.engines.waf.rates import Rates
from vauban.engines.waf.rates import Rule as RateRule
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import InvalidParameter
from vauban.engines.waf.requests import Locate, Request, nowhere
from vauban.engines.waf.rules import GROUPS, Ending, Run, evaluate, immunity, ordered, require_rates, rule, runs, told
from vauban.engines.waf.scopes import References, Scope
from vauban.engines.waf.statements import capacity as capacity_of
from vauban.engines.waf.tokens import Tokens
from vauban.engines.waf.verdicts import GroupMatch, Header, Match, Verdict
from vauban.engines.waf.views import Views

MOST_CAPACITY = 5_000
"""WCU of a web ACL, and of a rule group."""
_MOST_RATES = 10
_KILOBYTE = 1024
_BODY_LIMITS = {"APPLICATION_LOAD_BALANCER": 8, "APPSYNC": 8}
_OTHER_BODIES = 16
_TOO_MUCH_CAPACITY = "You exceeded the capacity limit for a rule group or web ACL."

Spec = Mapping[str, Any]


class WebAcl:
    """What `compile` made of a web ACL. It never changes; any number of requests can be evaluated."""

    def __init__(self, spec: Spec, references: References, token_keys: Sequence[bytes]) -> None:
        self.arn: str = spec.get("ARN", "")
        self._views = Views()
        self.rates: dict[str, RateRule] = {}
        """Its rate-based rules, those of groups too, by the names that lead to them: `rule`, `group's rule/rule`."""
        self._scope = Scope(references, self._views, namespace(spec, "webacl"), self.arn, rates=self.rates)
        own = bodies(spec.get("CustomResponseBodies"))
        self._default: Action = action(spec["DefaultAction"], own, default=True)
        self._told = told(spec)
        self._tokens = Tokens(token_keys, spec.get("TokenDomains") or ())
        immunity(spec, "CaptchaConfig"), immunity(spec, "ChallengeConfig")
        specs = ordered(spec.get("Rules") or ())
        require_rates(specs, _MOST_RATES)
        rules = [
            (group if any(kind in each["Statement"] for kind in GROUPS) else rule)(each, self._scope, own, spec)
            for each in specs
        ]
        self._parts: list[Group | list[Run]] = []
        """Groups, and what stands between them."""
        for kind, together in groupby(rules, type):
            members = list(together)
            self._parts.extend(members if kind is Group else [runs(members)])
        self._limits = (spec.get("AssociationConfig") or {}).get("RequestBody") or {}

    def prepare(self, cache: Cache) -> None:
        """Compile its patterns, or take them from the cache."""
        for view in self._views.all:
            view.prepare(cache)

    def body_limit(self, resource_type: str = "APPLICATION_LOAD_BALANCER") -> int:
        """How many bytes of a body are inspected."""
        chosen = self._limits.get(resource_type)
        kilobytes = int(chosen["DefaultSizeInspectionLimit"].removeprefix("KB_")) if chosen else None
        return (kilobytes or _BODY_LIMITS.get(resource_type, _OTHER_BODIES)) * _KILOBYTE

    def limited(self, rates: Rates, now: float, rule: str, group_rule: str = "") -> Collection[str]:
        """The keys that one of its rate-based rules limits. Raises KeyError where it has no such rule."""
        return rates.limited(self.rates[f"{group_rule}/{rule}" if group_rule else rule].identity, now)

    def evaluate(self, request: Request, rates: Rates | None = None, locate: Locate = nowhere) -> Verdict:
        """What is to be done with the request. Without `rates`, rate-based rules match nothing."""
        reading = Reading(request, rates, locate, len(self._views.all))
        counted: list[Match] = []
        groups: list[GroupMatch] = []
        for part in self._parts:
            if isinstance(part, list):
                ending = evaluate(part, reading, self._tokens, counted)
                if ending:
                    return self._ended(reading, ending, None, counted, groups)
                continue
            found, ending = part.evaluate(reading, self._tokens)
            if found:
                groups.append(found)
                if ending:
                    return self._ended(reading, ending, part, counted, groups)
                if found.counted and found.terminating:
                    counted.append(part.match)
        return self._defaulted(reading, counted, groups)

    def _ended(
        self, reading: Reading, ending: Ending, group: Group | None, counted: list[Match], groups: list[GroupMatch]
    ) -> Verdict:
        acts, match = ending.rule.action, ending.match
        kind = "RATE_BASED" if ending.rule.rate_based else "REGULAR"
        return Verdict(
            acts.kind,
            group.name if group else ending.rule.name,
            group.kind if group else kind,
            None if group else match,
            tuple(counted),
            tuple(groups),
            tuple(reading.limited),
            tuple(reading.labels),
            _inserted(counted, groups, match.inserted) if acts.kind == "ALLOW" else (),
            acts.response,
            match.captcha,
            match.challenge,
            tuple(reading.oversize),
        )

    def _defaulted(self, reading: Reading, counted: list[Match], groups: list[GroupMatch]) -> Verdict:
        acts = self._default
        return Verdict(
            acts.kind,
            non_terminating=tuple(counted),
            groups=tuple(groups),
            rates=tuple(reading.limited),
            labels=tuple(reading.labels),
            inserted=_inserted(counted, groups, acts.inserted) if acts.kind == "ALLOW" else (),
            response=acts.response,
            oversize=tuple(reading.oversize),
            metric=self._told.metric,
        )


def compile(
    web_acl: Spec,
    references: References | None = None,
    *,
    token_keys: Sequence[bytes] = (),
    cache: Cache | None = None,
) -> WebAcl:
    """A `WebACL`, with the `IPSet`, `RegexPatternSet` and `RuleGroup` of each ARN that it names.

    The tokens of CAPTCHA and Challenge are signed with one of the keys. What takes long to compile is taken from the
    cache, and put there. Raises Refusal where AWS WAF would not take it.
    """
    made = WebAcl(web_acl, references or {}, token_keys)
    require_capacity(capacity(web_acl.get("Rules") or (), references), MOST_CAPACITY, "WEB_ACL")
    made.prepare({} if cache is None else cache)
    return made


def check(web_acl: Spec, references: References | None = None) -> int:
    """The capacity of a web ACL. Raises Refusal where `compile` would; takes much less time."""
    WebAcl(web_acl, references or {}, ())
    needed = capacity(web_acl.get("Rules") or (), references)
    require_capacity(needed, MOST_CAPACITY, "WEB_ACL")
    return needed


def check_group(rule_group: Spec, references: References | None = None) -> int:
    """The capacity of the rules of a `RuleGroup`. Raises Refusal: also where it needs more than its `Capacity`."""
    told(rule_group)
    rules_of(rule_group, Scope(references or {}, Views(), namespace(rule_group, "rulegroup")), {})
    needed = capacity(rule_group.get("Rules") or (), references)
    require_capacity(needed, min(rule_group.get("Capacity", MOST_CAPACITY), MOST_CAPACITY), "RULE_GROUP")
    return needed


def capacity(rules: Iterable[Spec], references: References | None = None) -> int:
    """The WCU that rules need. Raises Refusal where they are none."""
    return sum(capacity_of(each["Statement"], references or {}) for each in rules)


def require_capacity(needed: int, most: int, field: str) -> None:
    """Raises InvalidParameter, with what is needed."""
    if needed > most:
        raise InvalidParameter(field, str(needed), _TOO_MUCH_CAPACITY)


def _inserted(counted: list[Match], groups: list[GroupMatch], last: tuple[Header, ...]) -> tuple[Header, ...]:
    """The headers of all rules that matched; of those with one name the last."""
    ended = [match for each in groups if (match := each.terminating)]
    passed = (*(each for found in groups for each in found.non_terminating), *ended, *counted)
    headers = [header for match in passed for header in match.inserted]
    return tuple({name.lower(): (name, value) for name, value in (*headers, *last)}.values())
