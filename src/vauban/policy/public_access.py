"""Whether a resource's policy lets strangers in: anyone that it does not name, from anywhere.

A stranger is a principal of an unknown account and organization, whose request may bear whatever a caller can choose
for itself: tags, a user agent, a time. Where statements for everyone are conditional, what counts is whether a
stranger can meet the conditions; where others deny, whether a stranger always meets theirs. Addresses are reckoned
with as intervals: what lets in more of the Internet than a /8 (IPv6: a /32) lets in strangers.

Sources: "The meaning of public", Amazon S3 User Guide; PutResourcePolicy (BlockPublicPolicy), AWS Secrets Manager.
"""

import re
from collections.abc import Iterable
from typing import Any

from vauban.policy.conditions import Clause
from vauban.policy.documents import read_document
from vauban.policy.elements import StatementDocument
from vauban.policy.kinds import Kind
from vauban.policy.matching import action_matcher
from vauban.policy.values import Network, network

ALWAYS_PRESENT = frozenset({"aws:principalarn", "aws:principalaccount", "aws:userid", "kms:calleraccount"})
TRUSTED = ALWAYS_PRESENT | {
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
}
"""Condition keys that no stranger can choose the value of."""
SOURCE_IP = "aws:sourceip"
IS_SERVICE = "aws:principalisawsservice"
WIDEST = {4: 2**24, 6: 2**96}
"""By IP version: how many addresses are not yet everybody's."""
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

_VARIABLE = re.compile(r"\$\{")
_WILD = re.compile(r"[*?]")

_BITS = {4: 32, 6: 128}

Interval = tuple[int, int]
"""First and last."""


def grants_public_access(document: str | dict[str, Any], kind: Kind) -> bool:
    """Whether strangers may do anything by a policy of ``kind``. Raises MalformedPolicy."""
    statements = read_document(document, kind).statements
    denies = [each for each in statements if not each.allow and _always_met(each)]
    return any(_lets_in(each) and not any(_covers(deny, each) for deny in denies) for each in statements if each.allow)


def _lets_in(statement: StatementDocument) -> bool:
    """Whether an Allow reaches a stranger that asks in the right way."""
    principals = statement.principals
    return principals is not None and principals.everyone and all(map(_can_be_met, statement.clauses))


def _always_met(statement: StatementDocument) -> bool:
    """Whether a Deny reaches every stranger, however it asks."""
    principals = statement.principals
    reached = principals is not None and (principals.everyone is not principals.negated)
    return reached and all(map(_is_always_met, statement.clauses))


def _covers(deny: StatementDocument, allow: StatementDocument) -> bool:
    """Whether all that ``allow`` speaks of is in ``deny`` too."""
    if deny.not_actions or allow.not_actions or deny.not_resources:
        return deny.not_actions == allow.not_actions and deny.actions == allow.actions and not deny.not_resources
    denied = action_matcher(deny.actions)
    if not all(denied(action.lower()) for action in allow.actions):
        return False
    return "*" in deny.resources or (not allow.not_resources and set(allow.resources) <= set(deny.resources))


def _can_be_met(clause: Clause) -> bool:
    key = clause.key.lower()
    if clause.operator.name == "Null":
        return True
    if key == SOURCE_IP:
        return _is_wide(clause.values) if not clause.operator.negated else True
    if key == IS_SERVICE:
        return "true" not in {value.lower() for value in clause.values} or clause.operator.negated
    if key not in TRUSTED or clause.operator.negated:
        return True
    may_be_absent = clause.if_exists or clause.quantifier == "forallvalues"
    if may_be_absent and key not in ALWAYS_PRESENT:
        return True
    return not all(_is_fixed(key, value) for value in clause.values)


def _is_always_met(clause: Clause) -> bool:
    key = clause.key.lower()
    if clause.operator.name == "Null":
        return False
    if key == SOURCE_IP:
        return clause.operator.negated and not _is_wide(clause.values)
    if key == IS_SERVICE:
        return not clause.operator.negated and {value.lower() for value in clause.values} == {"false"}
    if clause.quantifier == "foranyvalue" and key not in ALWAYS_PRESENT:
        return False
    return key in TRUSTED and clause.operator.negated and all(_is_fixed(key, value) for value in clause.values)


def _is_fixed(key: str, value: str) -> bool:
    """Whether a value names somebody, and does not stand for anybody."""
    if _VARIABLE.search(value):
        return False
    if value.startswith("arn:") or key.endswith("arn"):
        segments = value.split(":", 5)
        if len(segments) < 6:
            return not _WILD.search(value)
        account, resource = segments[4], segments[5]
        return bool(account and not _WILD.search(account)) or (not account and resource[:1] not in ("*", "?", ""))
    named = value.partition(":")[0] if key == "aws:userid" else value.partition("/")[0] if "paths" in key else value
    return bool(named) and not _WILD.search(named)


def _is_wide(values: Iterable[str]) -> bool:
    """Whether these address blocks hold too much of the Internet; what is no block may mean anything."""
    blocks = [network(value) for value in values]
    if None in blocks:
        return True
    for version, widest in WIDEST.items():
        inside = _merged(_interval(each) for each in blocks if each[0] == version)
        private = _merged(_interval(each) for each in map(network, PRIVATE) if each[0] == version)
        if sum(last - first + 1 for first, last in _without(inside, private)) > widest:
            return True
    return False


def _interval(block: Network) -> Interval:
    version, first, mask = block
    return first & mask, first | (mask ^ (2 ** _BITS[version] - 1))


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same numbers in intervals that do not touch, in order."""
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _without(intervals: list[Interval], holes: list[Interval]) -> list[Interval]:
    left: list[Interval] = []
    for first, last in intervals:
        for begin, end in holes:
            if end < first or begin > last:
                continue
            if begin > first:
                left.append((first, begin - 1))
            first = end + 1
        if first <= last:
            left.append((first, last))
    return left
