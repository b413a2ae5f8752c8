"""A denial from the trail, told to a person."""

from datetime import UTC, datetime

from vauban.kernel.events import AuditEvent

_LAYERS = {
    "RESOURCE_CONTROL_POLICY": "resource control policies",
    "SERVICE_CONTROL_POLICY": "service control policies",
    "VPC_ENDPOINT": "VPC endpoint policy",
    "RESOURCE": "resource policy and grants",
    "PRINCIPAL": "identity policies",
    "PERMISSIONS_BOUNDARY": "permissions boundary",
    "SESSION": "session policies",
}

_EFFECTS = {
    "ALLOW": "allows",
    "NO_IMPACT": "has no say",
    "IMPLICIT_DENY": "does not allow",
    "EXPLICIT_DENY": "denies",
}


def explanation(event: AuditEvent) -> str:
    """Who was denied what, which layer and statement decided, and what would have allowed it. Of denials only."""
    decision = event.decision or {}
    when = datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [
        f"{event.principal[2]} called {event.service}:{event.operation} at {when} and was denied,",
        f"{decision['reason']}.",
        "",
        f"  action    {decision['action']}",
        f"  resource  {decision['resource']}",
        "",
        "What each layer said:",
    ]
    lines += [_check(check) for check in decision["checks"]]
    if decision["remedy"]:
        lines += ["", "What would have allowed it:", *(f"  {line}" for line in decision["remedy"].splitlines())]
    return "\n".join(lines)


def _check(check: dict) -> str:
    statements = f"  ({', '.join(check['statements'])})" if check["statements"] else ""
    return f"  {_LAYERS[check['layer']]:<27} {_EFFECTS[check['effect']]}{statements}"
