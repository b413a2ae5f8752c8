"""Lists in pages: ``MaxResults`` and ``NextToken`` in, ``NextToken`` out."""

from collections.abc import Sequence
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.services.acm_pca.errors import InvalidNextTokenException

MOST = 1000


def page(
    call: Call, member: str, entries: Sequence[tuple[str, Any]], size: int, token: str | None, *, of: str = ""
) -> dict[str, Any]:
    """One page of ``entries``, each with what orders it. Raises InvalidNextTokenException."""
    scope = f"{call.operation.name} {call.account} {call.region} {of}"
    after = _after(scope, token)
    left = sorted(entry for entry in entries if entry[0] > after)
    told: dict[str, Any] = {member: [entry for _, entry in left[:size]]}
    if len(left) > size:
        told["NextToken"] = paging.marker(scope, left[size - 1][0])
    return told


def _after(scope: str, token: str | None) -> str:
    if token is None:
        return ""
    try:
        return paging.after(scope, token)
    except ValueError:
        raise InvalidNextTokenException from None
