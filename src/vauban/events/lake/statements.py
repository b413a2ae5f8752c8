"""Which SQL may be run: one SELECT over one event data store, and nothing that reaches beyond it.

DuckDB parses; what it parsed is walked. The engine that runs it is locked down besides.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vauban.events.lake.schema import COLUMNS, LOCKS, MACROS, table

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|[0-9A-Za-z_$-]+|.", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TABLE_FUNCTIONS = frozenset({"unnest", "generate_series", "range"})
_LOWER = {"COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO"}
_UPPER = {"COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO"}
_FLIPPED = {
    "COMPARE_GREATERTHAN": "COMPARE_LESSTHAN",
    "COMPARE_GREATERTHANOREQUALTO": "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_LESSTHAN": "COMPARE_GREATERTHAN",
    "COMPARE_LESSTHANOREQUALTO": "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_EQUAL": "COMPARE_EQUAL",
}


class InvalidStatement(ValueError):
    """The SQL cannot be run; the message says why."""


@dataclass(frozen=True)
class Statement:
    """SQL that may be run."""

    store_id: str
    sql: str
    columns: tuple[str, ...]
    """Of ``schema.COLUMNS``, those that it may look at."""
    since: float
    until: float
    """Only events of ``since <= time < until`` (seconds since the epoch) can be in its result."""


def store_id(sql: str) -> str:
    """The id of the event data store that the statement names. Raises InvalidStatement unless it is one."""
    named = {token.strip('"') for token in _tokens(sql) if _ID.fullmatch(token.strip('"'))}
    if len(named) != 1:
        raise InvalidStatement("The FROM clause must name one event data store, by its ID.")
    return named.pop()


def parse(sql: str) -> Statement:
    """Raises InvalidStatement, and ImportError where DuckDB is not installed."""
    import duckdb

    id = store_id(sql)
    quoted = "".join(f'"{token}"' if _ID.fullmatch(token) else token for token in _tokens(sql)).rstrip("; \n\t")
    with duckdb.connect(":memory:") as connection:
        row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [quoted]).fetchone()
        root = _only_select(json.loads(row[0]))
        _require_within(root, id)
        connection.execute(table(id, COLUMNS))
        for macro in MACROS:
            connection.execute(macro)
        for lock in LOCKS:
            connection.execute(lock)
        try:
            connection.execute(f"EXPLAIN {quoted}")
        except duckdb.Error as error:
            raise InvalidStatement(_first_line(str(error))) from None
    return Statement(id, quoted, _columns(root), *_period(root))


def _only_select(parsed: dict[str, Any]) -> dict[str, Any]:
    if parsed["error"]:
        raise InvalidStatement(_first_line(parsed["error_message"]))
    if len(parsed["statements"]) != 1:
        raise InvalidStatement("Only one statement can be run.")
    return parsed["statements"][0]["node"]


def _tokens(sql: str) -> list[str]:
    return _TOKEN.findall(sql)


def _first_line(message: str) -> str:
    return message.splitlines()[0]


def _require_within(root: Any, id: str) -> None:
    """Raises InvalidStatement where it would read anything else."""
    known = {id, *(entry["key"] for node in _nodes(root) if "cte_map" in node for entry in node["cte_map"]["map"])}
    for node in _nodes(root):
        kind = node.get("type")
        if kind == "BASE_TABLE" and (node["table_name"] not in known or node["schema_name"] or node["catalog_name"]):
            raise InvalidStatement(f"The FROM clause cannot name {node['table_name']}.")
        if kind == "TABLE_FUNCTION" and node["function"]["function_name"] not in _TABLE_FUNCTIONS:
            raise InvalidStatement(f"{node['function']['function_name']} is not supported.")
        if kind == "SHOW_REF":
            raise InvalidStatement("Only SELECT statements are supported.")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, at whatever depth."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _columns(root: Any) -> tuple[str, ...]:
    """Those named anywhere; all of them where a star stands."""
    nodes = list(_nodes(root))
    if any(node.get("class") == "STAR" for node in nodes):
        return tuple(COLUMNS)
    named = {name.lower() for node in nodes if node.get("class") == "COLUMN_REF" for name in node["column_names"]}
    return tuple(column for column in COLUMNS if column.lower() in named) or ("eventID",)


def _period(root: dict[str, Any]) -> tuple[float, float]:
    """What the outermost WHERE says of eventTime, where it is a plain SELECT from the store."""
    since, until = 0.0, float("inf")
    table = root.get("from_table") or {}
    if root.get("type") != "SELECT_NODE" or table.get("type") != "BASE_TABLE" or root["cte_map"]["map"]:
        return since, until
    for kind, moment in _bounds(root.get("where_clause")):
        if kind in _LOWER or kind == "COMPARE_EQUAL":
            since = max(since, moment)
        if kind in _UPPER or kind == "COMPARE_EQUAL":
            until = min(until, moment + 1)
    return since, until


def _bounds(condition: dict[str, Any] | None) -> Iterator[tuple[str, float]]:
    """Comparisons of eventTime with a constant that must all hold."""
    if condition is None:
        return
    if condition["type"] == "CONJUNCTION_AND":
        for each in condition["children"]:
            yield from _bounds(each)
    elif condition["type"] == "COMPARE_BETWEEN" and _is_time(condition["input"]):
        yield from _bound("COMPARE_GREATERTHANOREQUALTO", condition["lower"])
        yield from _bound("COMPARE_LESSTHANOREQUALTO", condition["upper"])
    elif condition["type"] in _FLIPPED:
        if _is_time(condition["left"]):
            yield from _bound(condition["type"], condition["right"])
        elif _is_time(condition["right"]):
            yield from _bound(_FLIPPED[condition["type"]], condition["left"])


def _is_time(node: dict[str, Any]) -> bool:
    return node.get("class") == "COLUMN_REF" and node["column_names"][-1].lower() == "eventtime"


def _bound(kind: str, constant: dict[str, Any]) -> Iterator[tuple[str, float]]:
    while constant.get("class") == "CAST":
        constant = constant["child"]
    text = constant.get("literal", {}).get("text", "") if constant.get("class") == "CONSTANT" else ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return
    yield kind, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
