"""Lists in pages: ``Marker`` and ``PageSize`` in, ``NextMarker`` out."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException

LARGEST = 400
T = TypeVar("T")


def page(
    call: Call,
    member: str,
    found: Sequence[T],
    id_of: Callable[[T], str],
    show: Callable[[T], Any],
    marker: str | None,
    page_size: int | None,
) -> dict[str, Any]:
    """A page of what was found, in its order. Raises ValidationException."""
    size = page_size or LARGEST
    chosen = {name: value for name, value in call.params.items() if name not in ("Marker", "PageSize")}
    scope = f"{call.operation.name} {call.account} {call.region} {sorted(chosen.items())}"
    begins = _place(scope, found, id_of, marker) if marker else 0
    shown = found[begins : begins + size]
    result: dict[str, Any] = {member: [show(each) for each in shown]}
    if len(found) > begins + size:
        result["NextMarker"] = paging.marker(scope, id_of(shown[-1]))
    return result


def _place(scope: str, found: Sequence[T], id_of: Callable[[T], str], marker: str) -> int:
    try:
        last = paging.after(scope, marker)
    except ValueError:
        raise ValidationException(f"Invalid marker '{marker}'") from None
    return next((place + 1 for place, each in enumerate(found) if id_of(each) == last), len(found))
