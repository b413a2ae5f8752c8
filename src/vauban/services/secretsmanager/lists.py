"""Lists in pages: ``MaxResults`` and ``NextToken`` in, ``NextToken`` out."""

from collections.abc import Sequence
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.secretsmanager.errors import InvalidNextTokenException


def page(
    call: Call, member: str, entries: Sequence[tuple[str, Any]], size: int, token: str | None, *, of: str
) -> dict[str, Any]:
    """One page of ``entries``, each with what orders it. ``of`` says what besides the operation a token belongs to."""
    after = after_token(call, token, of)
    left = [entry for entry in entries if entry[0] > after]
    told: dict[str, Any] = {member: [entry for _, entry in left[:size]]}
    if len(left) > size:
        told["NextToken"] = next_token(call, left[size - 1][0], of)
    return told


def next_token(call: Call, after: str, of: str) -> str:
    return paging.marker(_scope(call, of), after)


def after_token(call: Call, token: str | None, of: str) -> str:
    """Where the page of ``token`` begins. Raises InvalidNextTokenException."""
    if token is None:
        return ""
    try:
        return paging.after(_scope(call, of), token)
    except ValueError:
        raise InvalidNextTokenException from None


def _scope(call: Call, of: str) -> str:
    return f"{call.operation.name} {call.account} {call.region} {of}"
