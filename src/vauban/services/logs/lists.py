"""Lists in pages: ``limit`` and ``nextToken``."""

from collections.abc import Callable, Sequence
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.logs.errors import InvalidParameterException


def page(
    call: Call,
    member: str,
    found: Sequence[Any],
    key: Callable[[Any], str],
    told: Callable[[Any], dict[str, Any]],
    limit: int,
    token: str | None,
    of: str = "",
    *,
    descending: bool = False,
) -> dict[str, Any]:
    """One page of what is at hand, by ``key``. Raises InvalidParameterException for a token of another list."""
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    ordered = sorted(found, key=key, reverse=descending)
    if token:
        after = _after(scope, token)
        ordered = [each for each in ordered if (key(each) < after if descending else key(each) > after)]
    result: dict[str, Any] = {member: [told(each) for each in ordered[:limit]]}
    if len(ordered) > limit:
        result["nextToken"] = paging.marker(scope, key(ordered[limit - 1]))
    return result


def _after(scope: str, token: str) -> str:
    try:
        return paging.after(scope, token)
    except ValueError:
        raise InvalidParameterException("The specified nextToken is invalid.") from None
