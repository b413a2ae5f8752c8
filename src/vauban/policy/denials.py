"""Why not, in AWS's words; and the smallest change that would allow it, in plain ones.

Source: IAM User Guide, "Troubleshoot access denied error messages".
"""

from typing import NamedTuple

from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource


class Denial(NamedTuple):
    principal: Principal
    action: str
    resource: Resource
    decisive: tuple[tuple[int, Check], ...]
    """The checks to give as the reason, with their levels."""
    failed: tuple[tuple[int, Check], ...]
    """All that stand against the request."""
    nearly: tuple[tuple[Layer, str, tuple[str, ...]], ...]
    """Statements of the failed layers that would allow it but for their conditions: layer, label, conditions."""
    levels: dict[Layer, int]


_KINDS = {
    Layer.RESOURCE_CONTROL_POLICY: ("a", "resource control policy"),
    Layer.SERVICE_CONTROL_POLICY: ("a", "service control policy"),
    Layer.VPC_ENDPOINT: ("a", "VPC endpoint policy"),
    Layer.RESOURCE: ("a", "resource-based policy"),
    Layer.PRINCIPAL: ("an", "identity-based policy"),
    Layer.PERMISSIONS_BOUNDARY: ("a", "permissions boundary"),
    Layer.SESSION: ("a", "session policy"),
}
_OWN_POLICIES = {"key": "key policy", "role": "trust policy", "bucket": "bucket policy", "queue": "queue policy"}


def reason(denial: Denial) -> str:
    """The first check that stands against the request, as AWS words it."""
    _, check = denial.decisive[0]
    article, kind = _KINDS[check.layer]
    if check.effect is Effect.EXPLICIT_DENY:
        return f"with an explicit deny in {article} {kind}"
    return f"because no {kind} allows the {denial.action} action"


def denial_message(principal: Principal, decision: Decision) -> str:
    """The message of an AccessDenied error."""
    who = "anonymous" if principal.kind == "anonymous" else principal.arn
    return (
        f"User: {who} is not authorized to perform: {decision.action} on resource: {decision.resource} "
        f"{decision.reason}"
    )


def remedy(denial: Denial) -> str:
    """One line for each thing that has to change."""
    lines = []
    for level, check in denial.failed:
        if check.effect is Effect.EXPLICIT_DENY:
            lines += [_undeny(check.layer, statement) for statement in check.statements]
        else:
            lines.append(_allow(denial, check.layer, level))
            lines += [_meet(each) for each in denial.nearly if each[0] is check.layer]
    return "\n".join(dict.fromkeys(lines))


def _undeny(layer: Layer, statement: str) -> str:
    policy, _, name = statement.rpartition("/")
    _, kind = _KINDS[layer]
    return f"Remove or narrow statement {name} of the {kind} {policy}: it denies this."


def _meet(nearly: tuple[Layer, str, tuple[str, ...]]) -> str:
    _, statement, clauses = nearly
    return f"Or meet the condition of statement {statement}: {'; '.join(clauses)}."


def _allow(denial: Denial, layer: Layer, level: int) -> str:
    what = f"{denial.action} on {denial.resource.arn}"
    identity = denial.principal.issuer_arn or denial.principal.arn
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
            return _allow_on_resource(denial)
        case _:
            return (
                f"Let a {_KINDS[layer][1]} allow {what} at level {level + 1} of {denial.levels[layer]}, "
                "counted from the organization's root."
            )


def _allow_on_resource(denial: Denial) -> str:
    policy = _OWN_POLICIES.get(denial.resource.type, "resource's policy")
    principal = denial.principal
    if principal.kind == "anonymous":
        return f"The {policy} must allow {denial.action} to everyone."
    if principal.kind == "service":
        return f"The {policy} must allow {denial.action} to the service {principal.arn}."
    name = principal.issuer_arn or principal.arn
    return (
        f"The {policy} must name {name} or delegate to the account {principal.account} "
        f"(arn:aws:iam::{principal.account}:root) for {denial.action}."
    )
