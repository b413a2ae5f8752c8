"""Lists in pages: ``MaxItems`` and ``Marker`` in, ``IsTruncated`` and ``Marker`` out."""

from collections.abc import Callable, Iterable
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException

DEFAULT_ITEMS = 100

Entries = Iterable[tuple[str, Any]]
"""What is listed, each with the text that it is put in order by and known by to markers."""


def page(
    call: Call,
    member: str,
    entries: Entries,
    max_items: int | None,
    marker: str | None,
    shape: Callable[[Any], Any] = lambda each: each,
) -> dict[str, Any]:
    """One page under ``member``; ``shape`` is put to what is on it alone. Raises ValidationException."""
    found, rest = part(call, entries, max_items, marker)
    return {member: [shape(each) for _, each in found], **rest}


def part(
    call: Call, entries: Entries, max_items: int | None, marker: str | None
) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """The entries of one page, and what the answer says besides."""
    scope = f"{call.operation.name} {call.account} {_asked(call)}"
    after = _after(scope, marker)
    size = max_items or DEFAULT_ITEMS
    ordered = sorted(entries, key=lambda entry: entry[0])
    following = ordered if marker is None else [entry for entry in ordered if entry[0] > after]
    found = following[:size]
    if len(following) <= size:
        return found, {"IsTruncated": False}
    return found, {"IsTruncated": True, "Marker": paging.marker(scope, found[-1][0])}


def by_name(records: Iterable[Any], path_prefix: str = "/") -> Entries:
    """Records that have a name and a path, of which ``path_prefix`` is the beginning."""
    return ((each.name, each) for each in records if each.path.startswith(path_prefix))


def _asked(call: Call) -> str:
    """A marker belongs to one list: of this user, with this filter."""
    chosen = {name: value for name, value in call.params.items() if name not in ("Marker", "MaxItems")}
    return repr(sorted(chosen.items()))


def _after(scope: str, marker: str | None) -> str:
    if marker is None:
        return ""
    try:
        return paging.after(scope, marker)
    except ValueError:
        raise ValidationException("Invalid Marker.") from None
