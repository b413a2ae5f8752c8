"""When a role was last used: read from the audit log, which has every call of its sessions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from vauban.identity.roles import Role
from vauban.kernel.calls import Call
from vauban.kernel.events import AuditEvent
from vauban.kernel.stores import Trail

TRACKED_SECONDS = 400 * 86_400


def last_used(call: Call, role: Role) -> dict[str, Any]:
    """The model's ``RoleLastUsed``; empty for a role that nobody has used in 400 days."""
    return last_used_of_all(call, [role])[role.name]


def last_used_of_all(call: Call, roles: Iterable[Role]) -> dict[str, dict[str, Any]]:
    """The same of several roles in one search, by name."""
    asked = tuple(
        (role.name, role.arn, int(max(role.created.timestamp(), call.time - TRACKED_SECONDS))) for role in roles
    )
    return call.search(newest_of_roles, asked) if asked else {}


def newest_of_roles(trail: Trail, roles: tuple[tuple[str, str, int], ...]) -> dict[str, dict[str, Any]]:
    return {name: _shape(_newest(trail, arn, since)) for name, arn, since in roles}


def _newest(trail: Trail, role_arn: str, since: float) -> AuditEvent | None:
    events = trail.events(since=since, mentioning=role_arn)
    return next((event for event in events if event.principal[6] == role_arn), None)


def _shape(event: AuditEvent | None) -> dict[str, Any]:
    if event is None:
        return {}
    return {"LastUsedDate": datetime.fromtimestamp(int(event.time), UTC), "Region": event.region}
