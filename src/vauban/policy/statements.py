"""A statement, compiled: whether it speaks of a caller, an action and a resource, and on what condition."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from vauban.kernel.principals import Principal
from vauban.kernel.resources import Context
from vauban.policy.conditions import Condition, compile_clause, every
from vauban.policy.elements import StatementDocument
from vauban.policy.matching import (
    ArnMatch,
    Match,
    Segments,
    Wildcard,
    action_matcher,
    arn_matcher,
    matcher,
    split_segments,
)
from vauban.policy.principals import Principals, Reach
from vauban.policy.variables import Template, expand, has_variables, template, variables_of


class Statement(NamedTuple):
    label: str
    """How people find it: ``policy name/Sid``, or ``policy name/#index``."""
    allow: bool
    principals: Principals | None
    matches_action: Match
    """Given an action in lower case."""
    resource: "Resources"
    any_resource: bool
    """Whether it speaks of every resource alike."""
    condition: Condition | None
    clauses: tuple[str, ...]
    """The conditions in words."""
    services: frozenset[str] | None
    """The services that its actions are of, lower-case; None for any."""
    keys: tuple[str, ...]
    """The condition keys that it asks for, in conditions and variables, as the document spells them."""

    def speaks_of(self, action: str, arn: Segments) -> bool:
        """Whether it may apply to an action (lower-case) on a resource, were its conditions met."""
        return self.matches_action(action) and self.resource(arn) is not False

    def reach(self, principal: Principal, *, bounded: bool = False) -> Reach | None:
        """How directly it speaks of ``principal``, who may have a permissions boundary; None where it does not."""
        return Reach.DIRECT if self.principals is None else self.principals.reach(principal, bounded=bounded)

    def residue(self, arn: Segments) -> Condition | bool | None:
        """What is left to ask of the context: False if the resource does not fit, None if nothing is."""
        fits = self.resource(arn)
        if fits is False:
            return False
        if fits is True:
            return self.condition
        return fits if self.condition is None else every([fits, self.condition])


Resources = Callable[[Segments], bool | Condition]
"""Whether a resource fits, or a condition where a variable has to be known first."""


def compile_statement(statement: StatementDocument, label: str, *, variables: bool) -> Statement:
    return Statement(
        label,
        statement.allow,
        statement.principals,
        _actions(statement),
        _resources(statement, variables),
        "*" in statement.resources and not statement.not_resources,
        _condition(statement, variables),
        tuple(str(clause) for clause in statement.clauses),
        _services(statement),
        tuple(dict.fromkeys(_keys(statement, variables))),
    )


def _keys(statement: StatementDocument, variables: bool) -> Iterator[str]:
    for clause in statement.clauses:
        yield clause.key
        if variables and clause.operator.variables:
            for value in clause.values:
                yield from variables_of(value)
    if variables:
        for resource in statement.resources:
            yield from variables_of(resource)


def _actions(statement: StatementDocument) -> Match:
    if not statement.actions:
        return _nothing
    matches = action_matcher(statement.actions)
    return (lambda action: not matches(action)) if statement.not_actions else matches


def _nothing(_: Any) -> bool:
    return False


def _services(statement: StatementDocument) -> frozenset[str] | None:
    services = frozenset(action.partition(":")[0].lower() for action in statement.actions)
    return None if statement.not_actions or "*" in services else services


def _condition(statement: StatementDocument, variables: bool) -> Condition | None:
    compiled = [compile_clause(each, variables=variables, allow=statement.allow) for each in statement.clauses]
    return every(compiled) if compiled else None


def _resources(statement: StatementDocument, variables: bool) -> Resources:
    """An unset variable fits no resource; under NotResource it also keeps an Allow from applying."""
    if not statement.resources:
        return _nothing
    templates = [template(each, wildcards=True, variables=variables) for each in statement.resources]
    fixed = [arn_matcher(split_segments(each)) for each in templates if not has_variables(each)]
    open_ = [_head_and_tail(each) for each in templates if has_variables(each)]
    negated, unset_fails = statement.not_resources, statement.not_resources and statement.allow

    def resources(arn: Segments) -> bool | Condition:
        if any(matches(arn) for matches in fixed):
            return not negated
        tails = [(head(arn), tail) for head, tail in open_ if unset_fails or head(arn)]
        return _later(tails, arn[-1], negated, unset_fails) if tails else negated

    return resources


def _head_and_tail(parsed: Template) -> tuple[ArnMatch, Template]:
    """A match of all segments but the last, and the last, which alone may hold variables."""
    *head, tail = split_segments(parsed)
    return arn_matcher([*head, [Wildcard.ANY]]), tuple(tail)


def _later(tails: list[tuple[bool, Template]], text: str, negated: bool, unset_fails: bool) -> Condition:
    """Whether the ARN's last segment fits, once the variables have values."""

    def condition(context: Context) -> bool:
        expanded = [(fits, expand(tail, context)) for fits, tail in tails]
        if unset_fails and any(tail is None for _, tail in expanded):
            return False
        return any(fits and tail is not None and matcher(tail)(text) for fits, tail in expanded) is not negated

    return condition
