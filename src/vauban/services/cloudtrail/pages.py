"""Lists in pages: ``MaxResults`` and ``NextToken`` in, ``NextToken`` out."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.cloudtrail.errors import InvalidNextTokenException

T = TypeVar("T")


def begin_of(call: Call, next_token: str | None, of: str = "") -> str:
    """Behind what a page begins. ``of`` says what besides the operation a token belongs to.

    Raises InvalidNextTokenException.
    """
    if not next_token:
        return ""
    try:
        return paging.after(_scope(call, of), next_token)
    except ValueError:
        raise InvalidNextTokenException("The NextToken is not one that was given for this request.") from None


def page(
    call: Call,
    member: str,
    found: Iterable[T],
    size: int,
    id_of: Callable[[T], str],
    show: Callable[[T], Any],
    of: str = "",
) -> dict[str, Any]:
    """The first ``size`` of what was found under ``member``, and a token where there is more."""
    entries = list(found)
    result: dict[str, Any] = {member: [show(each) for each in entries[:size]]}
    if len(entries) > size:
        result["NextToken"] = paging.marker(_scope(call, of), id_of(entries[size - 1]))
    return result


def _scope(call: Call, of: str) -> str:
    return f"{call.operation.name} {call.account} {call.region} {of}"
