"""Lists in pages: ``Limit`` and ``Marker`` in, ``Truncated`` and ``NextMarker`` out."""

from collections.abc import Callable, Iterable
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.services.kms.errors import InvalidMarkerException

Entries = Callable[[str, int], Iterable[tuple[str, Any]]]
"""``(after, count)`` -> at most ``count`` entries behind the id ``after``, each with its id, in order of id."""


def page(
    call: Call,
    member: str,
    entries: Entries,
    limit: int | None,
    marker: str | None,
    *,
    default: int = 100,
    maximum: int = 1000,
    of: str = "",
) -> dict[str, Any]:
    """One page under ``member``. ``of`` says what besides the operation a marker belongs to, such as a key's id.

    Raises InvalidMarkerException, and ValidationException for a limit that this operation does not take.
    """
    size = default if limit is None else limit
    if size > maximum:
        raise ValidationException(
            f"1 validation error detected: Value '{size}' at 'limit' failed to satisfy constraint: "
            f"Member must have value less than or equal to {maximum}"
        )
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    found = list(entries(_after(scope, marker), size + 1))
    result = {member: [entry for _, entry in found[:size]], "Truncated": len(found) > size}
    if len(found) > size:
        result["NextMarker"] = paging.marker(scope, found[size - 1][0])
    return result


def in_order(entries: Iterable[tuple[str, Any]]) -> Entries:
    """Entries that are all at hand."""
    ordered = sorted(entries, key=lambda entry: entry[0])
    return lambda after, count: [entry for entry in ordered if entry[0] > after][:count]


def _after(scope: str, marker: str | None) -> str:
    if marker is None:
        return ""
    try:
        return paging.after(scope, marker)
    except ValueError:
        raise InvalidMarkerException("The marker is not one that this list gave out.") from None
