"""Lists in pages: ``MaxResults`` and ``NextToken``."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.organizations.errors import InvalidInputException

T = TypeVar("T")

LONGEST_PAGE = 20


def page(
    call: Call,
    member: str,
    found: Iterable[T],
    place: Callable[[T], str],
    show: Callable[[T], Any],
    max_results: int | None,
    next_token: str | None,
) -> dict[str, Any]:
    """One page under ``member``, in order of ``place``. Raises InvalidInputException for a token of another list."""
    scope = f"{call.operation.name} {call.principal.account} {_chosen(call.params)}"
    after = _after(scope, next_token)
    waiting = sorted((each for each in found if place(each) > after), key=place)
    size = max_results or LONGEST_PAGE
    result: dict[str, Any] = {member: [show(each) for each in waiting[:size]]}
    if len(waiting) > size:
        result["NextToken"] = paging.marker(scope, place(waiting[size - 1]))
    return result


def _chosen(params: dict[str, Any]) -> str:
    """What chooses the list that a token belongs to."""
    return repr(sorted((name, value) for name, value in params.items() if name not in ("MaxResults", "NextToken")))


def _after(scope: str, token: str | None) -> str:
    if token is None:
        return ""
    try:
        return paging.after(scope, token)
    except ValueError:
        raise InvalidInputException("INVALID_NEXT_TOKEN") from None
