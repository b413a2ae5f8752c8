"""Why not, in AWS's words; and the smallest change that would allow it, in plain ones.

Source: IAM User Guide, "Troubleshoot access denied error messages".
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.kernel.principals import Principal
from vauban.policy.questions import Finding, Question


class Verdict(NamedTuple):
    """A check, and its level in the organization."""

    level: int
    check: Check


_KINDS = {
    Layer.RESOURCE_CONTROL_POLICY: ("a", "resource control policy"),
    Layer.SERVICE_CONTROL_POLICY: ("a", "service control policy"),
    Layer.VPC_ENDPOINT: ("a", "VPC endpoint policy"),
    Layer.RESOURCE: ("a", "resource-based policy"),
    Layer.PRINCIPAL: ("an", "identity-based policy"),
    Layer.PERMISSIONS_BOUNDARY: ("a", "permissions boundary"),
    Layer.SESSION: ("a", "session policy"),
}
_TRUST = ("the", "role trust policy")
_OWN_POLICIES = {"key": "key policy", "role": "trust policy", "bucket": "bucket policy", "queue": "queue policy"}


def reason(question: Question, verdicts: Sequence[Verdict], findings: Sequence[Finding]) -> str:
    """The first explicit deny, or else the first layer that does not allow, as AWS words it."""
    against = [each for each in verdicts if each.check.effect in (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY)]
    level, check = min(against, key=lambda verdict: verdict.check.effect is not Effect.EXPLICIT_DENY)
    article, kind = _words(question, check.layer)
    if check.effect is Effect.IMPLICIT_DENY:
        return f"because no {kind} allows the {question.action} action"
    denying = next(each for each in findings if each[:2] == (check.layer, level) and not each.allow)
    arn = "" if question.crosses_accounts else denying.policy_arn
    return f"with an explicit deny in {article} {kind}" + (f": {arn}" if arn else "")


def _words(question: Question, layer: Layer) -> tuple[str, str]:
    """The article and the name of the layer's policies."""
    return _TRUST if layer is Layer.RESOURCE and question.resource.type == "role" else _KINDS[layer]


def denial_message(principal: Principal, decision: Decision) -> str:
    """The message of an AccessDenied error."""
    who = "anonymous" if principal.kind == "anonymous" else principal.arn
    return (
        f"User: {who} is not authorized to perform: {decision.action} on resource: {decision.resource} "
        f"{decision.reason}"
    )


def remedy(
    question: Question, verdicts: Sequence[Verdict], findings: Sequence[Finding], unmet: Sequence[Finding]
) -> str:
    """One line for each thing that has to change, the statement that does it in JSON on a line behind it.

    ``unmet`` statements lack nothing but their conditions.
    """
    lines: list[str] = []
    for level, check in verdicts:
        here = (check.layer, level)
        if check.effect is Effect.EXPLICIT_DENY:
            denies = [each for each in findings if each[:2] == here and not each.allow]
            lines += [line for each in denies for line in _undeny(question, each)]
        elif check.effect is Effect.IMPLICIT_DENY:
            statement = json.dumps(_statement(question, check.layer))
            lines.append(f"{_allow(question, check.layer, level)}\n{statement}")
            lines += [_meet(each) for each in unmet if each[:2] == here and each.allow and each.clauses]
    return "\n".join(dict.fromkeys(lines))


def _undeny(question: Question, finding: Finding) -> list[str]:
    lines = [f"Remove or narrow statement {finding.label} ({_KINDS[finding.layer][1]}): it denies this."]
    if finding.clauses:
        lines.append(f"Or do not meet its condition: {'; '.join(finding.clauses)}.")
    if question.has_policies:
        arn = question.principal.issuer_arn or question.principal.arn
        condition = json.dumps({"Condition": {"ArnNotEquals": {"aws:PrincipalArn": arn}}})
        lines.append(f"Or except the caller from {finding.label} by a further condition.\n{condition}")
    return lines


def _statement(question: Question, layer: Layer) -> dict[str, Any]:
    """The statement that would allow no more than this."""
    resource = question.resource
    if layer is not Layer.RESOURCE:
        return {"Effect": "Allow", "Action": question.action, "Resource": resource.arn}
    statement = {"Effect": "Allow", "Principal": _principal(question.principal), "Action": question.action}
    if resource.type == "role":
        return statement
    return {**statement, "Resource": "*" if resource.type == "key" else resource.arn}


def _principal(principal: Principal) -> Any:
    """How a resource's policy names the caller."""
    match principal.kind:
        case "anonymous":
            return "*"
        case "service":
            return {"Service": principal.arn}
        case "web-identity" | "saml":
            return {"Federated": principal.issuer_arn}
        case _:
            return {"AWS": principal.issuer_arn or principal.arn}


def _meet(finding: Finding) -> str:
    return f"Or meet the condition of statement {finding.label}: {'; '.join(finding.clauses)}."


def _allow(question: Question, layer: Layer, level: int) -> str:
    what = f"{question.action} on {question.resource.arn}"
    identity = question.principal.issuer_arn or question.principal.arn
    match layer:
        case Layer.PRINCIPAL:
            return f"Attach an identity-based policy to {identity} that allows {what}."
        case Layer.PERMISSIONS_BOUNDARY:
            return f"Let the permissions boundary of {identity} allow {what}."
        case Layer.SESSION:
            return f"Start the session with session policies that allow {what}, or with none."
        case Layer.VPC_ENDPOINT:
            return f"Let the VPC endpoint's policy allow {what}."
        case Layer.RESOURCE:
            return _allow_on_resource(question)
        case _:
            return f"Let a {_KINDS[layer][1]} allow {what} at {_place(question, layer, level)}."


def _place(question: Question, layer: Layer, level: int) -> str:
    policies = question.policies
    levels = policies.service_control if layer is Layer.SERVICE_CONTROL_POLICY else policies.resource_control
    return f"level {level + 1} of {len(levels)}, counted from the organization's root"


def _allow_on_resource(question: Question) -> str:
    principal, action = question.principal, question.action
    policy = _OWN_POLICIES.get(question.resource.type, "resource's policy")
    if principal.kind == "anonymous":
        return f"The {policy} must allow {action} to everyone."
    if principal.kind == "service":
        return f"The {policy} must allow {action} to the service {principal.arn}."
    if principal.kind in ("web-identity", "saml"):
        return f"The {policy} must allow {action} to {principal.issuer_arn}."
    return (
        f"The {policy} must name {principal.issuer_arn or principal.arn} or delegate to the account "
        f"{principal.account} (arn:aws:iam::{principal.account}:root) for {action}."
    )
