"""Lists in pages: ``MaxResults`` and ``NextToken`` in, ``NextToken`` out."""

from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException

LONGEST_PAGE = 100


def page(
    call: Call, member: str, entries: list[tuple[str, Any]], most: int | None, token: str | None, *, of: str = ""
) -> dict[str, Any]:
    """One page of ``entries``, each with what orders it. ``of`` says what besides the operation a token belongs to."""
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    try:
        after = paging.after(scope, token) if token is not None else ""
    except ValueError:
        raise ValidationException("Invalid NextToken.") from None
    left = sorted((entry for entry in entries if entry[0] > after), key=lambda entry: entry[0])
    size = most or LONGEST_PAGE
    told: dict[str, Any] = {member: [shown for _, shown in left[:size]]}
    if len(left) > size:
        told["NextToken"] = paging.marker(scope, left[size - 1][0])
    return told
