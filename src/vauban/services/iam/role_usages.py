"""When a role was last used: read from the audit log, which has every call of its sessions."""

from datetime import UTC, datetime
from typing import Any

from vauban.identity.roles import Role
from vauban.kernel.calls import Call
from vauban.kernel.events import AuditEvent
from vauban.kernel.stores import Trail

TRACKED_SECONDS = 400 * 86_400


def last_used(call: Call, role: Role) -> dict[str, Any]:
    """The model's ``RoleLastUsed``; empty for a role that nobody has used in 400 days."""
    since = int(max(role.created.timestamp(), call.time - TRACKED_SECONDS))
    event = call.search(newest_of_role, role.arn, since)
    if event is None:
        return {}
    return {"LastUsedDate": datetime.fromtimestamp(int(event.time), UTC), "Region": event.region}


def newest_of_role(trail: Trail, role_arn: str, since: float) -> AuditEvent | None:
    events = trail.events(since=since, mentioning=role_arn)
    return next((event for event in events if event.principal[6] == role_arn), None)
