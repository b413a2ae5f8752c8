"""How a call names an event data store: by ARN, or by the id at the end of it. Its policy may let other accounts in."""

import re
from dataclasses import dataclass

from vauban.events.lake.statements import InvalidStatement, store_id
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.cloudtrail.errors import (
    CloudTrailARNInvalidException,
    EventDataStoreARNInvalidException,
    EventDataStoreNotFoundException,
    InvalidParameterException,
    InvalidQueryStatementException,
    QueryIdNotFoundException,
)
from vauban.services.cloudtrail.names import parse_arn
from vauban.services.cloudtrail.resources import STORE_TYPE, EventDataStore, Query

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class StoreResolver:
    """The event data store that a call names."""

    members: tuple[str, ...] = ("EventDataStore",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        return self.named(call, world, call.params["EventDataStore"])

    @staticmethod
    def named(call: Call, world: World, text: str) -> Resource:
        """The store that ``text`` names. Raises EventDataStoreARNInvalidException."""
        account, id = _parse(call, text)
        return named_store(call, world, account, id)


@dataclass(frozen=True)
class QuerysResolver:
    """The event data store that a query was run on, named or not; another account's, where that is said."""

    members: tuple[str, ...] = ("EventDataStore", "EventDataStoreOwnerAccountId")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        owner = call.params.get("EventDataStoreOwnerAccountId", "")
        if "EventDataStore" in call.params:
            account, id = _parse(call, call.params["EventDataStore"])
            return named_store(call, world, owner or account, id)
        account, query_id = owner or call.account, call.params.get("QueryId", "")
        query = world.at(account, call.region).get(Query, query_id)
        if query is None:
            return absent_store(call, account, "*", query_not_found(query_id))
        return named_store(call, world, account, query.store_id)


@dataclass(frozen=True)
class QueriedResolver:
    """The event data store that a query's FROM clause names."""

    members: tuple[str, ...] = ("QueryStatement", "EventDataStoreOwnerAccountId")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        if "QueryStatement" not in call.params:
            raise InvalidParameterException("QueryStatement is missing: query aliases are not offered here.")
        try:
            id = store_id(call.params["QueryStatement"])
        except InvalidStatement as error:
            raise InvalidQueryStatementException(str(error)) from None
        return named_store(call, world, call.params.get("EventDataStoreOwnerAccountId", call.account), id)


def named_store(call: Call, world: World, account: str, id: str) -> Resource:
    """That of an account, in the call's Region."""
    found = world.at(account, call.region).get(EventDataStore, id)
    if found is None:
        missing = EventDataStoreNotFoundException(f"The event data store {id} was not found.")
        return absent_store(call, account, id, missing)
    return Resource(
        found.arn,
        "eventdatastore",
        found.account,
        found,
        found.compiled_policy,
        tags=found.tags,
        cloudtrail_type=STORE_TYPE,
    )


def absent_store(call: Call, account: str, id: str, error: AwsError) -> Resource:
    name = arn("cloudtrail", call.region, account, f"eventdatastore/{id}")
    return Resource(name, "eventdatastore", account, absent=error, cloudtrail_type=STORE_TYPE)


def of_arn(call: Call, world: World, text: str, missing: AwsError) -> Resource:
    """What an ARN names, absent with ``missing``. Raises CloudTrailARNInvalidException."""
    parsed = parse_arn(text)
    found = named_store(call, world, parsed.account, parsed.name)
    if found.absent is None and parsed.region == call.region:
        return found
    return absent_store(call, parsed.account, parsed.name, missing)


def _parse(call: Call, text: str) -> tuple[str, str]:
    """Account and id. Raises EventDataStoreARNInvalidException."""
    wrong = EventDataStoreARNInvalidException(f"The event data store ARN {text} is not valid.")
    if not text.startswith("arn:"):
        if not _ID.fullmatch(text):
            raise wrong
        return call.account, text
    try:
        parsed = parse_arn(text)
    except CloudTrailARNInvalidException:
        raise wrong from None
    if parsed.noun != "eventdatastore" or parsed.region != call.region or not _ID.fullmatch(parsed.name):
        raise wrong
    return parsed.account, parsed.name


def query_not_found(query_id: str) -> QueryIdNotFoundException:
    return QueryIdNotFoundException(f"The query {query_id} does not exist.")


a_store = StoreResolver()
a_querys_store = QuerysResolver()
a_queried_store = QueriedResolver()
