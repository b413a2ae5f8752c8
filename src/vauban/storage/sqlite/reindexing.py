"""Index entries, counts and due times written anew for kinds that a release indexes otherwise than the one before."""

import json
import sqlite3
from collections.abc import Iterable

from vauban.kernel.records import RecordKind
from vauban.storage.commits import due_time, places_of
from vauban.storage.encoding import Codec, WithoutSecrets

_COUNT_ANEW = (
    "INSERT INTO counts SELECT kind, account, region, name, value, count(*) FROM index_entries "
    "WHERE kind = ? AND name = ? GROUP BY account, region, value"
)
_KEPT = "SELECT account, region, id, body FROM records WHERE kind = ?"


def reindex(connection: sqlite3.Connection, kinds: Iterable[RecordKind]) -> None:
    """One transaction per kind that changed. Secrets stay sealed: no index can be over them."""
    known = dict(connection.execute("SELECT kind, indexed FROM kinds"))
    codec = Codec(WithoutSecrets())
    for kind in kinds:
        declared = json.dumps([sorted(kind.indexes.items()), kind.due, *sorted(kind.counted)])
        if known.get(kind.name) != declared:
            connection.execute("BEGIN IMMEDIATE")
            if kind.name in known:
                _index_anew(connection, kind, codec)
            connection.execute("INSERT OR REPLACE INTO kinds VALUES (?, ?)", (kind.name, declared))
            connection.execute("COMMIT")


def _index_anew(connection: sqlite3.Connection, kind: RecordKind, codec: Codec) -> None:
    connection.execute("DELETE FROM index_entries WHERE kind = ?", (kind.name,))
    connection.execute("DELETE FROM due WHERE kind = ?", (kind.name,))
    connection.execute("DELETE FROM counts WHERE kind = ?", (kind.name,))
    for account, region, id, body in connection.execute(_KEPT, (kind.name,)):
        place = (kind.name, account, region)
        record = codec.decode((*place, id), body)
        entries = [(*place, *each, id) for each in places_of(kind, record)]
        connection.executemany("INSERT INTO index_entries VALUES (?, ?, ?, ?, ?, ?)", entries)
        at = due_time(kind, record)
        if at is not None:
            connection.execute("INSERT INTO due VALUES (?, ?, ?, ?, ?)", (at, *place, id))
    for index in kind.counted:
        connection.execute(_COUNT_ANEW, (kind.name, index))
