"""SQL over events, run: in memory, within bounds of time and memory, and with no way out to files or the network."""

import json
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from vauban.events.lake.schema import COLUMNS, LOCKS, MACROS, table
from vauban.events.lake.statements import Statement
from vauban.events.trail import cloudtrail_record
from vauban.kernel.events import AuditEvent

TIME_LIMIT_SECONDS = 40.0
_LONGEST = 64 * 2**20
"""Bytes of one record."""
MOST_ROWS = 100_000
MOST_RESULT_BYTES = 16 * 2**20
Row = list[tuple[str, str]]
"""Column and value, in the order of the SELECT."""


@dataclass(frozen=True)
class Outcome:
    """What became of a query."""

    status: str
    """``FINISHED``, ``FAILED`` or ``TIMED_OUT``."""
    rows: list[Row]
    scanned: int
    bytes_scanned: int
    milliseconds: int
    error: str = ""


class _TimeIsOver(Exception):
    """The query has had all the time there is."""


def run(statement: Statement, events: Iterable[AuditEvent]) -> Outcome:
    """The statement's result over ``events``. Raises ImportError where DuckDB is not installed."""
    import duckdb

    started = time.monotonic()
    rows: list[Row] = []
    scanned = size = 0
    status, error = "FINISHED", ""
    with tempfile.TemporaryDirectory(prefix="vauban-lake-") as directory, duckdb.connect(":memory:") as connection:
        file = Path(directory) / "events.json"
        try:
            scanned, size = _write(file, statement.columns, events, started + TIME_LIMIT_SECONDS)
            with _interrupted_after(connection, started + TIME_LIMIT_SECONDS - time.monotonic()):
                _load(connection, statement, file)
                rows = _result(connection.execute(statement.sql))
        except (_TimeIsOver, duckdb.InterruptException):
            status, error = "TIMED_OUT", f"The query ran for longer than {TIME_LIMIT_SECONDS:.0f} seconds."
        except (duckdb.Error, OverflowError) as failure:
            status, error = "FAILED", str(failure).splitlines()[0][:1000]
    return Outcome(status, rows, scanned, size, int((time.monotonic() - started) * 1000), error)


def _write(file: Path, columns: tuple[str, ...], events: Iterable[AuditEvent], deadline: float) -> tuple[int, int]:
    """The events as lines of JSON; how many, and of how many bytes."""
    count = size = 0
    encode = msgspec.json.Encoder(enc_hook=str).encode
    whole = "eventJson" in columns
    with file.open("wb") as lines:
        for event in events:
            record = cloudtrail_record(event)
            kept = {name: record[name] for name in columns if name in record}
            if whole:
                kept["eventJson"] = encode(record).decode()
            line = encode(kept)
            lines.write(line)
            lines.write(b"\n")
            count, size = count + 1, size + len(line) + 1
            if count % 1000 == 0 and time.monotonic() > deadline:
                raise _TimeIsOver
    return count, size


@contextmanager
def _interrupted_after(connection: Any, seconds: float):
    timer = threading.Timer(max(0.0, seconds), connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _load(connection: Any, statement: Statement, file: Path) -> None:
    """The table under the store's id, and then no way out."""
    for macro in MACROS:
        connection.execute(macro)
    columns = {name: COLUMNS[name] for name in statement.columns}
    connection.execute(table(statement.store_id, columns))
    spelled = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    reading = f"read_json(?, format = 'newline_delimited', maximum_object_size = {_LONGEST}, columns = {{{spelled}}})"
    connection.execute(f'INSERT INTO "{statement.store_id}" SELECT * FROM {reading}', [str(file)])
    for lock in LOCKS:
        connection.execute(lock)


def _result(cursor: Any) -> list[Row]:
    """Raises OverflowError where there is too much of it."""
    names = [column[0] for column in cursor.description]
    rows: list[Row] = []
    size = 0
    while found := cursor.fetchmany(1000):
        for values in found:
            row = [(name, _text(value)) for name, value in zip(names, values, strict=True)]
            size += sum(len(name) + len(value) for name, value in row)
            rows.append(row)
        if len(rows) > MOST_ROWS or size > MOST_RESULT_BYTES:
            raise OverflowError(f"The result has more than {MOST_ROWS} rows or {MOST_RESULT_BYTES} bytes: LIMIT it.")
    return rows


def _text(value: Any) -> str:
    """As CloudTrail Lake has it in its results, where everything is text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, default=_text)
    return str(value)
