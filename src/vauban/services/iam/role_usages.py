"""When a role was last used: read from the audit log, which has every call of its sessions."""

from collections.abc import Iterable, Iterator
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
    since = call.time - TRACKED_SECONDS
    asked = tuple((each.name, each.role_id, int(max(each.created.timestamp(), since))) for each in roles)
    return call.search(newest_of_roles, asked) if asked else {}


def newest_of_roles(trail: Trail, roles: tuple[tuple[str, str, int], ...]) -> dict[str, dict[str, Any]]:
    return {name: _shape(next(events_of(trail, role_id, since), None)) for name, role_id, since in roles}


def events_of(trail: Trail, unique_id: str, since: float) -> Iterator[AuditEvent]:
    """What a user, or the sessions of a role, did: newest first. By unique id, for names are taken again."""
    for event in trail.events(since=since, mentioning=unique_id):
        if event.principal[3].partition(":")[0] == unique_id:
            yield event


def _shape(event: AuditEvent | None) -> dict[str, Any]:
    if event is None:
        return {}
    return {"LastUsedDate": datetime.fromtimestamp(int(event.time), UTC), "Region": event.region}
