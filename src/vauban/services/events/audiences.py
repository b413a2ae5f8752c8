"""Which recorded calls the rules of a default bus may want: said to CloudTrail, that tells of them."""

import json
from typing import Any

from vauban.events.audiences import DETAIL_TYPES, Audience, key_of
from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.patterns import leaf
from vauban.services.events.resources import DEFAULT, DISABLED, EVERY_API_CALL, Rule


def listen(call: Call, bus: str) -> None:
    """Say anew what the rules want, for one of them has changed."""
    if bus != DEFAULT:
        return
    before = call.store.get(Audience, key_of(call.account, call.region))
    rules = [rule for rule in call.store.list(Rule, index="bus", value=DEFAULT) if _may_want_calls(rule)]
    if rules:
        patterns = tuple(rule.pattern for rule in rules)
        of_reads = tuple(rule.pattern for rule in rules if rule.state == EVERY_API_CALL)
        audience = before or Audience(key_of(call.account, call.region), call.account, call.region, call.time, (), ())
        call.store.put(replace(audience, patterns=patterns, patterns_of_reads=of_reads))
    elif before is not None:
        call.store.delete(before)


def _may_want_calls(rule: Rule) -> bool:
    return rule.state != DISABLED and bool(rule.pattern) and may_match_calls(json.loads(rule.pattern))


def may_match_calls(pattern: dict[str, Any]) -> bool:
    """Whether an event that tells of a recorded call could be what the pattern asks for."""
    kinds, sources = pattern.get("detail-type"), pattern.get("source")
    if isinstance(kinds, list) and not any(map(leaf(kinds).takes, DETAIL_TYPES.values())):
        return False
    return not isinstance(sources, list) or any(
        not isinstance(each, str) or each.startswith("aws.") for each in sources
    )
