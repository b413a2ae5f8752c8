"""A decision, for people to read."""

from vauban.kernel.decisions import Check, Decision, Effect, Layer

_LAYERS = {
    Layer.RESOURCE_CONTROL_POLICY: "resource control policy",
    Layer.SERVICE_CONTROL_POLICY: "service control policy",
    Layer.VPC_ENDPOINT: "VPC endpoint policy",
    Layer.RESOURCE: "resource-based policy",
    Layer.PRINCIPAL: "identity-based policies",
    Layer.PERMISSIONS_BOUNDARY: "permissions boundary",
    Layer.SESSION: "session policies",
}
_EFFECTS = {
    Effect.ALLOW: "allows",
    Effect.NO_IMPACT: "not needed",
    Effect.IMPLICIT_DENY: "does not allow",
    Effect.EXPLICIT_DENY: "DENIES",
}


def explain(decision: Decision) -> str:
    """Several lines: the answer, each layer's verdict with its statements, and what would have allowed it."""
    verdict = "Allowed" if decision.allowed else "Denied"
    lines = [f"{verdict}: {decision.action} on {decision.resource}"]
    if decision.reason:
        lines.append(f"  {decision.reason}")
    lines += ["", *(_line(check) for check in decision.checks)]
    if decision.remedy:
        lines += ["", "To allow it:", *map(_change, decision.remedy.splitlines())]
    return "\n".join(lines)


def _change(line: str) -> str:
    """What has to change, or the JSON that does it."""
    return f"      {line}" if line.startswith("{") else f"  - {line}"


def _line(check: Check) -> str:
    statements = f"  ({', '.join(check.statements)})" if check.statements else ""
    return f"  {_LAYERS[check.layer]:<24} {_EFFECTS[check.effect]}{statements}"
