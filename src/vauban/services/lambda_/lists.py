"""Lists in pages: ``MaxItems`` and ``Marker`` in, ``NextMarker`` out."""

from collections.abc import Callable
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.lambda_.errors import InvalidParameterValueException

MOST = 50
"""Entries of a page, whatever is asked for."""


def page(
    call: Call,
    member: str,
    entries: Callable[[str, int], list[Any]],
    told: Callable[[Any], Any],
    id_of: Callable[[Any], str],
    max_items: int,
    marker: str | None,
    of: str = "",
    *,
    most: int = MOST,
) -> dict[str, Any]:
    """One page under ``member``: ``entries(after, count)`` gives records in order of id.

    Raises InvalidParameterValueException for a marker that was not given out for this list.
    """
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    size = min(max_items, most)
    found = entries(_after(scope, marker), size + 1)
    result: dict[str, Any] = {member: [told(each) for each in found[:size]]}
    if len(found) > size:
        result["NextMarker"] = paging.marker(scope, id_of(found[size - 1]))
    return result


def _after(scope: str, marker: str | None) -> str:
    if not marker:
        return ""
    try:
        return paging.after(scope, marker)
    except ValueError:
        raise InvalidParameterValueException("Invalid pagination token") from None
