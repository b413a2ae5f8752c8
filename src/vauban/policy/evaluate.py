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

from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.policy.denials import Verdict, reason, remedy
from vauban.policy.principals import Reach
from vauban.policy.questions import Finding, Question

ROOT_USER = "root user"
"""Stands for the statement that the root user of an account does not need."""


def judge(
    question: Question, findings: Sequence[Finding], unmet: Sequence[Finding] = (), grant: str | None = None
) -> Decision:
    """The decision, given the statements that apply; ``unmet`` are those whose conditions do not hold."""
    if grant is not None:
        findings = [*findings, Finding(Layer.RESOURCE, 0, True, Reach.DIRECT, grant)]
    verdicts = _verdicts(question, findings)
    checks = tuple(each.check for each in verdicts)
    action, arn = question.action, question.resource.arn
    if all(check.effect in (Effect.ALLOW, Effect.NO_IMPACT) for check in checks):
        return Decision(True, action, arn, checks)
    why = reason(question, verdicts, findings)
    return Decision(False, action, arn, checks, why, remedy(question, verdicts, findings, unmet))


def _verdicts(question: Question, findings: Sequence[Finding]) -> list[Verdict]:
    """Each layer's, in AWS's order."""
    reach = max((each.reach for each in findings if each.layer is Layer.RESOURCE and each.allow), default=None)
    needed = _needed(question, reach)
    return [
        Verdict(level, _check(question, layer, [f for f in findings if f[:2] == (layer, level)], needed))
        for layer, level in _layers(question, reach is not None)
    ]


def _check(question: Question, layer: Layer, findings: list[Finding], needed: frozenset[Layer]) -> Check:
    denies = [each for each in findings if not each.allow]
    if denies:
        return _found(layer, Effect.EXPLICIT_DENY, denies)
    allows = [each for each in findings if each.allow]
    if layer is Layer.PRINCIPAL and question.is_root:
        allows = [Finding(layer, 0, True, Reach.DIRECT, ROOT_USER), *allows]
    if allows:
        return _found(layer, Effect.ALLOW, allows)
    return Check(layer, Effect.IMPLICIT_DENY if layer in needed else Effect.NO_IMPACT)


def _found(layer: Layer, effect: Effect, findings: Sequence[Finding]) -> Check:
    return Check(layer, effect, tuple(each.label for each in findings), tuple(each.policy_arn for each in findings))


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
    if question.has_boundary:
        applies.append((Layer.PERMISSIONS_BOUNDARY, 0))
    if question.has_policies and policies.session is not None:
        applies.append((Layer.SESSION, 0))
    return applies
