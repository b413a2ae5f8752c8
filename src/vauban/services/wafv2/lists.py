"""Lists in pages: ``Limit`` and ``NextMarker`` in, ``NextMarker`` out."""

from collections.abc import Callable, Iterable
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.wafv2.errors import BAD_FORMAT, WAFInvalidParameterException
from vauban.services.wafv2.resources import Entity
from vauban.services.wafv2.scopes import require_scope

LONGEST = 100

Entries = Callable[[str, int], Iterable[tuple[str, Any]]]
"""``(after, count)`` -> at most ``count`` entries behind the id ``after``, each with its id, in order of id."""


def page(
    call: Call, member: str, entries: Entries, limit: int | None, marker: str | None, *, of: str = ""
) -> dict[str, Any]:
    """One page under ``member``. ``of`` says what besides the operation a marker belongs to, such as a scope."""
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    size = limit or LONGEST
    found = list(entries(_after(scope, marker), size + 1))
    told: dict[str, Any] = {member: [entry for _, entry in found[:size]]}
    if len(found) > size:
        told["NextMarker"] = paging.marker(scope, found[size - 1][0])
    return told


def in_order(entries: Iterable[tuple[str, Any]]) -> Entries:
    """Entries that are all at hand."""
    ordered = sorted(entries, key=lambda entry: entry[0])
    return lambda after, count: [entry for entry in ordered if entry[0] > after][:count]


def summaries(
    call: Call, kind: type[Entity], member: str, scope: str, limit: int | None, marker: str | None
) -> dict[str, Any]:
    """A page of the entities of a kind in a scope, by name."""
    prefix = f"{require_scope(call, scope)}/"

    def entries(after: str, count: int) -> list[tuple[str, Any]]:
        found = call.store.list(kind, prefix=prefix, after=after, limit=count)
        return [(each.key, each.summary) for each in found]

    return page(call, member, entries, limit, marker, of=scope)


def _after(scope: str, marker: str | None) -> str:
    if marker is None:
        return ""
    try:
        return paging.after(scope, marker)
    except ValueError:
        told = {"Parameter": "NextMarker", "Reason": BAD_FORMAT}
        raise WAFInvalidParameterException(f"Error reason: {BAD_FORMAT}, parameter: NextMarker", **told) from None
