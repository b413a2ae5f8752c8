"""Decisions made ready: of all policies, only what may still matter for one principal, action and resource is kept.

A plan holds the conditions that remain, as closures over the request context. Each combination of their outcomes is
judged once and remembered; with no conditions left there is one decision, made beforehand.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vauban.kernel.decisions import Decision, Effect, Layer
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Context, Grants, Resource
from vauban.policy.conditions import Condition
from vauban.policy.evaluate import judge
from vauban.policy.matching import segments
from vauban.policy.policies import Policies, Policy
from vauban.policy.principals import Reach
from vauban.policy.questions import Finding, Question
from vauban.policy.statements import Statement

_MOST_OUTCOMES = 64
"""How many outcomes a plan remembers."""


class Plan:
    """What ``plan`` found; immutable to the eye, and safe to keep as long as what it was made from stands."""

    __slots__ = ("_certain", "_conditions", "_outcomes", "_possible", "_question", "any_resource")

    def __init__(
        self,
        question: Question,
        certain: list[Finding],
        possible: list[tuple[Finding, Condition]],
        *,
        any_resource: bool = False,
    ):
        self.any_resource = any_resource
        """Whether every resource of the same owner and policy is decided on alike; a denial still names this one."""
        self._question = question
        self._certain = certain
        self._possible = possible
        self._conditions = tuple((1 << bit, condition) for bit, (_, condition) in enumerate(possible))
        self._outcomes: dict[tuple[int, str | None] | int, Decision] = {}
        if not possible:
            self._judge(0, None)

    @property
    def constant(self) -> bool:
        """Whether no condition is left; a grant may still allow what the plan alone denies."""
        return not self._conditions

    def decide(self, context: Context, grants: Grants | None = None) -> Decision:
        """The decision in ``context``. ``grants`` are the resource's as of now; by default those planned with."""
        outcome = 0
        for bit, condition in self._conditions:
            if condition(context):
                outcome |= bit
        decision = self._outcomes.get(outcome)
        if decision is None:
            decision = self._judge(outcome, None)
        if decision.allowed:
            return decision
        grants = grants or self._question.resource.grants
        return decision if grants is None else self._with_grant(decision, outcome, grants, context)

    def prospects(self) -> "Prospects":
        """What may come of it, whatever the context. Grants are left out."""
        allows = sum(1 << bit for bit, (finding, _) in enumerate(self._possible) if finding.allow)
        clauses = {
            allow: tuple(dict.fromkeys(str(c) for f, _ in self._possible if f.allow is allow for c in f.clauses))
            for allow in (True, False)
        }
        return Prospects(self._judge(0, None), self._judge(allows, None), clauses[True], clauses[False])

    def _with_grant(self, decision: Decision, outcome: int, grants: Grants, context: Context) -> Decision:
        """A grant allows on the resource's side; it never overrides an explicit deny."""
        if any(check.effect is Effect.EXPLICIT_DENY for check in decision.checks):
            return decision
        grant = grants(self._question.principal, self._question.action, context)
        if grant is None:
            return decision
        return self._outcomes.get((outcome, grant)) or self._judge(outcome, grant)

    def _judge(self, outcome: int, grant: str | None) -> Decision:
        met = [finding for bit, (finding, _) in enumerate(self._possible) if outcome >> bit & 1]
        unmet = [finding for bit, (finding, _) in enumerate(self._possible) if not outcome >> bit & 1]
        decision = judge(self._question, [*self._certain, *met], unmet, grant)
        if len(self._outcomes) < _MOST_OUTCOMES:
            self._outcomes[outcome if grant is None else (outcome, grant)] = decision
        return decision


class Prospects(NamedTuple):
    """A decision before its context is known."""

    plain: Decision
    """With no condition met."""
    best: Decision
    """With every condition met that allows, and none that denies."""
    only_if: tuple[str, ...]
    """The conditions that allow, in words."""
    unless: tuple[str, ...]
    """Those that deny."""


def plan(principal: Principal, policies: Policies, action: str, resource: Resource) -> Plan:
    """Prepare the decision on ``action`` (``kms:Decrypt``) for every context to come."""
    question = Question(principal, policies, action, resource)
    certain: list[Finding] = []
    possible: list[tuple[Finding, Condition]] = []
    any_resource = True
    arn = segments(resource.arn)
    lower = action.lower()
    for layer, level, policy, statement, reach in _candidates(question, lower):
        any_resource = any_resource and statement.any_resource
        residue = statement.residue(arn)
        if residue is False:
            continue
        finding = Finding(layer, level, statement.allow, reach, statement.label, statement.clauses, policy.arn)
        if residue is None:
            certain.append(finding)
        else:
            possible.append((finding, residue))
    return Plan(question, certain, _undecided(certain, possible), any_resource=any_resource)


def decide(principal: Principal, policies: Policies, action: str, resource: Resource, context: Context) -> Decision:
    """Whether ``principal`` may do ``action`` to ``resource`` in ``context``, and because of which statements."""
    return plan(principal, policies, action, resource).decide(context)


def _candidates(question: Question, action: str) -> Iterator[tuple[Layer, int, Policy, Statement, Reach]]:
    """The statements that speak of the action and the caller, with where they stand."""
    service, bounded = action.partition(":")[0], question.has_boundary
    for layer, level, policies in _attached(question):
        for policy in policies:
            for statement in policy.about(service):
                reach = statement.matches_action(action) and statement.reach(question.principal, bounded=bounded)
                if reach:
                    yield layer, level, policy, statement, reach


def _attached(question: Question) -> Iterator[tuple[Layer, int, Iterable[Policy]]]:
    """Every layer's policies, with their level."""
    policies, resource = question.policies, question.resource
    for level, attached in enumerate(policies.resource_control):
        yield Layer.RESOURCE_CONTROL_POLICY, level, attached
    if policies.endpoint is not None:
        yield Layer.VPC_ENDPOINT, 0, (policies.endpoint,)
    if resource.policy is not None:
        yield Layer.RESOURCE, 0, resource.policy if isinstance(resource.policy, tuple) else (resource.policy,)
    if not question.has_policies:
        return
    for level, attached in enumerate(policies.service_control):
        yield Layer.SERVICE_CONTROL_POLICY, level, attached
    yield Layer.PRINCIPAL, 0, policies.identity
    if policies.boundary is not None and question.has_boundary:
        yield Layer.PERMISSIONS_BOUNDARY, 0, (policies.boundary,)
    if policies.session is not None:
        yield Layer.SESSION, 0, policies.session


def _undecided(certain: list[Finding], possible: list[tuple[Finding, Condition]]) -> list[tuple[Finding, Condition]]:
    """The conditional statements that can still change the decision, or what a denial says of their layer."""
    settled: dict[tuple[Layer, int], Reach] = {}
    for finding in certain:
        place = (finding.layer, finding.level)
        reach = finding.reach if finding.allow else Reach.DIRECT
        settled[place] = max(reach, settled.get(place, reach))
    return [
        (finding, condition)
        for finding, condition in possible
        if not finding.allow or finding.reach > settled.get((finding.layer, finding.level), 0)
    ]
