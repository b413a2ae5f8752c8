"""Denials, by the authorization id that they carried."""

from collections.abc import Iterator
from typing import Any

from vauban.identity.accounts import Account
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.kernel.errors import AwsError
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import operation
from vauban.kernel.stores import Trail

_POLICY_TYPES = {
    Layer.RESOURCE_CONTROL_POLICY: "RESOURCE_CONTROL_POLICY",
    Layer.SERVICE_CONTROL_POLICY: "SERVICE_CONTROL_POLICY",
    Layer.VPC_ENDPOINT: "VPC_ENDPOINT_POLICY",
    Layer.RESOURCE: "RESOURCE_BASED_POLICY",
    Layer.PRINCIPAL: "IDENTITY_BASED_POLICY",
    Layer.PERMISSIONS_BOUNDARY: "PERMISSIONS_BOUNDARY",
    Layer.SESSION: "SESSION_POLICY",
}


class ResourceNotFoundException(AwsError):
    pass


@operation("GetRequestAuthorizationDetails")
def get_request_authorization_details(
    call: Call, authorization_id: str, next_token: str | None = None
) -> dict[str, Any]:
    event = call.search(_find, authorization_id)
    if next_token is not None or event is None or event.region != call.region or not _may_know(call, event):
        raise ResourceNotFoundException(
            "The requested authorization details do not exist in this region or have expired."
        )
    decision = Decision.read(event.decision)
    targets = event.decision.get("targets", {})
    checks = list(_checks(event, decision, targets))
    return {
        "requestContext": event.decision.get("context", {}),
        "evaluations": [_evaluation(decision, [told for told, _ in checks])],
        "policies": _policies(policy for _, policies in checks for policy in policies),
    }


def _find(trail: Trail, authorization_id: str) -> AuditEvent | None:
    return trail.find(authorization_id)


def _may_know(call: Call, event: AuditEvent) -> bool:
    """Those of the denied principal's account, or of its organization."""
    account = event.principal[1] or event.account
    organization = _organization(call, account)
    return account == call.account or (organization is not None and organization == _organization(call, call.account))


def _organization(call: Call, account: str) -> str | None:
    found = call.world.at("", "").get(Account, account)
    return found.organization_id if found else None


def _evaluation(decision: Decision, checks: list[dict[str, Any]]) -> dict[str, Any]:
    explicit = any(each.effect is Effect.EXPLICIT_DENY for each in decision.checks)
    return {
        "action": decision.action,
        "resource": decision.resource,
        "evaluatedEffect": "EXPLICIT_DENY" if explicit else "IMPLICIT_DENY",
        "checks": checks,
    }


def _checks(
    event: AuditEvent, decision: Decision, targets: dict[str, list[str]]
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each check in the model's words, with the policies that matched in it."""
    levels: dict[Layer, int] = {}
    for check in decision.checks:
        level = levels.get(check.layer, 0)
        levels[check.layer] = level + 1
        arns = targets.get(check.layer.value, [])
        target = arns[level] if level < len(arns) else ""
        policies = _matched(event, decision, check, target)
        told: dict[str, Any] = {
            "checkType": check.layer.value,
            "evaluatedEffect": check.effect.value,
            "relevantPolicyTypes": [_POLICY_TYPES[check.layer]],
            "matchedPolicies": [{"uri": uri, "matchedStatements": found} for uri, (_, found) in policies.items()],
        }
        if target:
            told["targetArn"] = target
        yield told, [policy for policy, _ in policies.values()]


def _matched(
    event: AuditEvent, decision: Decision, check: Check, target: str
) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """By URI: the policies of a check whose statements matched, and those statements."""
    found: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    effect = "DENY" if check.effect is Effect.EXPLICIT_DENY else "ALLOW"
    attached = target or _attached_to(event, decision, check.layer)
    for label, arn in zip(check.statements, check.arns or ("",) * len(check.statements), strict=True):
        name, _, statement = label.rpartition("/")
        uri = arn or f"inline:{check.layer.value.lower()}/{name or label}"
        policy = {"type": _POLICY_TYPES[check.layer], "inline": not arn, "uri": uri, "attachedTo": [{"arn": attached}]}
        if name == "grant":
            policy["policySource"] = {"type": "kms-grant", "typeName": "KMS grant", "grantId": statement}
        found.setdefault(uri, (policy, []))[1].append({"sid": statement, "evaluatedEffect": effect})
    return found


def _attached_to(event: AuditEvent, decision: Decision, layer: Layer) -> str:
    if layer is Layer.RESOURCE:
        return decision.resource
    arn, issuer_arn = event.principal[2], event.principal[6]
    return arn if layer is Layer.SESSION else issuer_arn or arn


def _policies(policies: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each once; one that stands at several levels of an organization is attached to all of them."""
    found: dict[str, dict[str, Any]] = {}
    for policy in policies:
        known = found.setdefault(policy["uri"], policy)
        if known is not policy:
            known["attachedTo"] += [each for each in policy["attachedTo"] if each not in known["attachedTo"]]
    return list(found.values())
