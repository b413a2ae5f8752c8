"""Lists in pages of a hundred."""

from collections.abc import Callable
from typing import Any, TypeVar

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.sns.errors import invalid

SIZE = 100
T = TypeVar("T")


def page(
    call: Call,
    member: str,
    find: Callable[[str, int], list[T]],
    id_of: Callable[[T], str],
    show: Callable[[T], Any],
    next_token: str | None,
    of: str = "",
) -> dict[str, Any]:
    """A page of what ``find(after, limit)`` finds in order. Raises InvalidParameterException."""
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    try:
        begins = paging.after(scope, next_token) if next_token else ""
    except ValueError:
        raise invalid("NextToken") from None
    found = find(begins, SIZE + 1)
    result: dict[str, Any] = {member: [show(each) for each in found[:SIZE]]}
    if len(found) > SIZE:
        result["NextToken"] = paging.marker(scope, id_of(found[SIZE - 1]))
    return result
