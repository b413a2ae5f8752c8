"""SQL over event data stores.

A query is run when its result is first asked for, or a minute later if nobody asks: off the loop, and for its time.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-create-edit-query.html
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any

from vauban.events.lake.queries import Outcome, run
from vauban.events.lake.statements import InvalidStatement, parse
from vauban.kernel.attributes import region_of
from vauban.kernel.calls import Call
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.kernel.stores import Trail as AuditLog
from vauban.services.cloudtrail.errors import (
    InactiveQueryException,
    InvalidDateRangeException,
    InvalidParameterException,
    InvalidQueryStatementException,
    MaxConcurrentQueriesException,
    UnsupportedOperationException,
)
from vauban.services.cloudtrail.event_data_stores import require_active
from vauban.services.cloudtrail.organizations import accounts_of
from vauban.services.cloudtrail.pages import begin_of, page
from vauban.services.cloudtrail.resources import (
    QUERIES_KEPT,
    EventDataStore,
    Ingestion,
    Query,
    QueryResult,
)
from vauban.services.cloudtrail.selectors import lets_through
from vauban.services.cloudtrail.stores import a_queried_store, a_querys_store, a_store, query_not_found

MOST_WAITING = 10
SECONDS_OF_A_DAY = 86400
NOT_HERE = ("DeliveryS3Uri", "QueryAlias", "QueryParameters")


@dataclass(frozen=True)
class Scan:
    """A statement, and whose events it is about."""

    statement: str
    accounts: frozenset[str]
    region: str
    """Empty where it is all of them."""
    since: float
    ingestions: tuple[Ingestion, ...]


@operation("StartQuery", on=a_queried_store, unsupported=NOT_HERE)
def start_query(call: Call, store: EventDataStore) -> dict[str, Any]:
    if find_spec("duckdb") is None:
        raise UnsupportedOperationException("Queries need DuckDB, which is not installed: pip install 'vauban[lake]'.")
    require_active(store)
    statement = call.params["QueryStatement"]
    fault = call.search(fault_of, statement)
    if fault:
        raise InvalidQueryStatementException(fault)
    queries = call.store.list(Query, index="store", value=store.store_id)
    if sum(each.status == "QUEUED" for each in queries) >= MOST_WAITING:
        raise MaxConcurrentQueriesException("You are already running the maximum number of concurrent queries.")
    created = call.now.replace(microsecond=call.now.microsecond // 1000 * 1000)
    query = Query(call.uuid(), call.account, call.region, store.store_id, statement, created)
    call.store.put(query)
    return {"QueryId": query.query_id, **_owner(call)}


@operation("DescribeQuery", on=a_querys_store, unsupported=("QueryAlias", "RefreshId"))
def describe_query(call: Call, store: EventDataStore, query_id: str | None = None) -> dict[str, Any]:
    if query_id is None:
        raise InvalidParameterException("QueryId is missing: query aliases are not offered here.")
    query = _finished(call, store, _query(call, store, query_id))
    described = {
        "QueryId": query.query_id,
        "QueryString": query.statement,
        "QueryStatus": query.status,
        "QueryStatistics": {
            "EventsMatched": query.matched,
            "EventsScanned": query.scanned,
            "BytesScanned": query.bytes_scanned,
            "ExecutionTimeInMillis": query.milliseconds,
            "CreationTime": query.created,
        },
        **_owner(call),
    }
    return {**described, "ErrorMessage": query.error} if query.error else described


@operation("GetQueryResults", on=a_querys_store)
def get_query_results(
    call: Call,
    store: EventDataStore,
    query_id: str,
    next_token: str | None = None,
    max_query_results: int | None = None,
) -> dict[str, Any]:
    query = _finished(call, store, _query(call, store, query_id))
    rows = _rows(call, query)
    begin = int(begin_of(call, next_token, query_id) or 0)
    size = max_query_results or 1000
    numbered = list(enumerate(rows, 1))[begin : begin + size + 1]
    result = page(
        call,
        "QueryResultRows",
        numbered,
        size,
        lambda row: str(row[0]),
        lambda row: [{name: value} for name, value in row[1]],
        query_id,
    )
    result["QueryStatus"] = query.status
    result["QueryStatistics"] = {
        "ResultsCount": len(result["QueryResultRows"]),
        "TotalResultsCount": len(rows),
        "BytesScanned": query.bytes_scanned,
    }
    return {**result, "ErrorMessage": query.error} if query.error else result


@operation("CancelQuery", on=a_querys_store)
def cancel_query(call: Call, store: EventDataStore, query_id: str) -> dict[str, Any]:
    query = _query(call, store, query_id)
    if query.status != "QUEUED":
        raise InactiveQueryException(f"The query cannot be canceled: it is {query.status}.")
    call.store.put(replace(query, status="CANCELLED"))
    return {"QueryId": query_id, "QueryStatus": "CANCELLED", **_owner(call)}


@operation("ListQueries", on=a_store)
def list_queries(
    call: Call,
    store: EventDataStore,
    next_token: str | None = None,
    max_results: int | None = None,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    query_status: str | None = None,
) -> dict[str, Any]:
    require_active(store)
    if start_time and end_time and start_time > end_time:
        raise InvalidDateRangeException("The start time must be before the end time.")
    of = f"{store.store_id} {start_time} {end_time} {query_status}"
    before = begin_of(call, next_token, of)
    found = [
        each
        for each in call.store.list(Query, index="store", value=store.store_id)
        if query_status in (None, each.status)
        and (start_time is None or start_time <= each.created)
        and (end_time is None or each.created <= end_time)
        and (not before or _order(each) < before)
    ]
    found.sort(key=_order, reverse=True)
    return page(call, "Queries", found, max_results or 1000, _order, _listed, of)


@when_due(Query)
def tend(call: Call, query: Query) -> None:
    """Run what nobody has asked for; forget what is old."""
    store = call.store.get(EventDataStore, query.store_id)
    if query.status == "QUEUED" and store is not None:
        _finished(call, store, query)
        return
    result = call.store.get(QueryResult, query.query_id)
    if result is not None:
        call.store.delete(result)
    call.store.delete(query)


def fault_of(log: AuditLog, statement: str) -> str:
    """What is wrong with it, or nothing."""
    try:
        parse(statement)
    except InvalidStatement as error:
        return str(error)
    return ""


def run_query(log: AuditLog, scan: Scan) -> Outcome:
    statement = parse(scan.statement)
    since = max(statement.since, scan.since)
    return run(statement, _events(log, scan, since, statement.until))


def _events(log: AuditLog, scan: Scan, since: float, until: float) -> Iterator[AuditEvent]:
    """What the store holds of that time, oldest first."""
    ingestions = [(each.period, json.loads(each.selectors)) for each in scan.ingestions]
    if ingestions:
        since = max(since, ingestions[0][0].start)
    text = next(iter(scan.accounts)) if len(scan.accounts) == 1 else ""
    for event in log.events(since=since, until=until, newest_first=False, mentioning=text):
        if event.account in scan.accounts and (not scan.region or region_of(event) == scan.region):
            for period, selectors in ingestions:
                if period.includes(event.time) and lets_through((), selectors, event):
                    yield event
                    break


def _finished(call: Call, store: EventDataStore, query: Query) -> Query:
    """The query, run where it was not yet."""
    if query.status != "QUEUED":
        return query
    outcome = call.search(run_query, _scan(call, store, query))
    done = replace(
        query,
        status=outcome.status,
        error=outcome.error,
        scanned=outcome.scanned,
        matched=len(outcome.rows),
        bytes_scanned=outcome.bytes_scanned,
        milliseconds=outcome.milliseconds,
    )
    call.store.put(done)
    rows = zlib.compress(json.dumps(outcome.rows).encode())
    call.store.put(QueryResult(query.query_id, query.account, query.region, rows))
    return done


def _scan(call: Call, store: EventDataStore, query: Query) -> Scan:
    accounts = accounts_of(call, store.account, store.organization_id)
    since = query.created.timestamp() - store.retention_days * SECONDS_OF_A_DAY
    return Scan(query.statement, accounts, "" if store.multi_region else store.region, since, store.ingestions)


def _query(call: Call, store: EventDataStore, query_id: str) -> Query:
    """Raises QueryIdNotFoundException, and InactiveEventDataStoreException."""
    require_active(store)
    query = call.store.get(Query, query_id)
    if query is None or query.store_id != store.store_id or query.created + QUERIES_KEPT < call.now:
        raise query_not_found(query_id)
    return query


def _rows(call: Call, query: Query) -> list[Any]:
    result = call.store.get(QueryResult, query.query_id)
    return json.loads(zlib.decompress(result.rows)) if result else []


def _owner(call: Call) -> dict[str, str]:
    owner = call.params.get("EventDataStoreOwnerAccountId")
    return {"EventDataStoreOwnerAccountId": owner} if owner else {}


def _order(query: Query) -> str:
    return f"{query.created.isoformat()} {query.query_id}"


def _listed(query: Query) -> dict[str, Any]:
    return {"QueryId": query.query_id, "QueryStatus": query.status, "CreationTime": query.created}
