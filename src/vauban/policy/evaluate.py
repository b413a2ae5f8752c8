"""The verdict: which layers must allow a request, which of them do, and so whether it may pass.

An explicit deny in any layer stands against everything. Otherwise every organization level, the VPC endpoint, the
resource's side and the caller's side must allow, where each is needed:

- the resource's side across accounts, where its policy rules alone (KMS keys, role trust), and for callers that have
  no policies of their own (services, anonymous);
- the caller's side always, but within one account when the resource's policy names the caller itself or its role;
- boundary and session policies always, but within one account when the caller itself is named.

Source: IAM User Guide, "Policy evaluation logic"; IAM Toolbox API, ``Check``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy.denials import Denial, reason, remedy
from vauban.policy.policies import Policies
from vauban.policy.principals import Reach

ROOT_USER = "root user"
"""Stands for the statement that the root user of an account does not need."""


class Finding(NamedTuple):
    """A statement that speaks of the request, and where it stands."""

    layer: Layer
    level: int
    """Of the organization, from its root; 0 elsewhere."""
    allow: bool
    reach: Reach
    label: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """May this principal do this to that resource?"""

    principal: Principal
    policies: Policies
    action: str
    resource: Resource

    @property
    def crosses_accounts(self) -> bool:
        return self.resource.account not in ("", self.principal.account) and self.has_policies

    @property
    def has_policies(self) -> bool:
        """Whether the caller is of an account, so that policies can be attached to it."""
        return self.principal.kind not in ("service", "anonymous")

    @property
    def resource_must_allow(self) -> bool:
        return self.crosses_accounts or self.resource.policy_rules or not self.has_policies


def judge(
    question: Question, findings: Sequence[Finding], unmet: Sequence[Finding] = (), grant: str | None = None
) -> Decision:
    """The decision, given the statements that apply; ``unmet`` are those whose conditions do not hold."""
    if grant is not None:
        findings = [*findings, Finding(Layer.RESOURCE, 0, True, Reach.DIRECT, grant)]
    checks = _checks(question, findings)
    denied = [(level, check) for level, check in checks if check.effect in (Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY)]
    resource = question.resource.arn
    if not denied:
        return Decision(True, question.action, resource, tuple(check for _, check in checks))
    denial = _denial(question, denied, unmet)
    return Decision(
        False, question.action, resource, tuple(check for _, check in checks), reason(denial), remedy(denial)
    )


def _denial(question: Question, denied: list[tuple[int, Check]], unmet: Sequence[Finding]) -> Denial:
    explicit = [(level, check) for level, check in denied if check.effect is Effect.EXPLICIT_DENY]
    implicit = {(check.layer, level) for level, check in denied if check.effect is Effect.IMPLICIT_DENY}
    nearly = [
        (each.layer, each.label, each.clauses)
        for each in unmet
        if each.allow and each.clauses and (each.layer, each.level) in implicit
    ]
    return Denial(
        question.principal,
        question.action,
        question.resource,
        tuple(explicit or denied),
        tuple(denied),
        tuple(nearly),
        {Layer.SERVICE_CONTROL_POLICY: len(question.policies.service_control)}
        | {Layer.RESOURCE_CONTROL_POLICY: len(question.policies.resource_control)},
    )


def _checks(question: Question, findings: Sequence[Finding]) -> list[tuple[int, Check]]:
    """Each layer's verdict, in AWS's order, with its level."""
    reach = max((each.reach for each in findings if each.layer is Layer.RESOURCE and each.allow), default=None)
    needed = _needed(question, reach)
    return [
        (level, _check(question, layer, [f for f in findings if f.layer is layer and f.level == level], needed))
        for layer, level in _layers(question, reach is not None)
    ]


def _check(question: Question, layer: Layer, findings: list[Finding], needed: frozenset[Layer]) -> Check:
    denies = tuple(each.label for each in findings if not each.allow)
    if denies:
        return Check(layer, Effect.EXPLICIT_DENY, denies)
    allows = tuple(each.label for each in findings if each.allow)
    if layer is Layer.PRINCIPAL and question.principal.kind == "root":
        allows = (ROOT_USER, *allows)
    if allows:
        return Check(layer, Effect.ALLOW, allows)
    return Check(layer, Effect.IMPLICIT_DENY if layer in needed else Effect.NO_IMPACT)


def _needed(question: Question, reach: Reach | None) -> frozenset[Layer]:
    """The layers that have to allow, given how directly the resource's policy allows."""
    needed = {Layer.RESOURCE_CONTROL_POLICY, Layer.SERVICE_CONTROL_POLICY, Layer.VPC_ENDPOINT}
    if question.resource_must_allow:
        needed.add(Layer.RESOURCE)
    if question.crosses_accounts or reach not in (Reach.ROLE, Reach.DIRECT):
        needed.add(Layer.PRINCIPAL)
    if question.crosses_accounts or reach is not Reach.DIRECT:
        needed |= {Layer.PERMISSIONS_BOUNDARY, Layer.SESSION}
    return frozenset(needed)


def _layers(question: Question, resource_allows: bool) -> list[tuple[Layer, int]]:
    """The layers that apply, in AWS's order, each with its level."""
    policies, resource = question.policies, question.resource
    applies = [(Layer.RESOURCE_CONTROL_POLICY, level) for level in range(len(policies.resource_control))]
    if question.has_policies:
        applies += [(Layer.SERVICE_CONTROL_POLICY, level) for level in range(len(policies.service_control))]
    if policies.endpoint is not None:
        applies.append((Layer.VPC_ENDPOINT, 0))
    if resource.policy is not None or resource_allows or question.resource_must_allow:
        applies.append((Layer.RESOURCE, 0))
    if question.has_policies:
        applies.append((Layer.PRINCIPAL, 0))
    if has_boundary(question):
        applies.append((Layer.PERMISSIONS_BOUNDARY, 0))
    if question.has_policies and policies.session is not None:
        applies.append((Layer.SESSION, 0))
    return applies


def has_boundary(question: Question) -> bool:
    """Whether a permissions boundary applies: never to root, services or the anonymous."""
    return question.policies.boundary is not None and question.principal.kind in (
        "user",
        "assumed-role",
        "federated-user",
    )
