"""A statement, compiled: whether it speaks of a caller, an action and a resource, and on what condition."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vauban.kernel.principals import Principal
from vauban.kernel.resources import Context
from vauban.policy.conditions import Condition, compile_clause, every
from vauban.policy.elements import StatementDocument
from vauban.policy.matching import Match, Segments, action_matcher, arn_matcher, split_segments
from vauban.policy.principals import Principals, Reach
from vauban.policy.variables import expand, has_variables, template


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    label: str
    """How people find it: ``policy name/Sid``, or ``policy name/#index``."""
    allow: bool
    principals: Principals | None
    matches_action: Match
    """Given an action in lower case."""
    resource: "Resources"
    condition: Condition | None
    clauses: tuple[str, ...]
    """The conditions in words."""
    services: frozenset[str] | None
    """The services that its actions are of, lower-case; None for any."""

    def reach(self, principal: Principal) -> Reach | None:
        """How directly it speaks of ``principal``; None where it does not."""
        if self.principals is None:
            return Reach.DIRECT
        return self.principals.reach(principal, allow=self.allow)

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
        _condition(statement, variables),
        tuple(str(clause) for clause in statement.clauses),
        _services(statement),
    )


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
    open_ = [split_segments(each) for each in templates if has_variables(each)]
    negated, allow = statement.not_resources, statement.allow

    def resources(arn: Segments) -> bool | Condition:
        if any(matches(arn) for matches in fixed):
            return not negated
        return _later(open_, arn, negated, allow) if open_ else negated

    return resources


def _later(templates: list[Any], arn: Segments, negated: bool, allow: bool) -> Condition:
    def condition(context: Context) -> bool:
        expanded = [[expand(segment, context) for segment in each] for each in templates]
        if negated and allow and any(None in each for each in expanded):
            return False
        known = [each for each in expanded if None not in each]
        return any(arn_matcher(each)(arn) for each in known) is not negated

    return condition
