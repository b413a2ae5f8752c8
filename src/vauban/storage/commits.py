"""What a changeset proposes, worked out to the last row: what a store applies, together or not at all."""

from typing import Any

import msgspec

from vauban.kernel.errors import Conflict
from vauban.kernel.records import KINDS, Identity, RecordKind
from vauban.storage.changesets import Changeset, Entry
from vauban.storage.encoding import Codec

Place = tuple[str, str]
"""Index and value under which a record is found."""


class Change(msgspec.Struct, array_like=True, frozen=True):
    """One record, put or forgotten. What it leaves behind is told, so that no store need decode what it replaces."""

    identity: Identity
    body: bytes | None
    """The encoded record, or None to forget it."""
    created: bool
    """Whether there was none before."""
    due: float | None
    due_before: float | None
    """When it falls due, in seconds since the epoch; and when it did."""
    added: list[Place]
    removed: list[Place]
    counted: list[str]
    """Indexes whose entries are counted; who writes need know nothing of kinds."""


def changes_of(changes: Changeset, codec: Codec) -> list[Change]:
    """Raises TypeError or ValueError for what a record may not hold."""
    return [
        _change(codec, KINDS[identity[0]], identity, changes.reads[identity][1], record)
        for identity, record in (changes.pending or {}).items()
        if record is not None or changes.reads[identity][1] is not None
    ]


def _change(codec: Codec, kind: RecordKind, identity: Identity, was: Any | None, record: Any | None) -> Change:
    before = places_of(kind, was)
    after = places_of(kind, record)
    return Change(
        identity,
        None if record is None else codec.encode(kind, identity, record),
        was is None,
        due_time(kind, record),
        due_time(kind, was),
        [place for place in after if place not in before],
        [place for place in before if place not in after],
        list(kind.counted),
    )


def places_of(kind: RecordKind, record: Any | None) -> dict[Place, None]:
    return {} if record is None else dict.fromkeys(kind.index_entries(record))


def due_time(kind: RecordKind, record: Any | None) -> float | None:
    """Raises ValueError for a time without a time zone."""
    moment = None if record is None else kind.due_at(record)
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"{kind.name}.{kind.due} has no time zone")
    return moment.timestamp()


def require_unmoved(changes: Changeset, newest: dict[Identity, Entry]) -> None:
    """Raises Conflict where a record read by ``changes`` is known in ``newest`` with another version."""
    for identity, entry in changes.reads.items():
        known = newest.get(identity)
        if known is not None and known[0] != entry[0]:
            raise Conflict(f"{'/'.join(identity)} has moved")
