"""Lists in pages: ``MaxResults`` and ``NextToken``."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.ssm.errors import InvalidNextToken

MOST_EXAMINED = 2_000
"""How many entries are looked at for one page; where that is not enough, the page ends early, as AWS's do."""

Entries = Callable[[str], Iterator[tuple[str, Any | None]]]
"""Given an id, what stands behind it, each with its own id, in order; None for what a filter passes over."""


def page(
    call: Call,
    member: str,
    entries: Entries,
    describe: Callable[[Any], dict[str, Any]],
    size: int,
    token: str | None,
    of: str = "",
) -> dict[str, Any]:
    """One page under ``member``. ``of`` says what besides the operation a token belongs to: all that chooses entries.

    Raises InvalidNextToken.
    """
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    examined = entries(_after(scope, token))
    found: list[Any] = []
    last = ""
    for id, entry in islice(examined, MOST_EXAMINED):
        last = id
        if entry is not None:
            found.append(describe(entry))
            if len(found) == size:
                break
    result = {member: found}
    if next(examined, None) is not None:
        result["NextToken"] = paging.marker(scope, last)
    return result


def _after(scope: str, token: str | None) -> str:
    if token is None:
        return ""
    try:
        return paging.after(scope, token)
    except ValueError:
        raise InvalidNextToken from None
