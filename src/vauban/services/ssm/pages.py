"""Lists in pages: ``MaxResults`` and ``NextToken``."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.ssm.errors import InvalidNextToken

T = TypeVar("T")
MOST_EXAMINED = 2_000
"""How many entries are looked at for one page; where that is not enough, the page ends early, as AWS's do."""
READ_AHEAD = 64

Read = Callable[[str, int], Sequence[T]]
"""``(after, count)`` -> at most ``count`` entries behind the id ``after``, in order of id; fewer only at the end."""
_name: Callable[[Any], str] = attrgetter("name")


def page(
    call: Call,
    member: str,
    read: Read[T],
    describe: Callable[[T], dict[str, Any]],
    size: int,
    token: str | None,
    *,
    of: str = "",
    accepts: Callable[[T], bool] | None = None,
    id: Callable[[T], str] = _name,
) -> dict[str, Any]:
    """One page under ``member`` of the entries that are accepted.

    ``of`` says what besides the operation a token belongs to: all that chooses entries. Raises InvalidNextToken.
    """
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    after = _after(scope, token)
    if accepts is None:
        found = read(after, size + 1)
        more = id(found[size - 1]) if len(found) > size else ""
    else:
        found, more = _search(read, after, size, accepts, id)
    result = {member: [describe(entry) for entry in found[:size]]}
    if more:
        result["NextToken"] = paging.marker(scope, more)
    return result


def _search(
    read: Read[T], after: str, size: int, accepts: Callable[[T], bool], id: Callable[[T], str]
) -> tuple[list[T], str]:
    """Up to ``size`` entries that are accepted, and the id to go on from where there may be more; else ``""``."""
    found: list[T] = []
    for _ in range(-(-MOST_EXAMINED // READ_AHEAD)):
        entries = read(after, READ_AHEAD + 1)
        for entry in entries[:READ_AHEAD]:
            after = id(entry)
            if accepts(entry):
                found.append(entry)
                if len(found) == size:
                    return found, after if entry is not entries[-1] else ""
        if len(entries) <= READ_AHEAD:
            return found, ""
    return found, after


def _after(scope: str, token: str | None) -> str:
    if token is None:
        return ""
    try:
        return paging.after(scope, token)
    except ValueError:
        raise InvalidNextToken from None
