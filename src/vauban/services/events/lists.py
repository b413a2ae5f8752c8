"""Lists in pages: ``Limit`` and ``NextToken`` in, ``NextToken`` out."""

from collections.abc import Iterable
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.events.errors import invalid_parameter

LONGEST_PAGE = 100


def page(
    call: Call, member: str, entries: Iterable[tuple[str, Any]], limit: int | None, token: str | None, *, of: str = ""
) -> dict[str, Any]:
    """One page of ``entries``, each with what orders it. ``of`` says what besides the operation a token belongs to."""
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    after = _after(scope, token)
    size = limit or LONGEST_PAGE
    left = sorted((entry for entry in entries if entry[0] > after), key=lambda entry: entry[0])
    told: dict[str, Any] = {member: [shown for _, shown in left[:size]]}
    if len(left) > size:
        told["NextToken"] = paging.marker(scope, left[size - 1][0])
    return told


def _after(scope: str, token: str | None) -> str:
    if token is None:
        return ""
    try:
        return paging.after(scope, token)
    except ValueError:
        raise invalid_parameter("NextToken", "The token is not one that this list gave out.") from None
